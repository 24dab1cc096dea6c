"""Branches: list, create, rename, merge, delete."""

from __future__ import annotations

from typing import Iterator, Mapping, Optional

from ..error_kinds import ApiErrorKind
from ..exceptions import BranchExistsError, BranchNotFoundError, NotABranchRefError
from ..schema import Branch
from .arguments import AnyBranch, AnyRef, branch_text, ref_text
from .connection import Connected, commit_note
from .parsing import parse_branch
from .rest import path

_ALL = path("catalog", "v0", "branches")


def _one(branch: AnyBranch) -> str:
    return path("catalog", "v0", "branches", branch_text(branch))


class Branches(Connected):
    """A branch is a whole lake of its own: creating one copies nothing."""

    def get_branches(
        self,
        *,
        name: Optional[str] = None,
        user: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> Iterator[Branch]:
        """Lists branches.

        Args:
            name: only those whose name matches this regular expression.
            user: only those of this user; ``'~'`` is the caller.
            limit: at most so many.
        """
        filters = [("filter_by_name", name), ("filter_by_user", user)]
        return self._rest.pages(_ALL, filters, parse_branch, limit)

    def get_branch(self, branch: AnyBranch) -> Branch:
        """Reads a branch.

        Raises:
            BranchNotFoundError: there is none of this name.
            NotABranchRefError: the name is a tag's.
        """
        return self._rest.one("GET", _one(branch), parse_branch)

    def has_branch(self, branch: AnyBranch) -> bool:
        """Whether there is a branch of this name; a tag is none."""
        try:
            self.get_branch(branch)
        except (BranchNotFoundError, NotABranchRefError):
            return False
        return True

    def create_branch(
        self, branch: AnyBranch, from_ref: AnyRef, *, if_not_exists: bool = False
    ) -> Branch:
        """Creates a branch at a ref.

        Args:
            branch: its name, usually ``<user>.<what for>``.
            from_ref: branch, tag or commit it starts at.
            if_not_exists: return the branch that is there already instead of raising.

        Raises:
            BranchExistsError: there is one, and ``if_not_exists`` is false.
            RefNotFoundError: there is no such ref.
            CreateBranchForbiddenError: the name is outside the caller's zone.
        """
        body = {"branch_name": branch_text(branch), "from_ref": ref_text(from_ref)}
        try:
            return self._rest.one("POST", _ALL, parse_branch, body=body)
        except BranchExistsError as error:
            if if_not_exists and isinstance(error.kind, ApiErrorKind.BranchExists):
                there = error.kind.catalog_ref
                return Branch(there.name, there.hash)
            raise

    def rename_branch(self, branch: AnyBranch, new_branch: AnyBranch) -> Branch:
        """Renames a branch and returns it under its new name.

        Raises:
            BranchNotFoundError: there is none of the old name.
            BranchExistsError: there is one of the new name.
            RenameBranchForbiddenError: one of the names is outside the caller's zone.
        """
        body = {"branch_name": branch_text(new_branch)}
        return self._rest.one("PATCH", _one(branch), parse_branch, body=body)

    def merge_branch(
        self,
        source_ref: AnyRef,
        into_branch: AnyBranch,
        *,
        commit_message: Optional[str] = None,
        commit_body: Optional[str] = None,
        commit_properties: Optional[Mapping[str, str]] = None,
    ) -> Branch:
        """Brings the changes of a ref into a branch, as one commit, and returns the branch.

        Raises:
            MergeConflictError: both sides changed the same table; nothing was changed.
            BranchNotFoundError, RefNotFoundError: there is no such branch or ref.
            NotAWriteBranchRefError: the target is no branch.
            MergeForbiddenError: the caller may not write the target.
        """
        address = path(
            "catalog", "v0", "refs", ref_text(source_ref), "merge", branch_text(into_branch)
        )
        body = commit_note(commit_body, commit_properties, commit_message)
        return self._rest.changed("POST", address, parse_branch, body=body)

    def delete_branch(self, branch: AnyBranch, *, if_exists: bool = False) -> bool:
        """Deletes a branch and returns true; what was merged elsewhere stays.

        Args:
            if_exists: return false for a missing branch instead of raising.

        Raises:
            BranchNotFoundError: there is none, and ``if_exists`` is false.
            DeleteBranchForbiddenError: it is not the caller's, or it is ``main``.
        """
        try:
            self._rest.one("DELETE", _one(branch), parse_branch)
        except BranchNotFoundError:
            if if_exists:
                return False
            raise
        return True
