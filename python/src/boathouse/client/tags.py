"""Tags: names for commits."""

from __future__ import annotations

from typing import Iterator, Optional

from ..error_kinds import ApiErrorKind
from ..exceptions import NotATagRefError, TagExistsError, TagNotFoundError
from ..schema import Tag
from .arguments import AnyRef, AnyTag, ref_text, tag_text
from .connection import Connected
from .parsing import parse_tag
from .rest import path

_ALL = path("catalog", "v0", "tags")


def _one(tag: AnyTag) -> str:
    return path("catalog", "v0", "tags", tag_text(tag))


class Tags(Connected):
    """A tag names a commit and does not move; it is read wherever a ref is."""

    def get_tags(
        self, *, filter_by_name: Optional[str] = None, limit: Optional[int] = None
    ) -> Iterator[Tag]:
        """Lists tags.

        Args:
            filter_by_name: only those whose name matches this regular expression.
            limit: at most so many.
        """
        return self._rest.pages(_ALL, [("filter_by_name", filter_by_name)], parse_tag, limit)

    def get_tag(self, tag: AnyTag) -> Tag:
        """Reads a tag.

        Raises:
            TagNotFoundError: there is none of this name.
            NotATagRefError: the name is a branch's.
        """
        return self._rest.one("GET", _one(tag), parse_tag)

    def has_tag(self, tag: AnyTag) -> bool:
        """Whether there is a tag of this name; a branch is none."""
        try:
            self.get_tag(tag)
        except (TagNotFoundError, NotATagRefError):
            return False
        return True

    def create_tag(self, tag: AnyTag, from_ref: AnyRef, *, if_not_exists: bool = False) -> Tag:
        """Names the commit that a ref is at.

        Args:
            if_not_exists: return the tag that is there already instead of raising.

        Raises:
            TagExistsError: there is one, and ``if_not_exists`` is false.
            RefNotFoundError: there is no such ref.
            CreateTagForbiddenError: the caller may not.
        """
        body = {"tag_name": tag_text(tag), "from_ref": ref_text(from_ref)}
        try:
            return self._rest.one("POST", _ALL, parse_tag, body=body)
        except TagExistsError as error:
            if if_not_exists and isinstance(error.kind, ApiErrorKind.TagExists):
                there = error.kind.catalog_ref
                return Tag(there.name, there.hash)
            raise

    def rename_tag(self, tag: AnyTag, new_tag: AnyTag) -> Tag:
        """Renames a tag and returns it under its new name.

        Raises:
            TagNotFoundError: there is none of the old name.
            TagExistsError: there is one of the new name.
            RenameTagForbiddenError: the caller may not.
        """
        return self._rest.one("PATCH", _one(tag), parse_tag, body={"tag_name": tag_text(new_tag)})

    def delete_tag(self, tag: AnyTag, *, if_exists: bool = False) -> bool:
        """Deletes a tag and returns true; its commit stays.

        Args:
            if_exists: return false for a missing tag instead of raising.

        Raises:
            TagNotFoundError: there is none, and ``if_exists`` is false.
            DeleteTagForbiddenError: the caller may not.
        """
        try:
            self._rest.one("DELETE", _one(tag), parse_tag)
        except TagNotFoundError:
            if if_exists:
                return False
            raise
        return True
