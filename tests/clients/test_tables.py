#!/usr/bin/env python3
"""Imports with their options, and tables over files that stay where they are, through the stock client.

usage: test_tables.py PROGRAM CLIENTS_FOLDER [VERSION...]"""
import atexit
import pathlib
import shutil
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.catalog.sql import SqlCatalog

from server import check, main, plain

FILES = pathlib.Path(tempfile.mkdtemp(prefix="clients-files.")).resolve()
CLOSED = pathlib.Path(tempfile.mkdtemp(prefix="clients-closed.")).resolve()
for made in (FILES, CLOSED):
    atexit.register(shutil.rmtree, made, ignore_errors=True)
BRANCH = "ada.tables"
HERE = ("-b", BRANCH)


def uri(name):
    return f"file://{FILES}/{name}"


def value(client, sql):
    rows = client.json("query", "-r", BRANCH, sql)["results"]
    check(len(rows) == 1 and len(rows[0]) == 1, sql, rows)
    return next(iter(rows[0].values()))


def write_files():
    """Parquet without field ids, with row groups to leave out, and one with a column more."""
    rows = pa.table({"id": pa.array(range(10_000)), "name": [f"n{i}" for i in range(10_000)],
                     "at": pa.array([i * 1_000_000 for i in range(10_000)], pa.timestamp("us")),
                     "tags": [[i, None] for i in range(10_000)]})
    pq.write_table(rows.slice(0, 6_000), FILES / "ext-1.parquet", row_group_size=1_000)
    pq.write_table(rows.slice(6_000), FILES / "ext-2.parquet", row_group_size=1_000)
    (FILES / "day1.csv").write_text("id,fare\n1,1.5\n2,2.5\n")
    (FILES / "day2.csv").write_text("id,fare\n3,3.5\n")
    (FILES / "more.csv").write_text("id,fare,tip\n4,4.5,1\n")
    (FILES / "broken.csv").write_text("id,fare\n5,5.5\nsix,nothing\n")


