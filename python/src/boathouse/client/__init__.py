"""The client of a Boathouse server. Start reading at ``blocking.py``."""

from .asynchronous import AsyncClient
from .blocking import Client

__all__ = ["AsyncClient", "Client"]
