#!/usr/bin/env python3
"""Makes Iceberg tables with PyIceberg and says as JSON what is in them.

usage: make_pyiceberg_tables.py FOLDER

Prints a list of {name, metadata, files: [{path, rows, partition, lower, upper}], filters: [{column, op,
text, files}]}. `partition` is PyIceberg's path of the file's partition, bounds are hexadecimal by
field id, and `files` of a filter is the number of files PyIceberg's own planning keeps.
"""
import datetime as dt
import decimal
import json
import os
import sys
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.catalog import load_catalog
from pyiceberg.expressions import (
    EqualTo, GreaterThanOrEqual, In, IsNull, LessThan, NotEqualTo, NotNull, StartsWith)
from pyiceberg.io.pyarrow import (
    compute_statistics_plan, data_file_statistics_from_parquet_metadata, parquet_path_to_id_mapping,
    schema_to_pyarrow)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import (
    BucketTransform, DayTransform, HourTransform, IdentityTransform, MonthTransform,
    TruncateTransform, VoidTransform, YearTransform)
from pyiceberg.typedef import Record
from pyiceberg.utils.datetime import date_to_days, datetime_to_micros
from pyiceberg.types import (
    BinaryType, BooleanType, DateType, DecimalType, DoubleType, FixedType, FloatType, IntegerType,
    ListType, LongType, MapType, NestedField, StringType, StructType, TimestampType, TimestamptzType,
    TimeType, UUIDType)

PRIMITIVES = [
    (1, "flag", BooleanType()), (2, "small", IntegerType()), (3, "big", LongType()),
    (4, "real", FloatType()), (5, "wide", DoubleType()), (6, "text", StringType()),
    (7, "raw", BinaryType()), (8, "day", DateType()), (9, "at", TimestampType()),
    (10, "at_utc", TimestamptzType()), (11, "price", DecimalType(10, 2)),
    (12, "huge", DecimalType(38, 5)), (13, "clock", TimeType()), (14, "key", UUIDType()),
    (15, "code", FixedType(4)),
]
NESTED = [
    (16, "tags", ListType(element_id=20, element_type=StringType(), element_required=False)),
    (17, "place", StructType(NestedField(21, "x", LongType()), NestedField(22, "y", StringType()))),
    (18, "counts", MapType(key_id=23, key_type=StringType(), value_id=24, value_type=IntegerType(),
                           value_required=False)),
]
ROWS = 40


def schema_of(fields):
    return Schema(*[NestedField(i, name, kind, required=False) for i, name, kind in fields])


def row(n):
    """One row, the nulls of which are spread so that every column has some and no row is all null."""
    at = dt.datetime(2012, 12, 30, 22, 59, 59, 999999) + dt.timedelta(hours=31 * n, microseconds=n)
    values = {
        "flag": n % 2 == 0, "small": n * 7 - 100, "big": n * 10**12 - 5, "real": n / 4 - 3,
        "wide": n / 8 - 2, "text": f"{'åß漢😀z'[n % 5]}name-{n:03d}-with-a-long-tail", "raw": bytes([n, 255 - n]) * 12,
        "day": at.date(), "at": at, "at_utc": at.replace(tzinfo=dt.timezone.utc),
        "price": decimal.Decimal(n * 1250 - 9999) / 100, "huge": decimal.Decimal(n) * 10**20 - 1,
        "clock": dt.time(n % 24, n % 60, 1, 500), "key": uuid.UUID(int=n * 2**100 + 7).bytes,
        "code": bytes([n, 1, 2, 3]), "tags": [f"t{i}" for i in range(n % 3)],
        "place": {"x": n, "y": None if n % 3 else f"y{n}"}, "counts": [(f"k{n}", n)],
    }
    for i, name in enumerate(list(values)):
        if n % 19 == i % 19:
            values[name] = None
    return values


