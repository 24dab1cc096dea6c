"""The history of a ref."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Iterator, Mapping, Optional, Union

from ..schema import Commit
from .arguments import AnyRef, moment_text, ref_text
from .connection import Connected
from .parsing import parse_commit
from .rest import path


class Commits(Connected):
    """Commits, newest first."""

    def get_commits(
        self,
        ref: AnyRef,
        *,
        filter_by_message: Optional[str] = None,
        filter_by_author_username: Optional[str] = None,
        filter_by_author_name: Optional[str] = None,
        filter_by_author_email: Optional[str] = None,
        filter_by_authored_date: Union[str, datetime, None] = None,
        filter_by_authored_date_start_at: Union[str, datetime, None] = None,
        filter_by_authored_date_end_at: Union[str, datetime, None] = None,
        filter_by_parent_hash: Optional[str] = None,
        filter_by_properties: Optional[Mapping[str, str]] = None,
        filter: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> Iterator[Commit]:
        """Lists the commits a ref is made of, newest first. Conditions are combined with "and".

        Args:
            ref: branch, tag or commit to begin at.
            filter_by_message, filter_by_author_username, filter_by_author_name,
                filter_by_author_email: regular expressions.
            filter_by_authored_date: exactly this moment.
            filter_by_authored_date_start_at, filter_by_authored_date_end_at: from, until.
            filter_by_parent_hash: only children of this commit.
            filter_by_properties: only commits with all of these properties.
            filter: a condition in CEL.
            limit: at most so many.

        Raises:
            RefNotFoundError: there is no such ref.
            BadRequestError: a condition cannot be read.
        """
        properties = None
        if filter_by_properties is not None:
            properties = json.dumps(dict(filter_by_properties))
        filters = [
            ("filter_by_message", filter_by_message),
            ("filter_by_author_username", filter_by_author_username),
            ("filter_by_author_name", filter_by_author_name),
            ("filter_by_author_email", filter_by_author_email),
            ("filter_by_authored_date", moment_text(filter_by_authored_date)),
            ("filter_by_authored_date_start_at", moment_text(filter_by_authored_date_start_at)),
            ("filter_by_authored_date_end_at", moment_text(filter_by_authored_date_end_at)),
            ("filter_by_parent_hash", filter_by_parent_hash),
            ("filter_by_properties", properties),
            ("filter", filter),
        ]
        address = path("catalog", "v0", "refs", ref_text(ref), "commits")
        return self._rest.pages(address, filters, parse_commit, limit)
