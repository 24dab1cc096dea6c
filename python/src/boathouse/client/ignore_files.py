"""Patterns of .gitignore and .ignore files."""

from __future__ import annotations

import pathlib
import re
from typing import List, NamedTuple, Optional


class _Rule(NamedTuple):
    matches: "re.Pattern[str]"
    keeps: bool
    folders_only: bool


def _expression(pattern: str) -> "re.Pattern[str]":
    """The pattern as an expression over a path relative to the file's folder."""
    anchored = "/" in pattern.rstrip("/")
    pattern = pattern.strip("/")
    out = "" if anchored else "(?:.*/)?"
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out, at = out + "(?:.*/)?", at + 3
        elif pattern.startswith("/**", at) and at + 3 == len(pattern):
            out, at = out + "/.*", at + 3
        elif pattern[at] == "*":
            while at < len(pattern) and pattern[at] == "*":
                at += 1
            out += "[^/]*"
        elif pattern[at] == "?":
            out, at = out + "[^/]", at + 1
        elif pattern[at] == "[" and "]" in pattern[at + 2 :]:
            end = pattern.index("]", at + 2)
            inside = pattern[at + 1 : end].replace("\\", "\\\\")
            inside = "^" + inside[1:] if inside[0] == "!" else inside
            out, at = out + f"[{inside}]", end + 1
        elif pattern[at] == "\\" and at + 1 < len(pattern):
            out, at = out + re.escape(pattern[at + 1]), at + 2
        else:
            out, at = out + re.escape(pattern[at]), at + 1
    return re.compile(out + r"\Z", re.DOTALL)


def _rules(text: str) -> List[_Rule]:
    rules = []
    for line in text.splitlines():
        if not line.endswith("\\ "):
            line = line.rstrip()
        if not line or line.startswith("#"):
            continue
        keeps = line.startswith("!")
        pattern = line[1:] if keeps or line.startswith(("\\#", "\\!")) else line
        if pattern.strip("/"):
            rules.append(_Rule(_expression(pattern), keeps, pattern.endswith("/")))
    return rules


class IgnoreFile:
    """What one such file says about the paths below its folder; the last matching line counts."""

    def __init__(self, file: pathlib.Path) -> None:
        self._folder = file.parent
        try:
            self._rules = _rules(file.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            self._rules = []

    def verdict(self, path: pathlib.Path) -> Optional[bool]:
        """True: left out; False: kept by a ``!`` line; none: not mentioned. A path is left out
        with each folder above it."""
        parts = path.relative_to(self._folder).parts
        for depth in range(1, len(parts) + 1):
            found = self._verdict("/".join(parts[:depth]), folder=depth < len(parts))
            if found or depth == len(parts):
                return found
        return None

    def _verdict(self, name: str, folder: bool) -> Optional[bool]:
        for rule in reversed(self._rules):
            if rule.matches.match(name) and (folder or not rule.folders_only):
                return not rule.keeps
        return None


class IgnoreFiles:
    """All that apply to a project: ``.ignore`` files beside and below it, and ``.gitignore`` files
    from the root of its git work tree, if it is in one. What is nearer to a file wins, and
    ``.ignore`` wins over ``.gitignore``."""

    def __init__(self, project: pathlib.Path) -> None:
        self._project = project
        self._root = next(
            (folder for folder in (project, *project.parents) if (folder / ".git").exists()), None
        )

    def leaves_out(self, path: pathlib.Path) -> bool:
        folders = [folder for folder in path.parents if self._applies(folder)]
        for name in (".ignore", ".gitignore"):
            if name == ".gitignore" and self._root is None:
                continue
            for folder in folders:
                found = IgnoreFile(folder / name).verdict(path)
                if found is not None:
                    return found
        return False

    def _applies(self, folder: pathlib.Path) -> bool:
        return (
            folder == self._project
            or self._project in folder.parents
            or (self._root is not None and (folder == self._root or self._root in folder.parents))
        )
