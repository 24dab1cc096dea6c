"""The lake as an Iceberg REST catalog, driven by PyIceberg and DuckDB over HTTP."""
import concurrent.futures
import json
import pathlib
import subprocess
import threading

import duckdb
import pyarrow as pa
import pytest
import requests
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import (CommitFailedException, NamespaceNotEmptyError, NoSuchNamespaceError,
                                  NoSuchTableError, TableAlreadyExistsError)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import LongType, NestedField, StringType

ROWS = pa.table({"id": pa.array([1, 2, 3], pa.int64()), "name": ["a", "b", "c"]})


def rows(*ids):
    return pa.table({"id": pa.array(ids, pa.int64()), "name": [f"n{i}" for i in ids]})


class Server:
    """A server over the lake, on a port of its own; ends with the test."""

    def __init__(self, lake):
        self.log = open(lake.folder / "server.log", "wb")
        self.process = subprocess.Popen(
            [lake.path, "serve", "--init", "--username", "ada", "--listen", "127.0.0.1:0", "-o", "json", "--drain", "1"],
            env=lake.environment, cwd=lake.folder, stdout=subprocess.PIPE, stderr=self.log, text=True)
        place = self.read_place()
        self.url, self.key = place["addresses"][0], place["key"]

    def read_place(self):
        lines = ""
        for line in self.process.stdout:
            lines += line
            try:
                return json.loads(lines)
            except json.JSONDecodeError:
                continue
        raise AssertionError("the server did not start")

    def catalog(self, uri="/iceberg", **options):
        return load_catalog("lake", type="rest", uri=self.url + uri, token=self.key, **options)

    def ask(self, method, path, **options):
        return requests.request(method, self.url + path, headers={"Authorization": f"Bearer {self.key}"},
                                timeout=60, **options)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()
        self.log.close()


@pytest.fixture
def server(lake):
    server = Server(lake)
    yield server
    server.stop()


@pytest.fixture
def catalog(server):
    return server.catalog()


def ids(table, **options):
    return sorted(table.scan(**options).to_arrow()["id"].to_pylist())


def test_namespaces_and_their_properties(catalog):
    catalog.create_namespace("shop", {"owner": "ada", "team": "x"})
    catalog.create_namespace(("shop", "inner"))
    assert ("shop",) in catalog.list_namespaces()
    assert catalog.list_namespaces("shop") == [("shop", "inner")]
    changed = catalog.update_namespace_properties("shop", removals={"team", "none"}, updates={"owner": "bo"})
    assert (changed.updated, changed.removed, changed.missing) == (["owner"], ["team"], ["none"])
    assert catalog.load_namespace_properties("shop") == {"owner": "bo"}
    with pytest.raises(NamespaceNotEmptyError):
        catalog.drop_namespace("shop")
    catalog.drop_namespace(("shop", "inner"))
    catalog.drop_namespace("shop")
    assert not catalog.namespace_exists("shop")
    with pytest.raises(NoSuchNamespaceError):
        catalog.list_tables("shop")


def test_a_table_from_creation_to_the_end(catalog, lake):
    schema = Schema(NestedField(10, "id", LongType()), NestedField(20, "name", StringType()))
    spec = PartitionSpec(PartitionField(source_id=20, field_id=1000, transform=IdentityTransform(), name="by_name"))
    table = catalog.create_table("bauplan.t", schema, partition_spec=spec, properties={"p": "1"})
    assert table.metadata.properties["gc.enabled"] == "false"
    table.append(ROWS)
    table.append(rows(10, 11))
    table.delete("id = 2")
    table.overwrite(rows(1, 12), overwrite_filter="id = 1")
    assert ids(catalog.load_table("bauplan.t")) == [1, 3, 10, 11, 12]
    with table.update_schema() as update:
        update.add_column("price", LongType())
        update.rename_column("name", "title")
    table.append(pa.table({"id": pa.array([13], pa.int64()), "title": ["x"], "price": pa.array([7], pa.int64())}))
    with table.update_spec() as update:
        update.remove_field("by_name").add_identity("price")
    table.append(pa.table({"id": pa.array([14], pa.int64()), "title": ["y"], "price": pa.array([8], pa.int64())}))
    read = catalog.load_table("bauplan.t").scan().to_arrow().sort_by("id")
    assert read["price"].to_pylist() == [None] * 5 + [7, 8]
    assert lake.query("select id, title, price from t order by id").to_pylist() == read.to_pylist()
    catalog.rename_table("bauplan.t", "bauplan.u")
    assert catalog.list_tables("bauplan") == [("bauplan", "u")]
    with pytest.raises(NoSuchTableError):
        catalog.load_table("bauplan.t")
    with pytest.raises(TableAlreadyExistsError):
        catalog.create_table("bauplan.u", schema)
    catalog.purge_table("bauplan.u")
    assert not catalog.table_exists("bauplan.u")


