"""Tables as the catalog has them; making and filling them are jobs (``imports``)."""

from __future__ import annotations

from typing import Iterator, Mapping, Optional

from ..error_kinds import ApiErrorKind
from ..exceptions import NamespaceUnresolvedError, TableNotFoundError
from ..schema import Branch, Table
from .arguments import (
    AnyBranch,
    AnyNamespace,
    AnyRef,
    AnyTable,
    branch_text,
    namespace_text,
    optional_namespace,
    ref_text,
    table_text,
)
from .connection import Connected, commit_note
from .errors import http_error
from .parsing import parse_branch, parse_table
from .rest import path, read_json


def _with_namespace(table: AnyTable, namespace: Optional[AnyNamespace]) -> str:
    """``namespace.table``, or the bare name where no namespace was given."""
    name = table_text(table)
    wanted = optional_namespace(namespace)
    if wanted is None:
        return name
    if "." not in name:
        return f"{wanted}.{name}"
    if name.rsplit(".", 1)[0] == wanted:
        return name
    raise NamespaceUnresolvedError(
        409,
        "NAMESPACE_UNRESOLVED",
        f"table {name!r} is not in namespace {wanted!r}",
        ApiErrorKind.NamespaceUnresolved(name, wanted),
    )


class Tables(Connected):
    """A name without a namespace is looked up in the default one."""

    def get_tables(
        self,
        ref: AnyRef,
        *,
        filter_by_name: Optional[str] = None,
        filter_by_namespace: Optional[AnyNamespace] = None,
        limit: Optional[int] = None,
    ) -> Iterator[Table]:
        """Lists the tables at a ref.

        Args:
            filter_by_name, filter_by_namespace: regular expressions.
            limit: at most so many.

        Raises:
            RefNotFoundError: there is no such ref.
        """
        filters = [
            ("filter_by_name", filter_by_name),
            ("filter_by_namespace", optional_namespace(filter_by_namespace)),
        ]
        address = path("catalog", "v0", "refs", ref_text(ref), "tables")
        return self._rest.pages(address, filters, parse_table, limit)

    def get_table(
        self, table: AnyTable, ref: AnyRef, *, namespace: Optional[AnyNamespace] = None
    ) -> Table:
        """Reads what a table is: columns, partitions, size, where its metadata lies.

        Raises:
            TableNotFoundError: there is none of this name at the ref.
            NamespaceNotFoundError, RefNotFoundError: there is no such namespace or ref.
            NamespaceUnresolvedError: the name and ``namespace`` disagree.
        """
        address = path("catalog", "v0", "refs", ref_text(ref), "tables", table_text(table))
        parameters = [("namespace", optional_namespace(namespace))]
        return self._rest.one("GET", address, parse_table, parameters=parameters)

    def has_table(
        self, table: AnyTable, ref: AnyRef, *, namespace: Optional[AnyNamespace] = None
    ) -> bool:
        """Whether there is such a table.

        Raises:
            NamespaceNotFoundError, RefNotFoundError: there is no such namespace or ref.
        """
        try:
            self.get_table(table, ref, namespace=namespace)
        except TableNotFoundError:
            return False
        return True

    def delete_table(
        self,
        table: AnyTable,
        branch: AnyBranch,
        *,
        namespace: Optional[AnyNamespace] = None,
        if_exists: bool = False,
        commit_body: Optional[str] = None,
        commit_properties: Optional[Mapping[str, str]] = None,
    ) -> Branch:
        """Takes a table off a branch and returns the branch; older commits still have it.

        Args:
            if_exists: return the branch as it is if there is no such table.

        Raises:
            TableNotFoundError: there is none, and ``if_exists`` is false.
            DeleteTableForbiddenError: the caller may not write the branch.
        """
        name = table_text(table)
        address = path("catalog", "v0", "branches", branch_text(branch), "tables", name)
        body = commit_note(commit_body, commit_properties)
        parameters = [("namespace", optional_namespace(namespace))]
        try:
            return self._rest.changed(
                "DELETE", address, parse_branch, parameters=parameters, body=body
            )
        except TableNotFoundError as error:
            if if_exists and isinstance(error.kind, ApiErrorKind.TableNotFound):
                there = error.kind.catalog_ref
                return Branch(there.name, there.hash)
            raise

    def revert_table(
        self,
        table: AnyTable,
        *,
        namespace: Optional[AnyNamespace] = None,
        source_ref: AnyRef,
        into_branch: AnyBranch,
        replace: Optional[bool] = None,
        commit_body: Optional[str] = None,
        commit_properties: Optional[Mapping[str, str]] = None,
    ) -> Branch:
        """Puts a table back on a branch as it is at another ref, as one commit.

        Args:
            namespace: of the table; honoured, where Bauplan's client forgets it.
            replace: whether the branch's own version may be replaced.

        Raises:
            RevertDestinationTableExistsError: the branch has it, and ``replace`` is not true.
            RevertIdenticalTableError: both versions are the same.
            SameRefError: both refs are the same commit.
            TableNotFoundError: the source has none.
            RevertTableForbiddenError: the caller may not write the branch.
        """
        body = commit_note(commit_body, commit_properties)
        body["replace"] = bool(replace)
        address = path(
            "catalog",
            "v0",
            "refs",
            ref_text(source_ref),
            "tables",
            _with_namespace(table, namespace),
            "revert",
            branch_text(into_branch),
        )
        return self._rest.changed("POST", address, parse_branch, body=body)

    def create_external_table_from_metadata(
        self,
        table: AnyTable,
        metadata_json_uri: str,
        *,
        namespace: AnyNamespace,
        branch: Optional[AnyBranch] = None,
        overwrite: bool = False,
    ) -> Table:
        """Shows an Iceberg table that lies elsewhere, at one version, as a table of a branch.

        Args:
            metadata_json_uri: address of the version's ``metadata.json``.
            branch: default the profile's active branch, else the server's default branch.
            overwrite: whether a table of this name may be replaced.

        Raises:
            ConflictError: there is a table of this name, and ``overwrite`` is false.
            BauplanHTTPError: the metadata cannot be read.
        """
        target = branch_text(branch or self._settings.active_branch or "-")
        name = table.name if isinstance(table, Table) else table_text(table)
        group = namespace_text(namespace)
        address = path("iceberg", "v1", target, "namespaces", group, "register")
        body = {"name": name, "metadata-location": metadata_json_uri, "overwrite": overwrite}
        reply = self._rest.exchange("POST", address, body=body)
        content = read_json(reply)
        if not 200 <= reply.status < 300 or "metadata" not in content:
            raise http_error(reply.status, {"type": "INVALID_RESPONSE", "message": reply.reason})
        return self.get_table(name, target, namespace=group)
