"""A project's folder: its file, its parameters, and the archive that is sent."""

from __future__ import annotations

import io
import pathlib
import re
import uuid
import zipfile
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Mapping

import yaml

from ..exceptions import InvalidProjectError
from .arguments import AnyPath
from .ignore_files import IgnoreFiles

FILE_NAMES = ("bauplan_project.yml", "bauplan_project.yaml")
PARAMETER_TYPES = ("str", "int", "float", "bool", "secret", "vault")
_ALWAYS = ("*.py", "*.sql", "requirements.txt", *FILE_NAMES)
# The same moment in each archive, so that equal projects give equal bytes.
_ENTRY_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class ParameterDeclaration:
    """One entry below ``parameters`` of the project file."""

    type: str
    required: bool
    default: Any
    key: str


@dataclass(frozen=True)
class Project:
    """What the project file says, as far as a client needs it."""

    folder: pathlib.Path
    id: uuid.UUID
    name: str
    parameters: Mapping[str, ParameterDeclaration]
    include_paths: List[str] = field(default_factory=list)


def read_project(folder: AnyPath) -> Project:
    """
    Raises:
        InvalidProjectError: no project file or two of them, or one that cannot be read.
    """
    place = pathlib.Path(folder).expanduser().resolve()
    found = [place / name for name in FILE_NAMES if (place / name).is_file()]
    if len(found) != 1:
        raise InvalidProjectError(f"{place}: {'both' if found else 'neither'} {' and '.join(FILE_NAMES)}")
    try:
        content = yaml.safe_load(found[0].read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidProjectError(f"{found[0]}: {error}") from error
    head = content.get("project") if isinstance(content, dict) else None
    if not isinstance(head, dict):
        raise InvalidProjectError(f"{found[0]}: no mapping 'project'")
    try:
        identity = uuid.UUID(str(head.get("id")))
    except ValueError:
        raise InvalidProjectError(f"{found[0]}: project.id {head.get('id')!r} is no UUID") from None
    return Project(
        folder=place,
        id=identity,
        name=str(head.get("name") or ""),
        parameters=_parameters(found[0], content.get("parameters") or {}),
        include_paths=_include_paths(found[0], content.get("include_paths") or []),
    )


def _parameters(file: pathlib.Path, declared: Any) -> Dict[str, ParameterDeclaration]:
    if not isinstance(declared, dict):
        raise InvalidProjectError(f"{file}: 'parameters' is no mapping")
    parameters = {}
    for name, value in declared.items():
        value = value or {}
        if not isinstance(value, dict):
            raise InvalidProjectError(f"{file}: parameter {name!r} is no mapping")
        kind = str(value.get("type") or "str")
        if kind not in PARAMETER_TYPES:
            raise InvalidProjectError(f"{file}: parameter {name!r} has the unknown type {kind!r}")
        if re.search(r"[\s.]", str(name)):
            raise InvalidProjectError(f"{file}: the parameter name {name!r} has a space or a dot")
        parameters[str(name)] = ParameterDeclaration(
            type=kind,
            required=bool(value.get("required", False)),
            default=value.get("default"),
            key=str(value.get("key") or ""),
        )
    return parameters


def _include_paths(file: pathlib.Path, declared: Any) -> List[str]:
    if not isinstance(declared, list):
        raise InvalidProjectError(f"{file}: 'include_paths' is no list")
    for pattern in declared:
        parts = pathlib.PurePosixPath(str(pattern))
        if not str(pattern).endswith(".sql") or ".." in parts.parts or parts.is_absolute():
            raise InvalidProjectError(
                f"{file}: include_paths: {pattern!r} is not allowed; it must end in .sql and stay "
                "in the project"
            )
    return [str(pattern) for pattern in declared]


def project_files(project: Project) -> List[pathlib.Path]:
    """The files that are sent, in the order of their names.

    Raises:
        InvalidProjectError: a link leads out of the project.
    """
    ignored = IgnoreFiles(project.folder)
    chosen = set()
    for path in _candidates(project):
        hidden = any(part.startswith(".") for part in path.relative_to(project.folder).parts)
        if hidden or not path.is_file() or ignored.leaves_out(path):
            continue
        target = path.resolve()
        if project.folder not in target.parents:
            raise InvalidProjectError(f"{path} leads out of the project, to {target}")
        chosen.add(path)
    return sorted(chosen)


def _candidates(project: Project) -> Iterator[pathlib.Path]:
    for pattern in _ALWAYS:
        yield from project.folder.glob(pattern)
    for pattern in project.include_paths:
        yield from project.folder.glob(pattern)


def pack(project: Project) -> bytes:
    """The archive. Equal files give equal bytes.

    Raises:
        InvalidProjectError: a file cannot be read, or a link leads out of the project.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in project_files(project):
            entry = zipfile.ZipInfo(path.relative_to(project.folder).as_posix(), _ENTRY_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            try:
                archive.writestr(entry, path.read_bytes())
            except OSError as error:
                raise InvalidProjectError(f"{path}: {error.strerror}") from error
    return packed.getvalue()


def unpack_texts(packed: bytes) -> Dict[str, str]:
    """File name to text; nothing for an archive that is none or holds other than text."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError):
        return {}
