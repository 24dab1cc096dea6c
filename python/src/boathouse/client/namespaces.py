"""Namespaces: groups of tables on a branch."""

from __future__ import annotations

from typing import Iterator, Mapping, Optional

from ..error_kinds import ApiErrorKind
from ..exceptions import NamespaceExistsError, NamespaceNotFoundError
from ..schema import Branch, Namespace
from .arguments import AnyBranch, AnyNamespace, AnyRef, branch_text, namespace_text, ref_text
from .connection import Connected, commit_note
from .parsing import parse_branch, parse_namespace
from .rest import path


class Namespaces(Connected):
    """Each branch has its own namespaces."""

    def get_namespaces(
        self, ref: AnyRef, *, filter_by_name: Optional[str] = None, limit: Optional[int] = None
    ) -> Iterator[Namespace]:
        """Lists the namespaces at a ref.

        Args:
            filter_by_name: only those whose name matches this regular expression.
            limit: at most so many.

        Raises:
            RefNotFoundError: there is no such ref.
        """
        address = path("catalog", "v0", "refs", ref_text(ref), "namespaces")
        filters = [("filter_by_name", filter_by_name)]
        return self._rest.pages(address, filters, parse_namespace, limit)

    def get_namespace(self, namespace: AnyNamespace, ref: AnyRef) -> Namespace:
        """Reads a namespace.

        Raises:
            NamespaceNotFoundError: there is none of this name at the ref.
            RefNotFoundError: there is no such ref.
        """
        name = namespace_text(namespace)
        address = path("catalog", "v0", "refs", ref_text(ref), "namespaces", name)
        return self._rest.one("GET", address, parse_namespace)

    def has_namespace(self, namespace: AnyNamespace, ref: AnyRef) -> bool:
        """Whether there is such a namespace.

        Raises:
            RefNotFoundError: there is no such ref.
        """
        try:
            self.get_namespace(namespace, ref)
        except NamespaceNotFoundError:
            return False
        return True

    def create_namespace(
        self,
        namespace: AnyNamespace,
        branch: AnyBranch,
        *,
        commit_body: Optional[str] = None,
        commit_properties: Optional[Mapping[str, str]] = None,
        if_not_exists: bool = False,
    ) -> Namespace:
        """Creates a namespace on a branch, as one commit.

        Args:
            if_not_exists: return the one that is there already instead of raising.

        Raises:
            NamespaceExistsError: there is one, and ``if_not_exists`` is false.
            BranchNotFoundError, RefNotFoundError: there is no such branch.
            NotAWriteBranchRefError: a tag or a commit cannot be written.
            CreateNamespaceForbiddenError: the caller may not write the branch.
        """
        body = commit_note(commit_body, commit_properties)
        body["namespace_name"] = namespace_text(namespace)
        address = path("catalog", "v0", "branches", branch_text(branch), "namespaces")
        try:
            return self._rest.one("POST", address, parse_namespace, body=body)
        except NamespaceExistsError as error:
            if if_not_exists and isinstance(error.kind, ApiErrorKind.NamespaceExists):
                return Namespace(error.kind.namespace_name)
            raise

    def delete_namespace(
        self,
        namespace: AnyNamespace,
        branch: AnyBranch,
        *,
        if_exists: bool = False,
        commit_body: Optional[str] = None,
        commit_properties: Optional[Mapping[str, str]] = None,
    ) -> Branch:
        """Deletes an empty namespace and returns the branch with its new commit.

        Args:
            if_exists: return the branch as it is if there is no such namespace.

        Raises:
            NamespaceNotFoundError: there is none, and ``if_exists`` is false.
            NamespaceIsNotEmptyError: it has tables.
            DeleteNamespaceForbiddenError: the caller may not write the branch.
        """
        name = namespace_text(namespace)
        address = path("catalog", "v0", "branches", branch_text(branch), "namespaces", name)
        body = commit_note(commit_body, commit_properties)
        try:
            return self._rest.changed("DELETE", address, parse_branch, body=body)
        except NamespaceNotFoundError as error:
            if if_exists and isinstance(error.kind, ApiErrorKind.NamespaceNotFound):
                there = error.kind.catalog_ref
                return Branch(there.name, there.hash)
            raise
