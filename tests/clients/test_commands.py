#!/usr/bin/env python3
"""Commands and methods that the other files do not need: names, refs, results in files, settings of the client itself.

usage: test_commands.py PROGRAM CLIENTS_FOLDER [VERSION...]"""
import csv
import json
import subprocess

import pyarrow.parquet as pq

from server import check, main, plain

CSV = "PassengerId,Age\n1,22.0\n2,38.0\n3,\n"


def a_table(server, client):
    (server.work / "titanic.csv").write_text(CSV)
    subprocess.run([server.program, "ingest", "titanic", str(server.work / "titanic.csv"), "-b", "main"], check=True,
                   env=server.environment, capture_output=True)


def version(server, client):
    wanted = ".".join(str(part) for part in client.version)
    check(wanted in client.run("version").stdout, "version")
    check(wanted in client.run("--version").stdout, "--version")


def refs(server, client):
    client.run("branch", "create", "ada.a")
    client.run("branch", "rename", "ada.a", "ada.b")
    names = [branch["name"] for branch in client.json("branch", "ls")]
    check("ada.b" in names and "ada.a" not in names, names)
    client.run("branch", "checkout", "ada.b")
    try:
        client.run("namespace", "create", "fresh")
        check("fresh" in client.run("namespace", "ls").stdout, "on the active branch")
        check("fresh" not in client.run("namespace", "ls", "-r", "main").stdout, "not on main")
        client.run("checkout", "main")
        client.run("branch", "merge", "ada.b")
        check("fresh" in client.run("namespace", "ls", "-r", "main").stdout, "merged")
        client.run("checkout", "-b", "ada.c")
        client.run("namespace", "rm", "fresh")
        client.run("namespace", "rm", "fresh", code=1)
        client.run("namespace", "rm", "fresh", "--if-exists")
        check("fresh" in client.run("namespace", "ls", "-r", "main").stdout, "only there")
        check("titanic" in client.run("table", "ls", "-r", "main").stdout, "table ls")
        tables = client.json("table", "ls", "-n", "bauplan")
        check([table["name"] for table in tables] == ["titanic"], tables)
    finally:
        client.run("checkout", "main")
    client.run("tag", "create", "one")
    client.run("tag", "rename", "one", "two")
    check([tag["name"] for tag in client.json("tag", "ls")] == ["two"], "tag ls")
    client.run("tag", "rm", "two")


def namespaces_and_tags(server, client):
    client.python("""
import bauplan
client = bauplan.Client()
assert [n.name for n in client.get_namespaces('main', limit=100)].count('bauplan') == 1
assert [n.name for n in client.get_namespaces('main', filter_by_name='baup')] == ['bauplan']
assert client.get_namespace('bauplan', 'main').name == 'bauplan'
for i in range(3):
    client.create_tag(f'release{i}', 'main')
assert sorted(t.name for t in client.get_tags(filter_by_name='release')) == ['release0', 'release1', 'release2']
assert len(list(client.get_tags(limit=2))) == 2
for i in range(3):
    assert client.delete_tag(f'release{i}')
""")


def results_in_files(server, client):
    client.python("""
import bauplan
client = bauplan.Client()
sql = 'select PassengerId as id, Age as age from titanic order by 1'
client.query_to_parquet_file('rows.parquet', sql, ref='main')
client.query_to_csv_file('rows.csv', sql, ref='main')
client.query_to_json_file('rows.json', sql, ref='main')
client.query_to_json_file('rows.jsonl', sql, ref='main', file_format='jsonl')
assert [row['id'] for row in client.query_to_generator(sql, ref='main')] == [1, 2, 3]
assert [row['id'] for row in client.query_to_generator(sql, ref='main', max_rows=2)] == [1, 2]
found = client.scan('titanic', ref='main', columns=['Age'], filters='Age > 30', limit=5)
assert found.to_pylist() == [{'Age': 38.0}], found
assert client.scan('titanic', ref='main', namespace='bauplan').num_rows == 3
""", folder=server.work)
    check(pq.read_table(server.work / "rows.parquet").to_pylist() ==
          [{"id": 1, "age": 22.0}, {"id": 2, "age": 38.0}, {"id": 3, "age": None}], "parquet")
    with open(server.work / "rows.csv", newline="") as file:
        check([row["id"] for row in csv.DictReader(file)] == ["1", "2", "3"], "csv")
    check([row["id"] for row in json.loads((server.work / "rows.json").read_text())] == [1, 2, 3], "json")
    lines = (server.work / "rows.jsonl").read_text().splitlines()
    check([json.loads(line)["id"] for line in lines] == [1, 2, 3], "jsonl")


def what_is_never_null(server, client):
    shown = plain(client.run("query", "select 1 as one, count(*) as n, max(Age) as age from titanic", "-r", "main").stdout)
    nullable = {line.split()[0]: line.split()[-1] for line in shown.splitlines()[1:4]}
    check(set(nullable) == {"one", "n", "age"}, shown)
    check(nullable["one"] == nullable["n"] != nullable["age"], "literals and counts are never null", shown)


def settings(server, client):
    """In a home of its own: a file of settings changes what every command does."""
    home = server.work / "home"
    home.mkdir()
    before = dict(server.environment)
    server.environment["HOME"] = str(home)
    try:
        client.run("config", "set", "api_key", server.key)
        del server.environment["BAUPLAN_API_KEY"]
        if client.version >= (0, 1, 16):  # those before take the endpoint from the environment alone
            client.run("config", "set", "api_endpoint", server.url)
            del server.environment["BAUPLAN_API_ENDPOINT"]
        check("ada" in plain(client.run("info").stdout), "from the file alone")
        client.run("branch", "create", "ada.kept")
        client.run("config", "set", "active_branch", "ada.kept")
        check("default" in client.run("config", "get", "--all").stdout, "the profile")
        check("ada.kept" in (home / ".bauplan" / "config.yaml").read_text(), "the file")
        check([branch["name"] for branch in client.json("branch", "ls", "ada.kept")] == ["ada.kept"], "branch ls NAME")
        client.run("branch", "checkout", "main")
        client.run("branch", "rm", "ada.kept")
    finally:
        server.environment = before


if __name__ == "__main__":
    main([a_table, version, refs, namespaces_and_tags, results_in_files, what_is_never_null, settings])
