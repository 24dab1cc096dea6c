#!/usr/bin/env python3
"""Branches, tags, commits, namespaces and tables through the stock client's package and its command line.

usage: test_catalog.py PROGRAM CLIENTS [VERSION...]
"""
import pathlib
import subprocess

from server import check, main

HERE = pathlib.Path(__file__).resolve().parent
TABLES = {"titanic": "PassengerId,Age\n1,22.0\n2,38.0\n", "taxi": "id,fare\n1,7.5\n", "zones": "id,name\n1,Newark\n"}


def tables_of_main(server):
    """Three tables in main, written by our own program beside the server: a lake has many readers and writers."""
    folder = server.work / "files"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text)
        subprocess.run([server.program, "ingest", name, str(folder / f"{name}.csv"), "-b", "main"], check=True,
                       env=server.environment, capture_output=True)


def package(server, client):
    if not (server.work / "files").exists():
        tables_of_main(server)
    client.python((HERE / "catalog_sdk.py").read_text())


def command_line(server, client):
    client.run("branch", "create", "ada.cli")
    check("ada.cli" in [branch["name"] for branch in client.json("branch", "ls")], "branch ls")
    check("main" in client.run("branch", "ls", "--limit", "10").stdout, "main is listed")
    client.run("branch", "create", "ada.cli", code=1)
    client.run("namespace", "create", "spare", "-b", "ada.cli")
    check("spare" in client.run("namespace", "ls", "-r", "ada.cli").stdout, "namespace ls")
    table = client.json("table", "get", "titanic", "-r", "ada.cli")
    check(table["name"] == "titanic" and table["records"] == 2, table)
    client.run("table", "rm", "titanic", "-b", "ada.cli")
    check(client.run("table", "get", "titanic", "-r", "ada.cli", code=1).stderr.count("TABLE_NOT_FOUND") == 1, "gone")
    difference = client.run("branch", "diff", "ada.cli")
    check("titanic" in difference.stdout + difference.stderr, "diff", difference.stdout, difference.stderr)
    client.run("table", "revert", "titanic", "--source-ref", "main", "--into-branch", "ada.cli")
    client.run("tag", "create", "cli-tag", "--from-ref", "main")
    check("cli-tag" in client.run("tag", "ls").stdout, "tag ls")
    client.run("tag", "rm", "cli-tag")
    check(client.run("commit", "main", "-n", "2").stdout.strip() != "", "commit")
    client.run("branch", "rm", "ada.cli")
    client.run("branch", "get", "ada.cli", code=1)


if __name__ == "__main__":
    main([package, command_line])
