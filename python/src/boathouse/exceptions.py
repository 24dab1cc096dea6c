"""What the client raises. Catch ``BauplanError`` (also called ``BoathouseError``) for all of it.

A refusal of the catalog is a ``BauplanHTTPError`` or a class below it, chosen by what was wrong;
its ``kind`` holds the names it is about. A job that could not be submitted is a
``BauplanJobError``; a query that failed is a ``BauplanQueryError``. Wrong arguments that the client
sees by itself are ``ValueError`` or ``TypeError``, and nothing has been sent then.
"""

from __future__ import annotations

from typing import Optional, Union

from .error_kinds import ApiErrorKind
from .state import (
    ExternalTableCreateState,
    RunState,
    TableCreatePlanApplyState,
    TableCreatePlanState,
    TableDataImportState,
)


class BauplanError(Exception):
    """Base of all errors of the client."""


BoathouseError = BauplanError


class BauplanHTTPError(BauplanError):
    """The catalog refused. ``code`` is the HTTP status, ``type`` the server's word for it."""

    def __init__(
        self, code: int, type: str, message: str, kind: Optional[ApiErrorKind] = None
    ) -> None:
        super().__init__(code, type, message, kind)
        self.code = code
        self.type = type
        self.message = message
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.message} ({self.code} {self.type})"


class BadRequestError(BauplanHTTPError):
    """400: the request itself is wrong."""


class InvalidDataError(BadRequestError):
    """400: a value in the request is wrong."""


class InvalidRefError(BadRequestError):
    """400: the text is no ref, or not of the kind wanted."""


class NotABranchRefError(InvalidRefError):
    """400: a branch was wanted."""


class NotATagRefError(InvalidRefError):
    """400: a tag was wanted."""


class NotAWriteBranchRefError(NotABranchRefError):
    """400: only a branch can be written, neither a tag nor a commit."""


class SameRefError(InvalidRefError):
    """400: both refs are the same commit."""


class UnauthorizedError(BauplanHTTPError):
    """401: the server does not know the key."""


class ForbiddenError(BauplanHTTPError):
    """403: the user may not do this."""


class CreateBranchForbiddenError(ForbiddenError):
    """403: the user may not create this branch."""


class CreateNamespaceForbiddenError(ForbiddenError):
    """403: the user may not create namespaces there."""


class CreateTagForbiddenError(ForbiddenError):
    """403: the user may not create tags."""


class DeleteBranchForbiddenError(ForbiddenError):
    """403: the user may not delete this branch; nobody deletes ``main``."""


class DeleteNamespaceForbiddenError(ForbiddenError):
    """403: the user may not delete namespaces there."""


class DeleteTableForbiddenError(ForbiddenError):
    """403: the user may not delete tables there."""


class DeleteTagForbiddenError(ForbiddenError):
    """403: the user may not delete this tag."""


class MergeForbiddenError(ForbiddenError):
    """403: the user may not merge into this branch."""


class RenameBranchForbiddenError(ForbiddenError):
    """403: the user may not rename this branch, or not to this name."""


class RenameTagForbiddenError(ForbiddenError):
    """403: the user may not rename this tag."""


class RevertTableForbiddenError(ForbiddenError):
    """403: the user may not revert tables there."""


class NotFoundError(BauplanHTTPError):
    """404: there is nothing under this address."""


class ResourceNotFoundError(NotFoundError):
    """404: what was named does not exist."""


class TableNotFoundError(ResourceNotFoundError):
    """404: no such table at this ref."""


class NamespaceNotFoundError(ResourceNotFoundError):
    """404: no such namespace at this ref."""


class BranchNotFoundError(ResourceNotFoundError):
    """404: no such branch."""


class RefNotFoundError(ResourceNotFoundError):
    """404: no such branch, tag or commit."""


class TagNotFoundError(ResourceNotFoundError):
    """404: no such tag."""


class ApiMethodError(ResourceNotFoundError):
    """404: the server has no such operation."""


class MethodNotAllowedError(BauplanHTTPError):
    """405: the address does not offer this."""


class ApiRouteError(MethodNotAllowedError):
    """405: the server has no such route."""


class ConflictError(BauplanHTTPError):
    """409: the request disagrees with the state of the catalog."""


class UpdateConflictError(ConflictError):
    """409: a change disagrees with the state of the catalog."""


class BranchExistsError(UpdateConflictError):
    """409: there is a branch of this name already."""


class TableExistsError(UpdateConflictError):
    """409: there is a table of this name already."""


class TagExistsError(UpdateConflictError):
    """409: there is a tag of this name already."""


class NamespaceExistsError(UpdateConflictError):
    """409: there is a namespace of this name already."""


class NamespaceUnresolvedError(ConflictError):
    """409: the table's name says one namespace, the argument another."""


class BranchHeadChangedError(UpdateConflictError):
    """409: somebody else moved the branch; read again and retry."""


class MergeConflictError(UpdateConflictError):
    """409: both sides changed the same table since they parted."""


class NamespaceIsNotEmptyError(UpdateConflictError):
    """409: the namespace has tables."""


class RevertDestinationTableExistsError(UpdateConflictError):
    """409: the branch has the table, and ``replace`` was not asked for."""


class RevertIdenticalTableError(UpdateConflictError):
    """409: both sides have the table in the same version."""


class TooManyRequestsError(BauplanHTTPError):
    """429: the server is busy; nothing was done."""


class InternalError(BauplanHTTPError):
    """500: the server's own fault."""


class BadGatewayError(BauplanHTTPError):
    """502: something before the server failed."""


class ServiceUnavailableError(BauplanHTTPError):
    """503: the server is starting, stopping or overloaded; retry."""


class GatewayTimeoutError(BauplanHTTPError):
    """504: something before the server waited too long for it."""


class BauplanJobError(BauplanError):
    """A job was refused, or the job service could not be reached."""


class BauplanQueryError(BauplanJobError):
    """A query failed or timed out."""


class InvalidProjectError(BauplanJobError, ValueError):
    """A project's folder or file is wrong; nothing was sent."""


class JobFailedError(BauplanJobError):
    """A job took longer than the caller waits and was cancelled, or it did not succeed and
    ``raise_on_error`` was asked for. ``state`` says how far it came."""

    def __init__(
        self,
        message: str,
        state: Union[
            RunState, TableCreatePlanState, TableDataImportState, ExternalTableCreateState
        ],
    ) -> None:
        super().__init__(message)
        self.message = message
        self.state = state


class NoResultsFoundError(BauplanError):
    """A query ended without telling where its result is."""


class InvalidPlanError(BauplanError):
    """What was to be applied is no plan."""


class TableCreatePlanError(BauplanError):
    """No table could be planned."""


class TableCreatePlanStatusError(TableCreatePlanError):
    """The plan's job failed, or its plan needs a person's decision; ``state`` says more."""

    def __init__(self, message: str, state: TableCreatePlanState) -> None:
        super().__init__(message, state)
        self.message = message
        self.state = state

    def __str__(self) -> str:
        return self.message


class TableCreatePlanApplyStatusError(BauplanError):
    """The job that applied a plan failed; ``state`` says more."""

    def __init__(self, message: str, state: TableCreatePlanApplyState) -> None:
        super().__init__(message, state)
        self.message = message
        self.state = state

    def __str__(self) -> str:
        return self.message
