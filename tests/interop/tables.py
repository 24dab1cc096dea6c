"""Tables as other software reads them, and rows in a form in which equal means equal."""
import datetime
import decimal
import math
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.table import StaticTable

from read_iceberg_tables import connect


def plain(value):
    """A value as hashable text, whichever library it came from."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    if isinstance(value, decimal.Decimal):
        return "decimal " + format(value, "f")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "bytes " + bytes(value).hex()
    if isinstance(value, uuid.UUID):
        return "bytes " + value.bytes.hex()
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            return value.isoformat()
        return value.astimezone(datetime.timezone.utc).isoformat()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {plain(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(plain(v) for v in value) + "]"
    return repr(value)


def rows(table):
    """The rows of a pyarrow table, sorted."""
    columns = [values(column) for column in table.columns]
    return sorted(zip(*columns)) if columns else []


def alike(seen, expected):
    """The same rows. Columns that are equal as they stand, which most are, need no look at each value."""
    if seen.num_rows != expected.num_rows or seen.num_columns != expected.num_columns:
        return False
    in_place = all(a.type == b.type and a.equals(b) or values(a) == values(b) for a, b in zip(seen.columns, expected.columns))
    return in_place or rows(seen) == rows(expected)


def values(column):
    return [plain(v) for v in python_values(column)]


def python_values(column):
    if isinstance(column.type, pa.BaseExtensionType) and column.type.extension_name == "arrow.uuid":
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    return column.to_pylist()


def as_pyiceberg(table):
    """What PyIceberg 0.12 makes of correct rows: it rebuilds lists and maps of structs and loses their validity,
    so a null list becomes an empty one. DuckDB and the program see to those."""
    def rebuilt(kind):
        if pa.types.is_map(kind):
            return pa.types.is_struct(kind.item_type)
        return pa.types.is_list(kind) and pa.types.is_struct(kind.value_type)

    return pa.table(
        [pa.array([[] if v is None else v for v in c.to_pylist()], c.type) if rebuilt(c.type) else c
         for c in table.columns], names=table.column_names)


class Peers:
    """PyIceberg and DuckDB, reading a table by its metadata file."""

    def __init__(self):
        self.duckdb = connect()

    def pyiceberg(self, metadata, **scan):
        return StaticTable.from_metadata(metadata).scan(**scan).to_arrow()

    def duck(self, metadata, columns="*", where="true"):
        path = metadata.removeprefix("file://")
        sql = f"select {columns} from iceberg_scan('{path}') where {where}"
        table = self.duckdb.execute(sql).to_arrow_table()
        for i, (kind, field) in enumerate(zip(self.duckdb.execute(f"describe {sql}").fetchall(), table.schema)):
            if kind[1] == "UUID" and pa.types.is_string(field.type):  # DuckDB exports them as text
                key = [None if v is None else uuid.UUID(v).bytes for v in table[i].to_pylist()]
                table = table.set_column(i, field.name, pa.array(key, pa.binary(16)))
        return table

    def duck_types(self, metadata):
        path = metadata.removeprefix("file://")
        described = self.duckdb.execute(f"describe select * from iceberg_scan('{path}')").fetchall()
        return {name: kind for name, kind, *_ in described}

    def schema(self, metadata):
        """Top-level columns as PyIceberg knows them: name -> (id, type)."""
        schema = StaticTable.from_metadata(metadata).schema()
        return {f.name: (f.field_id, str(f.field_type)) for f in schema.fields}

    def spec(self, metadata):
        table = StaticTable.from_metadata(metadata)
        return [(f.name, str(f.transform)) for f in table.spec().fields]

    def files(self, metadata):
        return [task.file for task in StaticTable.from_metadata(metadata).scan().plan_files()]

    def same(self, lake, table, expected, *options):
        """The table's rows are `expected` for PyIceberg, for DuckDB and for the program's own SQL."""
        metadata = lake.metadata(table, *options)
        names = expected.column_names
        assert list(self.schema(metadata)) == names
        seen = self.pyiceberg(metadata).select(names)
        assert alike(seen, as_pyiceberg(expected)), f"PyIceberg reads {table} differently"
        assert alike(self.duck(metadata).select(names), expected), f"DuckDB reads {table} differently"
        mine = lake.query(f'select * from "{table}"', *options)
        assert mine.column_names == names
        assert alike(mine, expected), f"the program reads {table} differently"
        self.ids_agree(metadata, lake.table(table, *options))
        return metadata

    def ids_agree(self, metadata, described):
        """Field ids: in the metadata, as the program says them, and in each data file."""
        schema = StaticTable.from_metadata(metadata).schema()
        assert {f["name"]: f["id"] for f in described["fields"]} == {f.name: f.field_id for f in schema.fields}
        known = {schema.find_column_name(i): i for i in schema.field_ids}
        for file in self.files(metadata):
            found = pq.read_schema(file.file_path.removeprefix("file://"))
            for field in found:
                field_id = int(field.metadata[b"PARQUET:field_id"])
                if field.name in known:
                    assert field_id == known[field.name], (field.name, file.file_path)
