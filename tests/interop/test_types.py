"""Every type, nulls, empty tables: what the program wrote is what others read."""
import datetime
import decimal
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from program import Failed
from tables import Peers, rows

UTC = datetime.timezone.utc
D = decimal.Decimal

# name, Arrow type given, Iceberg type stored, DuckDB type read, values
COLUMNS = [
    ("flag", pa.bool_(), "boolean", "BOOLEAN", [True, False, None]),
    ("i8", pa.int8(), "int", "INTEGER", [-128, 127, None]),
    ("u8", pa.uint8(), "int", "INTEGER", [0, 255, None]),
    ("i16", pa.int16(), "int", "INTEGER", [-2**15, 2**15 - 1, None]),
    ("u16", pa.uint16(), "int", "INTEGER", [0, 2**16 - 1, None]),
    ("i32", pa.int32(), "int", "INTEGER", [-2**31, 2**31 - 1, None]),
    ("u32", pa.uint32(), "long", "BIGINT", [0, 2**32 - 1, None]),
    ("i64", pa.int64(), "long", "BIGINT", [-2**63, 2**63 - 1, None]),
    ("u64", pa.uint64(), "decimal(20, 0)", "DECIMAL(20,0)", [0, 2**64 - 1, None]),
    ("f32", pa.float32(), "float", "FLOAT", [1.5, float("nan"), None]),
    ("f64", pa.float64(), "double", "DOUBLE", [-0.0, float("inf"), None]),
    ("d9", pa.decimal128(9, 2), "decimal(9, 2)", "DECIMAL(9,2)", [D("-1234567.89"), D("0.01"), None]),
    ("d18", pa.decimal128(18, 4), "decimal(18, 4)", "DECIMAL(18,4)", [D("12345678901234.5678"), D("-0.0001"), None]),
    ("d38", pa.decimal128(38, 0), "decimal(38, 0)", "DECIMAL(38,0)", [D("9" * 38), D("-" + "9" * 38), None]),
    ("day", pa.date32(), "date", "DATE", [datetime.date(1969, 12, 31), datetime.date(2024, 2, 29), None]),
    ("day64", pa.date64(), "date", "DATE", [datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None]),
    ("clock", pa.time64("us"), "time", "TIME", [datetime.time(0, 0), datetime.time(23, 59, 59, 999999), None]),
    ("clock_ms", pa.time32("ms"), "time", "TIME", [datetime.time(1, 2, 3, 4000), datetime.time(12), None]),
    ("at", pa.timestamp("us"), "timestamp", "TIMESTAMP",
     [datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), datetime.datetime(2024, 5, 6, 7, 8, 9, 10), None]),
    ("at_s", pa.timestamp("s"), "timestamp", "TIMESTAMP",
     [datetime.datetime(1970, 1, 1), datetime.datetime(2038, 1, 19, 3, 14, 8), None]),
    ("at_ns", pa.timestamp("ns"), "timestamp", "TIMESTAMP",
     [datetime.datetime(2001, 2, 3, 4, 5, 6, 7), datetime.datetime(1900, 1, 1), None]),
    ("zoned", pa.timestamp("us", "UTC"), "timestamptz", "TIMESTAMP WITH TIME ZONE",
     [datetime.datetime(2024, 5, 6, 7, 8, 9, 10, UTC), datetime.datetime(1969, 1, 1, tzinfo=UTC), None]),
    ("paris", pa.timestamp("ms", "Europe/Paris"), "timestamptz", "TIMESTAMP WITH TIME ZONE",
     [datetime.datetime(2024, 7, 1, 12, tzinfo=UTC), datetime.datetime(2024, 1, 1, 12, tzinfo=UTC), None]),
    ("text", pa.string(), "string", "VARCHAR", ["", "åß\u2028\U0001f600 'quoted\"", None]),
    ("large_text", pa.large_string(), "string", "VARCHAR", ["x" * 70, "a\nb\0c", None]),
    ("view_text", pa.string_view(), "string", "VARCHAR", ["short", "longer than twelve bytes", None]),
    ("code", pa.dictionary(pa.int8(), pa.string()), "string", "VARCHAR", ["one", "two", None]),
    ("bytes", pa.binary(), "binary", "BLOB", [b"", b"\0\xff\x80", None]),
    ("large_bytes", pa.large_binary(), "binary", "BLOB", [b"abc", b"\0" * 20, None]),
    ("fixed5", pa.binary(5), "fixed[5]", "BLOB", [b"\0\1\2\3\4", b"\xff" * 5, None]),
    ("key", pa.uuid(), "uuid", "UUID", [uuid.UUID(int=0).bytes, uuid.UUID(int=2**128 - 1).bytes, None]),
    ("some", pa.list_(pa.int64()), "list<long>", "BIGINT[]", [[1, None, 3], [], None]),
    ("large_some", pa.large_list(pa.large_string()), "list<string>", "VARCHAR[]", [["a", None], [], None]),
    ("pair", pa.struct([("x", pa.int32()), ("y", pa.string())]), None, 'STRUCT(x INTEGER, y VARCHAR)',
     [{"x": 1, "y": "é"}, {"x": None, "y": None}, None]),
    ("book", pa.map_(pa.string(), pa.float64()), "map<string, double>", "MAP(VARCHAR, DOUBLE)",
     [[("k", 1.5), ("l", None)], [], None]),
    ("deep", pa.list_(pa.struct([("m", pa.map_(pa.int32(), pa.list_(pa.timestamp("us", "UTC")))),
                                 ("d", pa.decimal128(10, 2))])), None,
     "STRUCT(m MAP(INTEGER, TIMESTAMP WITH TIME ZONE[]), d DECIMAL(10,2))[]",
     [[{"m": [(7, [datetime.datetime(2020, 1, 1, tzinfo=UTC), None])], "d": D("1.25")}, None], [], None]),
    ("boxes", pa.struct([("inner", pa.struct([("list", pa.list_(pa.list_(pa.float32())))]))]), None,
     'STRUCT("inner" STRUCT(list FLOAT[][]))',
     [{"inner": {"list": [[1.0, 2.5], [], None]}}, {"inner": None}, None]),
    ("marked", pa.map_(pa.string(), pa.struct([("a", pa.binary()), ("b", pa.date32())])), None,
     "MAP(VARCHAR, STRUCT(a BLOB, b DATE))",
     [[("x", {"a": b"\1", "b": datetime.date(2020, 2, 2)}), ("y", None)], [], None]),
]