def test_each_commit_is_a_commit_of_the_branch(catalog, lake):
    table = catalog.create_table("bauplan.t", ROWS.schema)
    before = len(lake.json("commit", "--limit", "50"))
    table.append(ROWS)
    assert len(lake.json("commit", "--limit", "50")) == before + 1
    assert lake.query("select count(*) as n from t").to_pylist() == [{"n": 3}]


@pytest.mark.parametrize("form", ["prefix", "base", "warehouse"])
def test_a_branch_is_a_world_of_its_own(server, lake, form):
    main = server.catalog()
    main.create_table("bauplan.t", ROWS.schema).append(ROWS)
    lake.run("branch", "create", "ada.my-branch")
    branch = {"prefix": lambda: server.catalog(prefix="ada.my-branch"),
              "base": lambda: server.catalog("/iceberg/ada.my-branch"),
              "warehouse": lambda: server.catalog(warehouse="ada.my-branch")}[form]()
    branch.load_table("bauplan.t").append(rows(4, 5))
    branch.create_table("bauplan.only_here", ROWS.schema)
    assert ids(branch.load_table("bauplan.t")) == [1, 2, 3, 4, 5]
    assert ids(main.load_table("bauplan.t")) == [1, 2, 3]
    assert main.list_tables("bauplan") == [("bauplan", "t")]
    lake.run("branch", "merge", "ada.my-branch", "--into", "main")
    assert ids(main.load_table("bauplan.t")) == [1, 2, 3, 4, 5]


def test_an_append_to_a_branch_of_the_table_does_not_replace_its_main(catalog):
    # A peer takes the branch for main: 200 rows become 5.
    table = catalog.create_table("bauplan.t", ROWS.schema)
    table.append(rows(*range(200)))
    table.manage_snapshots().create_branch(table.current_snapshot().snapshot_id, "b").commit()
    assert set(table.refs()) == {"main", "b"}
    table.append(rows(*range(1000, 1005)), branch="b")
    table = catalog.load_table("bauplan.t")
    assert len(ids(table)) == 200
    named = table.snapshot_by_name("b").snapshot_id
    assert len(ids(table, snapshot_id=named)) == 205
    assert len(table.history()) == 1


def test_version_3_is_never_version_2(catalog, server):
    schema = {"type": "struct", "schema-id": 0,
              "fields": [{"id": 1, "name": "id", "type": "long", "required": False}]}
    path = "/iceberg/v1/namespaces/bauplan/tables"
    made = server.ask("POST", path, json={"name": "t", "schema": schema, "properties": {"format-version": "3"}})
    assert made.status_code == 200
    assert made.json()["metadata"]["format-version"] == 3
    assert server.ask("GET", path + "/t").json()["metadata"]["format-version"] == 3
    assert server.ask("POST", path, json={"name": "u", "schema": schema,
                                          "properties": {"format-version": "4"}}).status_code == 406
    second = catalog.create_table("bauplan.v", ROWS.schema)
    assert second.format_version == 2
    upgraded = server.ask("POST", path + "/v", json={
        "requirements": [], "updates": [{"action": "upgrade-format-version", "format-version": 3}]})
    assert upgraded.json()["metadata"]["format-version"] == 3


def test_columns_of_two_branches_have_ids_of_their_own(server, lake):
    # One id for two columns returns the values of one as the other's, and cannot be repaired.
    main = server.catalog()
    main.create_table("bauplan.t", ROWS.schema).append(ROWS)
    lake.run("branch", "create", "ada.left")
    lake.run("branch", "create", "ada.right")
    found = {}
    for name in ("left", "right"):
        table = server.catalog(prefix=f"ada.{name}").load_table("bauplan.t")
        with table.update_schema() as update:
            update.add_column(name, LongType())
        found[name] = table.schema().find_field(name).field_id
        assert table.schema().schema_id not in [0]
    assert found["left"] != found["right"]


def test_of_concurrent_appends_each_lands_or_is_told(server):
    server.catalog().create_table("bauplan.t", ROWS.schema)
    writers, appends = 4, 3
    barrier = threading.Barrier(writers)
    landed = []

    def write(writer):
        catalog = server.catalog()
        barrier.wait()
        for i in range(appends):
            number = writer * 100 + i
            while True:
                try:
                    catalog.load_table("bauplan.t").append(rows(number))
                    landed.append(number)
                    break
                except CommitFailedException:
                    pass

    with concurrent.futures.ThreadPoolExecutor(writers) as pool:
        for done in [pool.submit(write, i) for i in range(writers)]:
            done.result()
    assert ids(server.catalog().load_table("bauplan.t")) == sorted(landed)


