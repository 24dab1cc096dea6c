#!/usr/bin/env python3
"""Reads Iceberg tables by their metadata files with PyIceberg and with DuckDB, and prints as JSON what each saw.

usage: read_iceberg_tables.py METADATA...     (paths or file:// URIs; "-" reads one per line from standard input)

Prints {metadata: {"pyiceberg": {"schema": [[id, name, type]...], "spec": [...], "rows": [...]},
"duckdb": {"schema": [[name, type]...], "rows": [...]}}}; rows are sorted texts, so that two tables with
equal rows give equal output whatever the order of their files.
"""
import json
import pathlib
import sys

import duckdb
from pyiceberg.table import StaticTable


def texts(rows):
    return sorted(json.dumps([repr(value) for value in row], ensure_ascii=False) for row in rows)


def read_with_pyiceberg(metadata):
    table = StaticTable.from_metadata(metadata)
    data = table.scan().to_arrow()
    schema = table.schema()
    return {
        "schema": [[i, schema.find_column_name(i), str(schema.find_type(i))] for i in sorted(schema.field_ids)],
        "spec": [[f.source_id, f.field_id, str(f.transform), f.name] for f in table.spec().fields],
        "rows": texts(row.values() for row in data.to_pylist()),
    }


def connect():
    connection = duckdb.connect(config={"autoload_known_extensions": "false", "autoinstall_known_extensions": "false"})
    for name in ("avro", "httpfs", "iceberg"):
        package = __import__(f"duckdb_extension_{name}")
        folder = pathlib.Path(package.__file__).parent / "extensions" / f"v{duckdb.__version__}"
        connection.execute(f"load '{folder}/{name}.duckdb_extension'")
    connection.execute("set TimeZone = 'UTC'")
    return connection


def read_with_duckdb(connection, metadata):
    path = metadata.removeprefix("file://")
    columns = connection.execute(f"describe select * from iceberg_scan('{path}')").fetchall()
    data = connection.execute(f"select * from iceberg_scan('{path}')").to_arrow_table()
    return {"schema": [list(column[:2]) for column in columns], "rows": texts(r.values() for r in data.to_pylist())}


def main(paths):
    if paths == ["-"]:
        paths = sys.stdin.read().split()
    connection = connect()
    out = {}
    for path in paths:
        seen = out[path] = {}
        for name, read in (("pyiceberg", read_with_pyiceberg), ("duckdb", lambda p: read_with_duckdb(connection, p))):
            try:
                seen[name] = read(path)
            except Exception as error:  # the caller says which failures it accepts
                seen[name] = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(out, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