def given(columns=COLUMNS, which=slice(None)):
    arrays = [pa.array(values[which], kind) for _, kind, _, _, values in columns]
    return pa.table(arrays, names=[name for name, *_ in columns])


def stored(table):
    """The values of `table` as they must be read back."""
    out = []
    for column in table.columns:
        kind = column.type
        if pa.types.is_uint64(kind):
            column = column.cast(pa.decimal128(20, 0))
        elif pa.types.is_date64(kind):
            column = column.cast(pa.date32())
        elif pa.types.is_dictionary(kind):
            column = column.cast(pa.string())
        elif kind in (pa.string_view(),):
            column = column.cast(pa.string())
        elif pa.types.is_timestamp(kind):
            column = column.cast(pa.timestamp("us", "UTC" if kind.tz else None))
        out.append(column)
    return pa.table(out, names=table.column_names)


def writable(table):
    """What Parquet files can say themselves (views are for models)."""
    return pa.table([c.cast(pa.string()) if c.type == pa.string_view() else c for c in table.columns],
                    names=table.column_names)


def check_types(peers, metadata, columns=COLUMNS):
    schema, described = peers.schema(metadata), peers.duck_types(metadata)
    for name, _, iceberg, duck, _ in columns:
        if iceberg is not None:
            assert schema[name][1] == iceberg, name
        assert described[name].replace('"', "") == duck.replace('"', ""), name


def test_parquet_of_every_type(lake):
    peers, table = Peers(), given()
    lake.ingest("every", writable(table))
    check_types(peers, peers.same(lake, "every", stored(table)))


def test_every_type_on_its_own_all_null_and_without_a_null(lake):
    """Statistics of a column differ when all, some or none of its values are null."""
    peers = Peers()
    for name, which in (("nulls", slice(2, 3)), ("values_only", slice(0, 2))):
        table = given(which=which)
        lake.ingest(name, writable(table))
        check_types(peers, peers.same(lake, name, stored(table)))


def test_empty_table(lake):
    peers, table = Peers(), given(which=slice(0, 0))
    lake.ingest("empty", writable(table))
    check_types(peers, peers.same(lake, "empty", stored(table)))
    path = lake.file("later.parquet", writable(given()))
    lake.run("table", "create", "created", "--search-uri", path)
    check_types(peers, peers.same(lake, "created", stored(table)))
    lake.run("table", "import", "created", path)
    peers.same(lake, "created", stored(given()))


MODEL_TYPES = """
    import bauplan
    import pyarrow as pa
    import pyarrow.parquet as pq

    @bauplan.model(materialization_strategy="REPLACE")
    @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
    def made(source=bauplan.Model("source")):
        return source

    @bauplan.model(materialization_strategy="REPLACE")
    @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
    def made_in_sql_kinds(source=bauplan.Model("source")):
        columns = []
        for column in source.columns:
            if pa.types.is_string(column.type):
                column = column.cast(pa.string_view())
            elif pa.types.is_binary(column.type):
                column = column.cast(pa.large_binary())
            columns.append(column)
        return pa.table(columns, names=source.column_names)

    @bauplan.model(materialization_strategy="REPLACE")
    @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
    def nothing(source=bauplan.Model("source")):
        return source.slice(0, 0)
"""


