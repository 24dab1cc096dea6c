"""What kind of refusal an error is, with the names it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Type

from .schema import Ref


class ApiErrorKind:
    """Base of the kinds: ``isinstance(error.kind, ApiErrorKind.BranchNotFound)``."""

    BadRequest: ClassVar[Type[_BadRequest]]
    InvalidRef: ClassVar[Type[_InvalidRef]]
    NotABranchRef: ClassVar[Type[_NotABranchRef]]
    NotATagRef: ClassVar[Type[_NotATagRef]]
    NotAWriteBranchRef: ClassVar[Type[_NotAWriteBranchRef]]
    SameRef: ClassVar[Type[_SameRef]]
    Unauthorized: ClassVar[Type[_Unauthorized]]
    Forbidden: ClassVar[Type[_Forbidden]]
    CreateBranchForbidden: ClassVar[Type[_CreateBranchForbidden]]
    CreateNamespaceForbidden: ClassVar[Type[_CreateNamespaceForbidden]]
    CreateTagForbidden: ClassVar[Type[_CreateTagForbidden]]
    DeleteBranchForbidden: ClassVar[Type[_DeleteBranchForbidden]]
    DeleteNamespaceForbidden: ClassVar[Type[_DeleteNamespaceForbidden]]
    DeleteTableForbidden: ClassVar[Type[_DeleteTableForbidden]]
    DeleteTagForbidden: ClassVar[Type[_DeleteTagForbidden]]
    MergeForbidden: ClassVar[Type[_MergeForbidden]]
    RenameBranchForbidden: ClassVar[Type[_RenameBranchForbidden]]
    RenameTagForbidden: ClassVar[Type[_RenameTagForbidden]]
    RevertTableForbidden: ClassVar[Type[_RevertTableForbidden]]
    BranchNotFound: ClassVar[Type[_BranchNotFound]]
    NamespaceNotFound: ClassVar[Type[_NamespaceNotFound]]
    RefNotFound: ClassVar[Type[_RefNotFound]]
    TableNotFound: ClassVar[Type[_TableNotFound]]
    TagNotFound: ClassVar[Type[_TagNotFound]]
    BranchExists: ClassVar[Type[_BranchExists]]
    BranchHeadChanged: ClassVar[Type[_BranchHeadChanged]]
    MergeConflict: ClassVar[Type[_MergeConflict]]
    NamespaceExists: ClassVar[Type[_NamespaceExists]]
    NamespaceIsNotEmpty: ClassVar[Type[_NamespaceIsNotEmpty]]
    NamespaceUnresolved: ClassVar[Type[_NamespaceUnresolved]]
    RevertDestinationTableExists: ClassVar[Type[_RevertDestinationTableExists]]
    RevertIdenticalTable: ClassVar[Type[_RevertIdenticalTable]]
    TableExists: ClassVar[Type[_TableExists]]
    TagExists: ClassVar[Type[_TagExists]]


@dataclass(frozen=True)
class _BadRequest(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _InvalidRef(ApiErrorKind):
    input_ref: str


@dataclass(frozen=True)
class _NotABranchRef(ApiErrorKind):
    input_ref: str


@dataclass(frozen=True)
class _NotATagRef(ApiErrorKind):
    input_ref: str


@dataclass(frozen=True)
class _NotAWriteBranchRef(ApiErrorKind):
    input_ref: str


@dataclass(frozen=True)
class _SameRef(ApiErrorKind):
    input_ref: Ref
    catalog_ref: Ref


@dataclass(frozen=True)
class _Unauthorized(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _Forbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _CreateBranchForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _CreateNamespaceForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _CreateTagForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _DeleteBranchForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _DeleteNamespaceForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _DeleteTableForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _DeleteTagForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _MergeForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _RenameBranchForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _RenameTagForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _RevertTableForbidden(ApiErrorKind):
    pass


@dataclass(frozen=True)
class _BranchNotFound(ApiErrorKind):
    branch_name: str


@dataclass(frozen=True)
class _NamespaceNotFound(ApiErrorKind):
    namespace_name: str
    input_ref: str
    catalog_ref: Ref


@dataclass(frozen=True)
class _RefNotFound(ApiErrorKind):
    input_ref: str


@dataclass(frozen=True)
class _TableNotFound(ApiErrorKind):
    table_name: str
    input_ref: str
    catalog_ref: Ref


@dataclass(frozen=True)
class _TagNotFound(ApiErrorKind):
    tag_name: str


@dataclass(frozen=True)
class _BranchExists(ApiErrorKind):
    branch_name: str
    catalog_ref: Ref


@dataclass(frozen=True)
class _BranchHeadChanged(ApiErrorKind):
    input_ref: Ref
    head_ref: Ref


@dataclass(frozen=True)
class _MergeConflict(ApiErrorKind):
    source_ref: Ref
    destination_ref: Ref


@dataclass(frozen=True)
class _NamespaceExists(ApiErrorKind):
    namespace_name: str
    catalog_ref: Ref


@dataclass(frozen=True)
class _NamespaceIsNotEmpty(ApiErrorKind):
    namespace_name: str
    branch_name: str


@dataclass(frozen=True)
class _NamespaceUnresolved(ApiErrorKind):
    table_name: str
    namespace_name: str


@dataclass(frozen=True)
class _RevertDestinationTableExists(ApiErrorKind):
    source_table_name: str
    destination_table_name: str


@dataclass(frozen=True)
class _RevertIdenticalTable(ApiErrorKind):
    source_table_name: str
    destination_table_name: str


@dataclass(frozen=True)
class _TableExists(ApiErrorKind):
    table_name: str
    catalog_ref: Ref


@dataclass(frozen=True)
class _TagExists(ApiErrorKind):
    tag_name: str
    catalog_ref: Ref


def _offer(*kinds: Type[ApiErrorKind]) -> None:
    for kind in kinds:
        kind.__name__ = kind.__name__[1:]
        kind.__qualname__ = "ApiErrorKind." + kind.__name__
        setattr(ApiErrorKind, kind.__name__, kind)


_offer(*ApiErrorKind.__subclasses__())
