"""See boathouse.standard_expectations."""

from boathouse.standard_expectations import *  # noqa: F401,F403
