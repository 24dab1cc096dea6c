#!/usr/bin/env python3
"""The 44 methods of our Python package beside those of the stock package, at one real server: the same steps through the stock
client, ours and ours on asyncio, each with branches of its own, must give the same results and the same errors.

usage: side_by_side.py PROGRAM     in an interpreter that has `bauplan` 0.3.5, pandas and polars"""
import asyncio
import datetime
import inspect
import pathlib
import re
import sys
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "python" / "src")]

import bauplan  # noqa: E402
import bauplan.exceptions  # noqa: E402
import bauplan.schema  # noqa: E402
import bauplan.state  # noqa: E402
import boathouse  # noqa: E402
import boathouse.exceptions  # noqa: E402
import pyarrow  # noqa: E402
from server import Server, check  # noqa: E402
from steps import STEPS  # noqa: E402

METHODS = {name for name in dir(bauplan.Client) if not name.startswith("_")}
# What is another number in each call, and says nothing.
VARIES = {"duration", "duration_ns", "started_at_ns", "ended_at_ns", "size", "current_snapshot_id"}
# Texts that name what a call made, and the names that the server proposes instead of a wrong one.
IDS = ((r',? did you mean \\?"[^"]*"\?', ""), (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID"), (r"\b[0-9a-f]{64}\b", "HASH"), (r"\b[0-9]{14}\b", "MOMENT"))


class Awaiting:
    """The asynchronous client, waited for, so that the steps can be the same."""

    def __init__(self, client):
        self.client = client
        self.loop = asyncio.new_event_loop()

    def __getattr__(self, name):
        method = getattr(self.client, name)

        async def listed(items):
            return [item async for item in items]

        def call(*arguments, **options):
            made = method(*arguments, **options)
            return self.loop.run_until_complete(listed(made) if inspect.isasyncgen(made) else made)

        return call

    def close(self):
        self.loop.run_until_complete(self.client.close())
        self.loop.close()


class Refusal:
    """What an error says to a program. Ours may be of a finer class, and its text has its own words round the server's."""

    def __init__(self, classes, details, text=""):
        self.classes, self.details, self.text = classes, details, text

    def __repr__(self):
        return f"{sorted(self.classes)} {self.details} {self.text!r}"

    def allows(self, ours):
        """Whether a program that handles this one handles ours."""
        if not isinstance(ours, Refusal) or not self.classes <= ours.classes:
            return False
        said = re.search(r'message: "(.*)"$', self.text, re.DOTALL)
        words = said[1].replace('\\n', "\n").replace('\\"', '"') if said else ""
        return words in ours.text and self.details in (None, ours.details, ours.without_type())

    def without_type(self):
        """As the stock client has what the Iceberg catalog refuses: it does not read the type there."""
        return (self.details[0], "", *self.details[2:]) if self.details else None


class Side:
    """One client and what it was seen to do."""

    def __init__(self, name, package, client, work):
        self.name, self.package, self.client = name, package, client
        self.work, self.folder = work, work / name
        self.folder.mkdir()
        self.seen, self.called = [], set()

    def see(self, label, method, *arguments, **options):
        """Calls a method, keeps what came of it, and returns its value, or the error."""
        self.called.add(method)
        try:
            value = getattr(self.client, method)(*arguments, **options)
            if inspect.isgenerator(value) or hasattr(value, "__next__"):
                value = list(value)
            self.seen.append((label, self.facts(value)))
        except Exception as error:  # an error is a result, too
            value = error
            self.seen.append((label, self.error_facts(error)))
        return value

    def must(self, label, method, *arguments, **options):
        """As `see`, for what has to succeed."""
        value = self.see(label, method, *arguments, **options)
        check(not isinstance(value, Exception), self.name, label, repr(value))
        return value

    def refused(self, label, kind, method, *arguments, **options):
        """As `see`, for what has to fail with this class of errors."""
        error = self.see(label, method, *arguments, **options)
        found = next((c.__name__ for c in type(error).__mro__ if c.__name__ == kind), None)
        check(found == kind, self.name, label, "gave", repr(error), "instead of", kind)
        return error

    def error_facts(self, error):
        classes = {cls.__name__ for cls in type(error).__mro__}
        if "BauplanHTTPError" in classes:
            kind = error.kind
            context = {name: self.facts(getattr(kind, name)) for name in getattr(type(kind), "__match_args__", ())}
            return Refusal(classes, (error.code, error.type, self.text(error.message), type(kind).__qualname__, context))
        state = getattr(error, "state", None)
        return Refusal(classes, None if state is None else self.facts(state), self.text(str(error)))

    def facts(self, value):
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, (bool, float, bytes)) or type(value) is int:
            return value
        if isinstance(value, datetime.datetime):
            return "datetime", str(value.tzinfo is not None)
        if isinstance(value, uuid.UUID):
            return "ID"
        if isinstance(value, pathlib.Path):
            return self.text(str(value.relative_to(self.work)))
        if isinstance(value, dict):
            return sorted((self.text(str(key)), repr(self.facts(one))) for key, one in value.items())
        if isinstance(value, (list, tuple)):
            return [self.facts(one) for one in value]
        if isinstance(value, pyarrow.Table):
            return [(field.name, str(field.type)) for field in value.schema], value.to_pylist()
        known = next((getattr(module, type(value).__name__) for module in (bauplan.schema, bauplan.state, bauplan)
                      if hasattr(module, type(value).__name__)), None)
        if known is None:
            return repr(value)
        try:
            return type(value).__name__, str(value), int(value)
        except (TypeError, ValueError):
            pass
        names = [name for name in dir(known) if not name.startswith("_")]
        found = {name: getattr(value, name) for name in names}
        if "full_name" in found:  # theirs is a space for a user without names
            found["full_name"] = found["full_name"].strip()
        return type(value).__name__, {name: one is None if name in VARIES else self.facts(one)
                                      for name, one in found.items() if not callable(one)}

    def text(self, value):
        for pattern, word in IDS:
            value = re.sub(pattern, word, value)
        return re.sub(rf"\b{self.name}\b", "SIDE", value)


def compare(step, theirs, other):
    """Every result of a step."""
    check(len(theirs.seen) == len(other.seen), step, len(theirs.seen), len(other.seen))
    wrong = []
    for (label, stock), (_, ours) in zip(theirs.seen, other.seen):
        same = stock.allows(ours) if isinstance(stock, Refusal) else stock == ours
        if not same:
            wrong.append(f"{step}, {other.name}: {label}\n  stock: {stock}\n  ours:  {ours}")
    return wrong


def main(program):
    check(len(METHODS) == 44, "the stock client has", len(METHODS), "methods")
    with Server(program) as server:
        files = server.work / "files"
        files.mkdir()
        server.stop()
        server.start("--import-folder", str(files))
        config = server.work / "client.yml"
        config.write_text(f"profiles: {{default: {{api_endpoint: '{server.url}', api_key: '{server.key}'}}}}\n")
        options = {"config_file_path": str(config)}
        sides = [Side("stock", bauplan, bauplan.Client(**options), server.work),
                 Side("own", boathouse, boathouse.Client(**options), server.work),
                 Side("awaited", boathouse, Awaiting(boathouse.AsyncClient(**options)), server.work)]
        wrong = []
        for step in STEPS:
            print(step.__name__, flush=True)
            for side in sides:
                side.seen = []
                step(side)
            for side in sides[1:]:
                wrong += compare(step.__name__, sides[0], side)
        for side in sides:
            missing = METHODS - side.called
            check(not missing, side.name, "was not asked for", sorted(missing))
        for side in sides[1:]:
            side.client.close()
        check(not wrong, "they differ:\n" + "\n".join(wrong))
        check(server.stop() == 0, "the server did not end well:", (server.work / "server.log").read_text())


if __name__ == "__main__":
    main(sys.argv[1])
