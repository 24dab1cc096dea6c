"""The values a run gets: what the caller gave, else the project's defaults."""

from __future__ import annotations

import base64
from typing import Any, Callable, List, Mapping, Optional, Union

from .project import ParameterDeclaration, Project
from .protocol import commander as wire
from .sealing import OrganizationKey, seal

Value = Union[str, int, float, bool, None]


def run_parameters(
    project: Project,
    given: Optional[Mapping[str, Value]],
    organization_key: Callable[[], OrganizationKey],
) -> List[wire.Parameter]:
    """In the order of their names; what has neither value nor default is left out.

    Args:
        organization_key: called only if there is a secret to encrypt.

    Raises:
        ValueError: an unknown name, a missing value, or a value that is not of the declared type.
    """
    values = {name: value for name, value in (given or {}).items() if value is not None}
    unknown = sorted(set(given or {}) - set(project.parameters))
    if unknown:
        known = ", ".join(sorted(project.parameters)) or "none"
        raise ValueError(f"unknown parameters: {', '.join(unknown)}; the project has {known}")
    sent = []
    for name, declared in sorted(project.parameters.items()):
        if name in values:
            sent.append(_given(project, name, declared, values[name], organization_key))
        elif declared.default is not None:
            sent.append(_default(name, declared))
        elif declared.required:
            raise ValueError(f"parameter {name!r} is required")
    return sent


def _given(
    project: Project,
    name: str,
    declared: ParameterDeclaration,
    value: Any,
    organization_key: Callable[[], OrganizationKey],
) -> wire.Parameter:
    if declared.type != "secret":
        return _plain(name, declared.type, value)
    if not isinstance(value, str):
        raise ValueError(f"parameter {name!r} is a secret: its value must be text")
    key = organization_key()
    sealed = seal(f"{project.id}={value}".encode(), key.public_pem)
    secret = wire.SecretParameterValue(value=base64.b64encode(sealed).decode(), key=key.name)
    return wire.Parameter(name=name, secret_value=secret)


def _default(name: str, declared: ParameterDeclaration) -> wire.Parameter:
    if declared.type != "secret":
        return _plain(name, declared.type, declared.default)
    secret = wire.SecretParameterValue(value=str(declared.default), key=declared.key or None)
    return wire.Parameter(name=name, secret_value=secret)


_TRUE_WORDS = ("true", "yes", "1", "on")
_FALSE_WORDS = ("false", "no", "0", "off")


def _read_text(kind: str, text: str) -> Any:
    """A text for a typed parameter, read as the command line reads it; else as it is."""
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        return text
    if kind == "bool" and text.lower() in _TRUE_WORDS + _FALSE_WORDS:
        return text.lower() in _TRUE_WORDS
    return text


def _plain(name: str, kind: str, value: Any) -> wire.Parameter:
    if isinstance(value, str):
        value = _read_text(kind, value)
    if kind == "bool" and isinstance(value, bool):
        return wire.Parameter(name=name, bool_value=wire.BoolParameterValue(value=value))
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        if not -(2**63) <= value < 2**63:
            raise ValueError(f"parameter {name!r}: {value} does not fit in 64 bits")
        return wire.Parameter(name=name, int_value=wire.IntParameterValue(value=value))
    if kind == "float" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return wire.Parameter(name=name, float_value=wire.FloatParameterValue(value=float(value)))
    if kind == "str" and isinstance(value, str):
        return wire.Parameter(name=name, str_value=wire.StrParameterValue(value=value))
    if kind == "vault" and isinstance(value, str):
        return wire.Parameter(name=name, vault_value=wire.VaultParameterValue(value=value))
    raise ValueError(f"parameter {name!r} is {kind}, and {value!r} is {type(value).__name__}")
