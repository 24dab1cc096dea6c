#!/usr/bin/env python3
"""Nothing of the stock client is left out: each of its commands and methods stands in one of these tests.

usage: test_everything.py PROGRAM CLIENTS_FOLDER [VERSION...]"""
import pathlib
import re

from server import check, main, plain

TESTS = "\n".join(path.read_text() for path in sorted(pathlib.Path(__file__).resolve().parent.glob("*.py")))
# Other words for commands, and what only prints help.
NO_COMMANDS = {"help", "list", "delete", "drop"}


def children(client, *command):
    """The commands below one, by its help."""
    text = plain(client.run(*command, "--help").stdout)
    listed = re.search(r"^Commands:\n((?:  .*\n|\n)+?)(?=^\S|\Z)", text, re.MULTILINE)
    if not listed:
        return []
    names = re.findall(r"^  ([a-z][a-z-]*)", listed.group(1), re.MULTILINE)
    return [name for name in names if name not in NO_COMMANDS]


def leaves(client, *command):
    below = children(client, *command)
    if not below:
        return [command]
    return [leaf for name in below for leaf in leaves(client, *command, name)]


def commands(server, client):
    found = leaves(client)
    check(len(found) >= 36, found)
    missing = [" ".join(leaf) for leaf in found
               if not re.search(r'[(\[]' + r',\s*'.join(f'"{word}"' for word in leaf) + r'[,)\]]', TESTS)]
    check(not missing, "commands that no test runs:", missing)


def methods(server, client):
    names = client.python("import bauplan; print(*(n for n in dir(bauplan.Client) if not n.startswith('_')))").split()
    check(len(names) >= 40, names)
    missing = [name for name in names if not re.search(rf"\.{name}\(", TESTS)]
    check(not missing, "methods that no test calls:", missing)


if __name__ == "__main__":
    main([commands, methods])
