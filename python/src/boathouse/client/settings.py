"""Where the server is and who is asking: arguments, environment and configuration file."""

from __future__ import annotations

import os
import pathlib
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional

import yaml

DEFAULT_PROFILE = "default"
REQUEST_TIMEOUT_S = 30.0
JOB_TIMEOUT_S = 1800.0

# The first of each pair is ours; the second keeps existing set-ups working.
_VARIABLES = {
    "api_endpoint": ("BOATHOUSE_API_ENDPOINT", "BAUPLAN_API_ENDPOINT"),
    "api_key": ("BOATHOUSE_API_KEY", "BAUPLAN_API_KEY"),
    "profile": ("BOATHOUSE_PROFILE", "BAUPLAN_PROFILE"),
}
_FILES = (
    ".boathouse/config.yaml",
    ".boathouse/config.yml",
    ".bauplan/config.yaml",
    ".bauplan/config.yml",
)


@dataclass(frozen=True)
class Settings:
    """What a client needs to know. ``args`` go along with every job."""

    api_endpoint: str
    api_key: str = field(repr=False)
    profile: str = DEFAULT_PROFILE
    active_branch: Optional[str] = None
    args: Mapping[str, str] = field(default_factory=dict)
    request_timeout_s: float = REQUEST_TIMEOUT_S


def _variable(environment: Mapping[str, str], name: str) -> Optional[str]:
    for variable in _VARIABLES[name]:
        if environment.get(variable):
            return environment[variable]
    return None


def _default_file(home: pathlib.Path) -> Optional[pathlib.Path]:
    for name in _FILES:
        if (home / name).is_file():
            return home / name
    return None


def _read_profiles(file: pathlib.Path) -> Dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{file}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ValueError(f"{file}: not YAML: {error}") from error
    profiles = (content or {}).get("profiles") if isinstance(content or {}, dict) else None
    if not isinstance(profiles, dict):
        raise ValueError(f"{file}: no mapping 'profiles'")
    return profiles


def _checked(endpoint: Optional[str], key: Optional[str]) -> None:
    if not key:
        raise ValueError(
            "no API key: pass api_key=, or set BOATHOUSE_API_KEY or a profile's api_key"
        )
    if not key.isascii() or not key.isprintable():
        raise ValueError("the API key has characters that no key has")
    if not endpoint:
        raise ValueError(
            "no server: pass api_endpoint=, or set BOATHOUSE_API_ENDPOINT or a profile's "
            "api_endpoint, e.g. http://127.0.0.1:8080"
        )
    if not endpoint.startswith(("http://", "https://")):
        raise ValueError(f"the endpoint {endpoint!r} does not begin with http:// or https://")


def load(
    profile: Optional[str] = None,
    api_key: Optional[str] = None,
    client_timeout: Optional[float] = None,
    config_file_path: Optional[str] = None,
    api_endpoint: Optional[str] = None,
    environment: Optional[Mapping[str, str]] = None,
    home: Optional[pathlib.Path] = None,
) -> Settings:
    """Arguments beat the environment, the environment beats the file, and ours beats Bauplan's.

    With ``config_file_path`` that file alone is read and the environment is not.

    Raises:
        ValueError: no endpoint or key anywhere, or an asked-for profile or file that is not there.
    """
    if client_timeout is not None and client_timeout <= 0:
        raise ValueError(f"client_timeout is {client_timeout}, must be more than 0 seconds")
    if config_file_path is not None:
        environment = {}
    elif environment is None:
        environment = os.environ
    asked = profile or _variable(environment, "profile")
    if config_file_path is not None:
        file: Optional[pathlib.Path] = pathlib.Path(config_file_path).expanduser()
    else:
        file = _default_file(home or pathlib.Path.home())
    profiles = _read_profiles(file) if file else {}
    name = asked or DEFAULT_PROFILE
    key = api_key or _variable(environment, "api_key")
    endpoint = api_endpoint or _variable(environment, "api_endpoint")
    # A file that lacks a profile nobody asked for does not matter when it is not needed.
    if name not in profiles and (asked or not (key and endpoint)) and (file or asked):
        known: List[str] = sorted(str(known) for known in profiles)
        raise ValueError(f"profile {name!r} not found in {file or 'any file'}, which has {known}")
    values = profiles.get(name) or {}
    endpoint = endpoint or values.get("api_endpoint")
    key = key or values.get("api_key")
    _checked(endpoint, key)
    return Settings(
        api_endpoint=str(endpoint),
        api_key=str(key),
        profile=name,
        active_branch=values.get("active_branch"),
        args={str(k): str(v) for k, v in (values.get("args") or {}).items()},
        request_timeout_s=float(client_timeout or REQUEST_TIMEOUT_S),
    )