def test_a_transaction_of_two_tables_is_whole(server, catalog):
    for name in ("a", "b"):
        catalog.create_table(f"bauplan.{name}", ROWS.schema)
    change = {"updates": [{"action": "set-properties", "updates": {"x": "1"}}]}
    good = {"identifier": {"namespace": ["bauplan"], "name": "a"}, "requirements": [], **change}
    bad = {"identifier": {"namespace": ["bauplan"], "name": "b"},
           "requirements": [{"type": "assert-table-uuid", "uuid": "0b9bd2f5-3a0e-4a8c-9f0e-1f1b3c6e7a55"}], **change}
    refused = server.ask("POST", "/iceberg/v1/transactions/commit", json={"table-changes": [good, bad]})
    assert (refused.status_code, refused.json()["error"]["type"]) == (409, "CommitFailedException")
    assert "x" not in catalog.load_table("bauplan.a").properties
    bad["requirements"] = []
    done = server.ask("POST", "/iceberg/v1/transactions/commit", json={"table-changes": [good, bad]})
    assert done.status_code == 204
    assert all(catalog.load_table(f"bauplan.{name}").properties["x"] == "1" for name in ("a", "b"))


def test_registering_a_metadata_file(server, catalog):
    table = catalog.create_table("bauplan.t", ROWS.schema)
    table.append(ROWS)
    again = catalog.register_table("bauplan.copy", table.metadata_location)
    assert ids(again) == [1, 2, 3]
    body = {"name": "copy", "metadata-location": table.metadata_location}
    path = "/iceberg/v1/main/namespaces/bauplan/register"
    assert server.ask("POST", path, json={**body, "overwrite": False}).status_code == 409
    assert server.ask("POST", path, json={**body, "overwrite": True}).json()["metadata"]["table-uuid"] == str(
        table.metadata.table_uuid)
    body["metadata-location"] = "file:///somewhere/else.metadata.json"
    assert server.ask("POST", path, json={**body, "overwrite": True}).status_code == 403  # a folder that is not open


def test_pages_heads_tokens_and_what_is_refused(server, catalog):
    for name in "abcde":
        catalog.create_table(f"bauplan.{name}", ROWS.schema)
    seen, token = [], ""
    while token is not None:
        page = server.ask("GET", "/iceberg/v1/namespaces/bauplan/tables",
                          params={"pageSize": 2, "pageToken": token}).json()
        seen += [table["name"] for table in page["identifiers"]]
        token = page["next-page-token"]
    assert seen == list("abcde")
    assert server.ask("HEAD", "/iceberg/v1/-/namespaces/bauplan/tables/a").status_code == 204
    assert server.ask("HEAD", "/iceberg/v1/namespaces/bauplan/tables/z").status_code == 404
    assert server.ask("GET", "/iceberg/v1/no.branch/namespaces").status_code == 404
    assert server.ask("GET", "/iceberg/v1/namespaces/bauplan/views").status_code == 406
    assert server.ask("POST", "/iceberg/v1/namespaces/bauplan/tables/a/metrics", json={}).status_code == 204
    assert server.ask("POST", "/iceberg/v1/namespaces", data="{").status_code == 400
    assert requests.get(server.url + "/iceberg/v1/namespaces", timeout=60).status_code == 401
    token_path = server.url + "/iceberg/v1/oauth/tokens"
    form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": server.key, "scope": "catalog"}
    assert requests.post(token_path, data=form, timeout=60).json()["access_token"] == server.key
    assert requests.post(token_path, data={**form, "client_secret": "no"}, timeout=60).status_code == 401
    by_secret = load_catalog("c", type="rest", uri=server.url + "/iceberg", credential=f"me:{server.key}")
    assert by_secret.table_exists("bauplan.a")


def test_duckdb_writes_and_deletes_rows_and_we_read_what_is_left(server, lake):
    server.catalog().create_table("bauplan.seed", ROWS.schema).append(ROWS)
    duck = duckdb.connect(config={"autoload_known_extensions": "false", "autoinstall_known_extensions": "false"})
    for extension in ("avro", "httpfs", "iceberg"):
        package = __import__(f"duckdb_extension_{extension}")
        folder = pathlib.Path(package.__file__).parent / "extensions" / f"v{duckdb.__version__}"
        duck.execute(f"load '{folder}/{extension}.duckdb_extension'")
    duck.execute(f"create secret s (type iceberg, token '{server.key}')")
    duck.execute(f"attach 'main' as w (type iceberg, endpoint '{server.url}/iceberg', secret s,"
                 " access_delegation_mode 'none')")
    assert duck.execute("select count(*) from w.bauplan.seed").fetchone() == (3,)
    duck.execute("create table w.bauplan.d as select range as id, 'n' || range as name from range(100)")
    duck.execute("delete from w.bauplan.d where id % 10 = 3")
    duck.execute("update w.bauplan.d set name = 'changed' where id = 50")
    expected = duck.execute("select id, name from w.bauplan.d order by id").fetchall()
    assert len(expected) == 90
    ours = lake.query("select id, name from d order by id")
    assert list(zip(*(column.to_pylist() for column in ours.columns))) == expected