def iceberg_table():
    """A table of another catalog: its metadata file, and what it holds."""
    folder = FILES / "iceberg"
    folder.mkdir(exist_ok=True)
    catalog = SqlCatalog("theirs", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
    catalog.create_namespace_if_not_exists("ns")
    if not catalog.table_exists("ns.t"):
        rows = pa.table({"id": pa.array(range(100), pa.int64()), "x": pa.array([i % 7 for i in range(100)], pa.int32())})
        table = catalog.create_table("ns.t", rows.schema)
        table.append(rows)
        table.append(rows)
    return catalog.load_table("ns.t").metadata_location


def files_and_branch(server, client):
    if not (FILES / "day1.csv").exists():
        write_files()
    client.run("branch", "create", BRANCH, "--from-ref", "main")


def imports_with_options(server, client):
    client.run("table", "create", "trips", *HERE, "--search-uri", uri("day1.csv"))
    client.run("table", "import", "trips", *HERE, "--search-uri", uri("day*.csv"))
    check(value(client, "select count(*) as n from trips") == 3, "both files")
    client.run("table", "import", "trips", *HERE, "--search-uri", uri("day*.csv"))
    check(value(client, "select count(*) as n from trips") == 3, "each file once")
    client.run("table", "import", "trips", *HERE, "--search-uri", uri("day2.csv"), "--import-duplicate-files")
    check(value(client, "select count(*) as n from trips") == 4, "asked for again")
    refused = client.run("table", "import", "trips", *HERE, "--search-uri", uri("more.csv"), code=1)
    check("tip" in plain(refused.stderr), refused.stderr)
    client.run("table", "import", "trips", *HERE, "--search-uri", uri("more.csv"), "--best-effort")
    check(value(client, "select sum(fare) as n from trips where id = 4") == 4.5, "the columns the table has")
    client.run("table", "import", "trips", *HERE, "--search-uri", uri("broken.csv"), code=1)
    check(value(client, "select count(*) as n from trips") == 5, "nothing of a file that failed")
    (FILES / "bright.csv").write_text("id,fare\n7,7.5\n")
    client.run("table", "import", "trips", *HERE, "--search-uri", uri("br*.csv"), "--continue-on-error")
    check(value(client, "select count(*) as n from trips") == 6, "the good file, and nothing of the bad one")


def imports_through_the_package(server, client):
    said = client.python(f"""
import bauplan
client = bauplan.Client()
done = client.import_data('trips', {uri("day1.csv")!r}, branch={BRANCH!r}, import_duplicate_files=True)
assert done.error is None and str(done.job_status).upper().endswith('SUCCESS'), done
assert (done.ctx.branch_name, done.ctx.table_name, done.ctx.namespace) == ({BRANCH!r}, 'trips', 'bauplan'), done.ctx
assert done.ctx.import_duplicate_files and not done.ctx.best_effort, done.ctx
failed = client.import_data('trips', {uri("broken.csv")!r}, branch={BRANCH!r})
assert 'FAIL' in str(failed.job_status).upper() and 'six' in failed.error, failed
detached = client.import_data('trips', {uri("day2.csv")!r}, branch={BRANCH!r}, import_duplicate_files=True, detach=True)
print(detached.job_id)
""")
    ended = [job for job in client.json("job", "ls", "-k", "table-import", "--max-count", "100") if job["id"] == said.strip()]
    check(len(ended) == 1, said)


def external(client, table, *patterns, flags=(), code=0):
    searched = [part for pattern in patterns for part in ("--search-pattern", pattern)]
    return client.run("table", "create-external", table, *HERE, *searched, *flags, code=code)


def tables_over_parquet(server, client):
    external(client, "theirs", uri("ext-*.parquet"))
    check(value(client, "select count(*) as n from theirs") == 10_000, "all rows")
    check(value(client, "select sum(id) as n from theirs where id >= 9000") == sum(range(9000, 10_000)), "a filter")
    check(value(client, "select name as n from theirs where id = 6001") == "n6001", "by name")
    table = client.json("table", "get", "theirs", "-r", BRANCH)
    check(table["kind"] == "EXTERNAL_TABLE" and table["records"] == 10_000, table)
    again = external(client, "theirs", uri("ext-1.parquet"), code=1)
    check("exists already" in plain(again.stderr), again.stderr)
    external(client, "theirs", uri("ext-1.parquet"), uri("ext-2.parquet"), flags=("--overwrite",))
    external(client, "part", uri("ext-1.parquet"))
    check(value(client, "select max(id) as n from part") == 5_999, "one file")
    refused = external(client, "csv", uri("day1.csv"), code=1)
    check("Parquet" in plain(refused.stderr), refused.stderr)


def never_written(server, client):
    before = {path.name: path.stat().st_mtime_ns for path in FILES.glob("ext-*")}
    refused = plain(client.run("table", "import", "theirs", *HERE, "--search-uri", uri("ext-1.parquet"), code=1).stderr)
    check("Cannot import files to read-only table" in refused, refused)
    newest = client.json("job", "ls", "--max-count", "1")[0]
    check("import" not in newest["kind"].lower(), "refused at once, without a job", newest)
    project = server.work / "writes"
    project.mkdir(exist_ok=True)
    (project / "bauplan_project.yml").write_text("project:\n  id: 01234567-89ab-4cde-8f01-23456789abcd\n  name: writes\n")
    (project / "theirs.sql").write_text("-- bauplan: materialization_strategy = REPLACE\nselect 1 as id\n")
    run = plain(client.run("run", "-r", BRANCH, folder=project, code=1).stderr)
    check("external" in run, run)
    (project / "theirs.sql").rename(project / "ours.sql")
    (project / "ours.sql").write_text("-- bauplan: materialization_strategy = REPLACE\nselect id from theirs where id < 10\n")
    client.run("run", "-r", BRANCH, folder=project)
    check(value(client, "select count(*) as n from ours") == 10, "a run reads it")
    client.run("table", "rm", "part", "-b", BRANCH)
    check(before == {path.name: path.stat().st_mtime_ns for path in FILES.glob("ext-*")}, "their files are as they were")


def closed_folders(server, client):
    pq.write_table(pa.table({"id": [1]}), CLOSED / "secret.parquet")
    (FILES / "link").unlink(missing_ok=True)
    (FILES / "link").symlink_to(CLOSED)
    for place in (f"file://{CLOSED}/secret.parquet", uri("link/secret.parquet")):
        client.run("table", "import", "trips", *HERE, "--search-uri", place, code=1)
        external(client, "secret", place, code=1)
    (FILES / "link").unlink()


def tables_over_metadata(server, client):
    location = iceberg_table()
    client.python(f"""
import bauplan
client = bauplan.Client()
table = client.create_external_table_from_metadata('theirs_too', {location!r}, namespace='bauplan', branch={BRANCH!r})
assert table.name == 'theirs_too' and table.is_external() and table.records == 200, table
rows = client.scan('theirs_too', ref={BRANCH!r}, columns=['id'], filters='id >= 95')
assert sorted(rows['id'].to_pylist()) == sorted(2 * [95, 96, 97, 98, 99]), rows
try:
    client.create_external_table_from_metadata('theirs_too', {location!r}, namespace='bauplan', branch={BRANCH!r})
    raise SystemExit('made twice')
except bauplan.exceptions.ConflictError:
    pass
client.create_external_table_from_metadata('theirs_too', {location!r}, namespace='bauplan', branch={BRANCH!r}, overwrite=True)
try:
    client.create_external_table_from_metadata('closed', 'file://{CLOSED}/x.metadata.json', namespace='bauplan', branch={BRANCH!r})
    raise SystemExit('a folder that is not open was read')
except bauplan.exceptions.BauplanError as error:
    print(error)
done = client.create_external_table_from_parquet('sdk_made', [{uri("ext-1.parquet")!r}], branch={BRANCH!r})
assert done.error is None and done.ctx.table_name == 'sdk_made' and done.ctx.namespace == 'bauplan', done
assert client.get_table('sdk_made', {BRANCH!r}).records == 6000
client.merge_branch({BRANCH!r}, 'main')
assert client.query('select count(*) as n from theirs_too').to_pylist() == [dict(n=200)]
""")


if __name__ == "__main__":
    main([files_and_branch, imports_with_options, imports_through_the_package, tables_over_parquet, never_written, closed_folders,
          tables_over_metadata], "--import-folder", str(FILES))
