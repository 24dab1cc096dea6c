#!/usr/bin/env python3
"""A server whose lake is in a bucket, files that come from buckets, and credentials with names: by the stock client.

usage: test_buckets.py PROGRAM CLIENTS_FOLDER [VERSION...]"""
import io
import pathlib
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "s3"))

from seaweed import KEY, SECRET, Seaweed  # noqa: E402
from server import check, main, plain  # noqa: E402
from test_jobs import project  # noqa: E402

MODEL = """-- bauplan: materialization_strategy = REPLACE
select id % 3 as rest, count(*) as many from trips group by 1
"""


class Stores:
    """The store of the lake, and another one that only a credential opens."""

    def __init__(self, server):
        self.ours, self.theirs = (Seaweed(server.work / name) for name in ("ours", "theirs"))
        server.environment |= self.ours.variables() | {"BOATHOUSE_WAREHOUSE": "s3://lake/wh"}
        self.server = server

    def close(self):
        self.ours.kill()
        self.theirs.kill()


def put(store, key, content):
    with store.files().open_output_stream(f"lake/{key}", compression=None) as out:
        out.write(content)


def parquet(rows):
    out = io.BytesIO()
    pq.write_table(rows, out, row_group_size=1000)
    return out.getvalue()


def keys(store, folder):
    from pyarrow import fs
    return sorted(each.path for each in store.files().get_file_info(fs.FileSelector(f"lake/{folder}", recursive=True))
                  if each.type == fs.FileType.File)


def value(client, sql):
    rows = client.json("query", sql)["results"]
    return next(iter(rows[0].values()))


def own(server, *arguments):
    return subprocess.run([server.program, *arguments], env=server.environment, check=True, capture_output=True, text=True)


def tables_and_runs(server, client):
    ours = server.stores.ours
    put(ours, "in/day 1.csv", b"id,fare\n1,1.5\n2,2.5\n")
    put(ours, "in/day 2.csv", b"id,fare\n3,3.5\n")
    client.run("table", "create", "trips", "--search-uri", "s3://lake/in/*.csv")
    client.run("table", "import", "trips", "--search-uri", "s3://lake/in/day 1.csv")
    client.run("table", "import", "trips", "--search-uri", "s3://lake/in/*.csv")
    check(value(client, "select sum(id) as n from trips") == 6, "each file once")
    folder = project(server, "rests")
    (folder / "rests.sql").write_text(MODEL)
    client.run("run", folder=folder)
    check(value(client, "select count(*) as n from rests") == 3, "a run")
    location = client.json("table", "get", "rests", "-r", "main")["metadata_location"]
    check(location.startswith("s3://lake/wh/"), location)
    check(any(key.endswith(".parquet") for key in keys(ours, "wh")), "the rows are in the bucket")


def external_tables(server, client):
    ours = server.stores.ours
    rows = pa.table({"id": pa.array(range(5_000)), "name": [f"n{i}" for i in range(5_000)]})
    put(ours, "ext/a.parquet", parquet(rows.slice(0, 3_000)))
    put(ours, "ext/b.parquet", parquet(rows.slice(3_000)))
    client.run("table", "create-external", "theirs", "--search-pattern", "s3://lake/ext/*.parquet")
    check(value(client, "select sum(id) as n from theirs where id >= 4000") == sum(range(4_000, 5_000)), "a filter")
    before = client.json("table", "get", "theirs", "-r", "main")["metadata_location"]
    check(before.startswith("s3://lake/wh/"), "only the metadata is ours", before)
    client.run("table", "rm", "theirs", "-b", "main")
    check(len(keys(ours, "ext")) == 2, "their files stay")


def named_credentials(server, client):
    theirs = server.stores.theirs
    put(theirs, "shared/x.csv", b"id,fare\n100,1\n")
    put(theirs, "shared/p.parquet", parquet(pa.table({"id": list(range(10))})))
    missing = client.run("table", "import", "trips", "--search-uri", "s3://lake/shared/x.csv", code=1)
    check("no file" in plain(missing.stderr), "our store has none", missing.stderr)
    (server.work / "secret").write_text(SECRET)
    own(server, "credential", "set", "partner", "--endpoint", theirs.endpoint, "--access-key", KEY, "--secret-file",
        str(server.work / "secret"))
    named = ("-a", "credential=partner")
    client.run("table", "import", "trips", "--search-uri", "s3://lake/shared/x.csv", *named)
    check(value(client, "select max(id) as n from trips") == 100, "by the name")
    again = client.run("table", "import", "trips", "--search-uri", "s3://lake/shared/x.csv", *named)
    check(value(client, "select count(*) as n from trips") == 4, "imported already", again.stderr)
    refused = client.run("table", "import", "trips", "--search-uri", "s3://lake/shared/x.csv", "-a", "credential=none", code=1)
    check('no credential "none"' in plain(refused.stderr), refused.stderr)
    client.run("table", "create-external", "far", "--search-pattern", "s3://lake/shared/p.parquet", *named)
    check(value(client, "select sum(id) as n from far") == 45, "read by the name it was made with")
    own(server, "credential", "set", "partner", "--prefix", "s3://lake/shared/", "--endpoint", theirs.endpoint, "--access-key", KEY,
        "--secret-file", str(server.work / "secret"))
    server.stop()
    server.start()  # what was chosen for a folder is remembered for some seconds
    put(theirs, "shared/y.csv", b"id,fare\n200,1\n")
    client.run("table", "import", "trips", "--search-uri", "s3://lake/shared/y.csv")
    check(value(client, "select max(id) as n from trips") == 200, "by its prefix")
    log = (server.work / "server.log").read_text()
    check(SECRET not in log, "a secret in the log")


if __name__ == "__main__":
    main([tables_and_runs, external_tables, named_credentials], prepare=Stores)