def arrow_rows(schema, numbers):
    target = schema_to_pyarrow(schema)
    rows = [row(n) for n in numbers]
    columns = []
    for field in target:
        columns.append(pa.array([r[field.name] for r in rows], type=pa.uuid() if pa.types.is_fixed_size_binary(
            field.type) and field.name == "key" and isinstance(field.type, pa.ExtensionType) else field.type))
    return pa.Table.from_arrays(columns, schema=target)


def python_value(value):
    """What PyIceberg's transforms take."""
    if isinstance(value, dt.datetime):
        return datetime_to_micros(value)
    if isinstance(value, dt.date):
        return date_to_days(value)
    return value


def append_by_partition(table, numbers):
    """Groups rows with PyIceberg's own transforms, value by value, and appends one file per partition."""
    spec, schema = table.spec(), table.schema()
    groups = {}
    for n in numbers:
        values = row(n)
        key = []
        for field in spec.fields:
            source = schema.find_field(field.source_id)
            value = python_value(values[source.name])
            if isinstance(source.field_type, UUIDType) and isinstance(value, bytes) and not isinstance(
                    field.transform, BucketTransform):
                value = uuid.UUID(bytes=value)
            key.append(field.transform.transform(source.field_type)(value))
        groups.setdefault(tuple(key), []).append(n)
    with table.transaction() as transaction:
        with transaction.update_snapshot().fast_append() as append:
            for key, members in groups.items():
                path = f"{table.location()}/data/{uuid.uuid4()}.parquet"
                local = path.removeprefix("file://")
                os.makedirs(os.path.dirname(local), exist_ok=True)
                pq.write_table(arrow_rows(schema, members), local, compression="zstd")
                footer = pq.read_metadata(local)
                statistics = data_file_statistics_from_parquet_metadata(
                    parquet_metadata=footer, stats_columns=compute_statistics_plan(schema, {}),
                    parquet_column_mapping=parquet_path_to_id_mapping(schema))
                append.append_data_file(DataFile.from_args(
                    content=DataFileContent.DATA, file_path=path, file_format=FileFormat.PARQUET,
                    partition=Record(*key), file_size_in_bytes=os.path.getsize(local),
                    sort_order_id=None, spec_id=spec.spec_id, equality_ids=None, key_metadata=None,
                    **statistics.to_serialized_dict()))


def planned(table, predicate=None):
    scan = table.scan(row_filter=predicate) if predicate is not None else table.scan()
    return list(scan.plan_files())


def describe(table, filters):
    files = []
    for task in planned(table):
        file = task.file
        spec = table.specs()[file.spec_id]
        files.append({
            "path": file.file_path, "rows": file.record_count,
            "partition": spec.partition_to_path(file.partition, table.schema()) if spec.fields else "",
            "lower": {str(k): v.hex() for k, v in (file.lower_bounds or {}).items()},
            "upper": {str(k): v.hex() for k, v in (file.upper_bounds or {}).items()},
        })
    return {
        "name": table.name()[-1], "metadata": table.metadata_location, "files": files,
        "filters": [{"column": c, "op": op, "text": text, "files": len(planned(table, p))}
                    for c, op, text, p in filters],
    }


FILTERS = {
    "small": [("small", "=", "5", EqualTo("small", 5)), ("small", "<", "-60", LessThan("small", -60)),
              ("small", "is null", "", IsNull("small"))],
    "big": [("big", ">=", "20000000000000", GreaterThanOrEqual("big", 20 * 10**12)),
            ("big", "=", "2999999999995", EqualTo("big", 3 * 10**12 - 5))],
    "text": [("text", "=", "åname-005-with-a-long-tail", EqualTo("text", "åname-005-with-a-long-tail")),
             ("text", "starts with", "ß", StartsWith("text", "ß")), ("text", "is not null", "", NotNull("text"))],
    "day": [("day", ">=", "2013-01-20", GreaterThanOrEqual("day", "2013-01-20"))],
    "at": [("at", "<", "2013-01-01T00:00:00", LessThan("at", "2013-01-01T00:00:00")),
           ("at", ">=", "2013-02-01T00:00:00", GreaterThanOrEqual("at", "2013-02-01T00:00:00")),
           ("at", "is null", "", IsNull("at"))],
    "at_utc": [("at_utc", ">=", "2013-01-15T00:00:00+00:00",
                GreaterThanOrEqual("at_utc", "2013-01-15T00:00:00+00:00"))],
    "price": [("price", "<", "0.00", LessThan("price", decimal.Decimal("0.00")))],
}