def test_models_of_every_type(lake):
    peers, table = Peers(), given()
    lake.ingest("source", writable(table))
    lake.run("run", "-p", lake.project({
        "models.py": MODEL_TYPES,
        "through_sql.sql": "-- bauplan: materialization_strategy=REPLACE\nSELECT * FROM source\n"}))
    for name in ("made", "made_in_sql_kinds"):
        check_types(peers, peers.same(lake, name, stored(table)))
    columns = [c if c[0] != "fixed5" else (*c[:2], "binary", *c[3:]) for c in COLUMNS]  # SQL knows no fixed
    check_types(peers, peers.same(lake, "through_sql", stored(table)), columns)
    check_types(peers, peers.same(lake, "nothing", stored(given(which=slice(0, 0)))))


def test_csv_and_jsonl_of_text_types(lake):
    peers = Peers()
    lake.ingest("c", "n,x,b,s,d,t,z,big\n"
                     "1,1.5,true,one,2024-01-02,2024-01-02T03:04:05,2024-01-02T03:04:05Z,9223372036854775807\n"
                     ",,,,,,,\n"
                     "-3,1e3,false,\"a,\"\"b\"\"\",0001-01-01,1969-12-31 23:59:59.999999,"
                     "2024-01-02T03:04:05+02:00,-9223372036854775808\n")
    at = datetime.datetime
    expected = pa.table({
        "n": pa.array([1, None, -3]), "x": pa.array([1.5, None, 1000.0]), "b": pa.array([True, None, False]),
        "s": pa.array(["one", None, 'a,"b"']),
        "d": pa.array([datetime.date(2024, 1, 2), None, datetime.date(1, 1, 1)]),
        "t": pa.array([at(2024, 1, 2, 3, 4, 5), None, at(1969, 12, 31, 23, 59, 59, 999999)], pa.timestamp("us")),
        "z": pa.array([at(2024, 1, 2, 3, 4, 5, tzinfo=UTC), None, at(2024, 1, 2, 1, 4, 5, tzinfo=UTC)],
                      pa.timestamp("us", "UTC")),
        "big": pa.array([2**63 - 1, None, -2**63])})
    metadata = peers.same(lake, "c", expected)
    assert [kind for _, kind in peers.schema(metadata).values()] == [
        "long", "double", "boolean", "string", "date", "timestamp", "timestamptz", "long"]
    path = lake.file("j.jsonl", '{"n": 1, "s": "x", "l": [1, 2], "o": {"a": 1.5, "b": "y"}}\n'
                                '{"n": null, "l": [], "o": null}\n{"s": "\\u00e9\\n", "o": {"b": "z"}}\n')
    lake.run("ingest", "j", path)
    peers.same(lake, "j", pa.table({
        "n": pa.array([1, None, None]), "s": pa.array(["x", None, "é\n"]), "l": pa.array([[1, 2], [], None]),
        "o": pa.array([{"a": 1.5, "b": "y"}, None, {"a": None, "b": "z"}])}))


def test_int96_files(lake):
    """Old writers' timestamps: refused or right, never shifted."""
    at = pa.array([datetime.datetime(2024, 5, 6, 7, 8, 9, 123456), None, datetime.datetime(1969, 1, 2)],
                  pa.timestamp("us"))
    path = lake.folder / "files" / "old.parquet"
    pq.write_table(pa.table({"at": at}), path, use_deprecated_int96_timestamps=True)
    lake.run("ingest", "old", path)
    Peers().same(lake, "old", pa.table({"at": at}))


@pytest.mark.parametrize("kind, values", [
    (pa.timestamp("ns"), [1]), (pa.timestamp("ns", "UTC"), [1_000_001]), (pa.time64("ns"), [7])])
def test_nanoseconds_that_micros_cannot_say_are_refused(lake, kind, values):
    path = lake.file("fine.parquet", pa.table({"at": pa.array(values, kind)}))
    with pytest.raises(Failed, match="fine.parquet|column \"at\""):
        lake.run("ingest", "fine", path)
    assert rows(lake.query("show tables")) == []


def test_durations_are_refused(lake):
    path = lake.file("span.parquet", pa.table({"span": pa.array([1, None], pa.duration("us"))}))
    with pytest.raises(Failed, match='column "span".*duration'):
        lake.run("ingest", "span", path)
    assert rows(lake.query("show tables")) == []
