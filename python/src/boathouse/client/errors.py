"""What the server says when it refuses, as exceptions."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Mapping, Optional, Type

from .. import exceptions
from ..error_kinds import ApiErrorKind
from ..exceptions import BauplanHTTPError
from ..schema import Ref
from .parsing import parse_ref

_BY_STATUS: Dict[int, Type[BauplanHTTPError]] = {
    400: exceptions.BadRequestError,
    401: exceptions.UnauthorizedError,
    403: exceptions.ForbiddenError,
    404: exceptions.NotFoundError,
    405: exceptions.MethodNotAllowedError,
    409: exceptions.ConflictError,
    429: exceptions.TooManyRequestsError,
    500: exceptions.InternalError,
    502: exceptions.BadGatewayError,
    503: exceptions.ServiceUnavailableError,
    504: exceptions.GatewayTimeoutError,
}


def _wire_word(name: str) -> str:
    """BranchNotFound -> BRANCH_NOT_FOUND; the run of capitals in NotABranchRef is two words."""
    word = ""
    for character in name:
        word += ("_" if word and character.isupper() else "") + character.upper()
    return word


_KINDS: Dict[str, Type[ApiErrorKind]] = {
    _wire_word(kind.__name__): kind for kind in ApiErrorKind.__subclasses__()
}


def parse_kind(word: str, context: Mapping[str, Any]) -> Optional[ApiErrorKind]:
    """The kind with its names; none if the word is unknown or a name is missing."""
    kind = _KINDS.get(word)
    if kind is None:
        return None
    values: Dict[str, Any] = {}
    for attribute in dataclasses.fields(kind):  # type: ignore[arg-type]
        key = "ref" if attribute.name == "catalog_ref" else attribute.name
        value = context.get(key)
        if attribute.type in (Ref, "Ref"):
            if not isinstance(value, dict):
                return None
            values[attribute.name] = parse_ref(value)
        elif isinstance(value, str):
            values[attribute.name] = value
        else:
            return None
    return kind(**values)


def http_error(status: int, error: Mapping[str, Any]) -> BauplanHTTPError:
    """The exception for an error envelope's ``error``."""
    word = str(error.get("type") or "")
    message = str(error.get("message") or word)
    context = error.get("context")
    kind = parse_kind(word, context if isinstance(context, dict) else {})
    chosen = _BY_STATUS.get(status, BauplanHTTPError)
    if kind is not None:
        chosen = getattr(exceptions, type(kind).__name__ + "Error")
    return chosen(status, word, message, kind)


def unreadable(status: int, detail: str) -> BauplanHTTPError:
    """The exception for a reply that is no reply of ours, such as a proxy's page."""
    chosen = _BY_STATUS.get(status, BauplanHTTPError)
    return chosen(status, "INVALID_RESPONSE", f"invalid response: {detail}", None)