SPECS = {
    "identity_text": [("text", IdentityTransform())], "identity_small": [("small", IdentityTransform())],
    "identity_day": [("day", IdentityTransform())], "identity_flag": [("flag", IdentityTransform())],
    "identity_price": [("price", IdentityTransform())], "identity_at_utc": [("at_utc", IdentityTransform())],
    "identity_wide": [("wide", IdentityTransform())], "identity_code": [("code", IdentityTransform())],
    "bucket_small": [("small", BucketTransform(8))], "bucket_big": [("big", BucketTransform(16))],
    "bucket_text": [("text", BucketTransform(5))], "bucket_price": [("price", BucketTransform(7))],
    "bucket_day": [("day", BucketTransform(4))], "bucket_at": [("at", BucketTransform(4))],
    "truncate_small": [("small", TruncateTransform(50))], "truncate_text": [("text", TruncateTransform(4))],
    "truncate_big": [("big", TruncateTransform(10**9))], "truncate_price": [("price", TruncateTransform(5000))],
    "year_at": [("at", YearTransform())], "year_day": [("day", YearTransform())],
    "month_at": [("at", MonthTransform())], "month_day": [("day", MonthTransform())],
    "day_at": [("at", DayTransform())], "day_at_utc": [("at_utc", DayTransform())], "day_day": [("day", DayTransform())],
    "hour_at": [("at", HourTransform())], "void_small": [("small", VoidTransform())],
    "mixed": [("flag", IdentityTransform()), ("at", MonthTransform()), ("big", BucketTransform(2))],
}


def make(folder):
    catalog = load_catalog("made", type="sql", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
    catalog.create_namespace("made")
    out = []
    plain, every = schema_of(PRIMITIVES), schema_of(PRIMITIVES + NESTED)
    everything = [f for filters in FILTERS.values() for f in filters]

    catalog.create_table("made.empty", schema=every)
    table = catalog.create_table("made.every_type", schema=every)
    table.append(arrow_rows(table.schema(), range(ROWS)))
    table.append(arrow_rows(table.schema(), range(ROWS, 2 * ROWS)))
    table = catalog.create_table("made.first_version", schema=plain, properties={"format-version": "1"})
    table.append(arrow_rows(table.schema(), range(10)))
    table.append(arrow_rows(table.schema(), range(10, 20)))
    table = catalog.create_table("made.rows_deleted", schema=plain)
    for start in (0, 10, 20):
        table.append(arrow_rows(table.schema(), range(start, start + 10)))
    table.delete(In("small", [-100 + 7 * 3, -100 + 7 * 12]))
    for name in ("empty", "every_type", "first_version", "rows_deleted"):
        out.append(describe(catalog.load_table(f"made.{name}"), [] if name == "empty" else everything))

    ids = {name: i for i, name, _ in PRIMITIVES}
    for name, fields in SPECS.items():
        spec = PartitionSpec(*[PartitionField(ids[column], 1000 + i, transform, f"{column}_part_{i}")
                               for i, (column, transform) in enumerate(fields)])
        table = catalog.create_table(f"made.{name}", schema=plain, partition_spec=spec)
        append_by_partition(table, range(ROWS))
        append_by_partition(table, range(ROWS, ROWS + 3))
        out.append(describe(catalog.load_table(f"made.{name}"),
                            [f for column, _ in fields for f in FILTERS.get(column, [])]))
    return out


if __name__ == "__main__":
    print(json.dumps(make(sys.argv[1])))
