"""Every partition transform, imported and written by models: rows, specs, values in paths, pruning by others."""
import datetime
import decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyiceberg.expressions import EqualTo

from tables import Peers, rows

UTC = datetime.timezone.utc
ROWS = 40


def source():
    def at(i):
        return datetime.datetime(1969, 11, 20) + datetime.timedelta(days=i * 13, hours=i, microseconds=i)

    def some(make):
        return [None if i % 9 == 8 else make(i) for i in range(ROWS)]

    names = ["a/b", "c d", "é%=", "", "plain", "x&y#z?", "*[0]", "null", "__HIVE_DEFAULT_PARTITION__"]
    return pa.table({
        "n": pa.array(range(ROWS), pa.int64()),
        "flag": pa.array(some(lambda i: i % 2 == 0), pa.bool_()),
        "small": pa.array(some(lambda i: (i - 20) * 7), pa.int32()),
        "big": pa.array(some(lambda i: (i - 20) * 10**12), pa.int64()),
        "real": pa.array(some(lambda i: i % 3 / 2), pa.float64()),
        "single": pa.array(some(lambda i: i % 3 / 4), pa.float32()),
        "text": pa.array(some(lambda i: names[i % len(names)]), pa.string()),
        "day": pa.array(some(lambda i: at(i).date()), pa.date32()),
        "at": pa.array(some(at), pa.timestamp("us")),
        "zoned": pa.array(some(lambda i: at(i).replace(tzinfo=UTC)), pa.timestamp("us", "UTC")),
        "clock": pa.array(some(lambda i: datetime.time(i % 24, i)), pa.time64("us")),
        "price": pa.array(some(lambda i: decimal.Decimal(i * 37 - 500) / 100), pa.decimal128(9, 2)),
        "bytes": pa.array(some(lambda i: bytes([i, 255 - i, i % 3])), pa.binary()),
        "code": pa.array(some(lambda i: bytes([i % 5] * 4)), pa.binary(4)),
    })


# what a user writes -> the transforms PyIceberg must find
IDENTITY = ["flag", "small", "big", "text", "day", "at", "zoned", "price", "clock", "bytes", "code"]
SPECS = {column: ["identity"] for column in IDENTITY}
SPECS |= {f"bucket(4, {c})": ["bucket[4]"]
          for c in ("small", "big", "text", "day", "at", "zoned", "price", "clock", "bytes", "code")}
SPECS |= {f"truncate({w}, {c})": [f"truncate[{w}]"]
          for w, c in ((50, "small"), (10**9, "big"), (2, "text"), (300, "price"), (2, "bytes"))}
SPECS |= {f"{t}({c})": [t] for t in ("year", "month", "day") for c in ("day", "at", "zoned")}
SPECS |= {f"hour({c})": ["hour"] for c in ("at", "zoned")}
SPECS |= {"void(small)": ["void"], "flag, month(at), bucket(2, big)": ["identity", "month", "bucket[2]"]}


def options(text):
    parts, depth = [""], 0
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [word for part in parts for word in ("--partitioned-by", part.strip())]


def test_every_transform_imported(lake):
    peers, table = Peers(), source()
    path = lake.file("source.parquet", table)
    for i, (text, transforms) in enumerate(SPECS.items()):
        name = f"t{i}"
        lake.run("ingest", name, path, *options(text))
        metadata = peers.same(lake, name, table)
        assert [t for _, t in peers.spec(metadata)] == transforms, text
        check_partition_values(peers, metadata, text)


def check_partition_values(peers, metadata, text):
    """Whatever PyIceberg's planning keeps for a predicate holds all the rows that match."""
    if "," in text and not text.startswith(("bucket", "truncate")):
        return
    column = text.rstrip(")").split("(")[-1].split(",")[-1].strip()
    whole = peers.pyiceberg(metadata)
    values = sorted({value for value in whole[column].to_pylist() if value is not None})
    for value in (values[0], values[len(values) // 2], values[-1]):
        if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
            literal = value.isoformat()
        else:
            literal = value
        found = peers.pyiceberg(metadata, row_filter=EqualTo(column, literal))
        wanted = whole.filter(pc.equal(whole[column], pa.scalar(value, whole[column].type)))
        assert rows(found) == rows(wanted), (text, value)


@pytest.mark.parametrize("column", ["real", "single"])
def test_fractions_as_partitions(lake, column):
    """Also what the program finds in them, zero of both signs and not-a-number included."""
    values = [0.0, -0.0, float("nan"), 1.5, -2.25, None, float("inf"), float("-inf")] * 2
    kind = pa.float64() if column == "real" else pa.float32()
    table = pa.table({"n": pa.array(range(16)), column: pa.array(values, kind)})
    lake.ingest("t", table, "--partitioned-by", column)
    peers = Peers()
    metadata = lake.metadata("t")
    assert rows(lake.query("select * from t")) == rows(table)
    assert rows(peers.pyiceberg(metadata)) == rows(table)
    peers.duckdb.register("arrow", table)  # a table of its own: over Arrow, filters are Arrow's, to which NaN > 1 is false
    peers.duckdb.execute("create table given as select * from arrow")
    for where in ("> 1", ">= 0", "< 0", "<= 0", "= 0", "<> 0", "is null", "= 'NaN'", "> 'inf'", "not in (0, 1.5)"):
        got = lake.query(f"select n from t where {column} {where}")["n"].to_pylist()
        wanted = peers.duckdb.execute(f"select n from given where {column} {where}").fetchall()
        assert sorted(got) == sorted(n for n, in wanted), where


def test_every_transform_written_by_models(lake):
    peers, table = Peers(), source()
    lake.ingest("source", table)
    models = ["import bauplan\n"]
    chosen = {f"m{i}": item for i, item in enumerate(SPECS.items()) if item[1] != ["void"]}
    for name, (text, _) in chosen.items():
        columns = [part for part in options(text) if part != "--partitioned-by"]
        given = columns[0] if len(columns) == 1 else columns
        models.append(f"@bauplan.model(materialization_strategy='REPLACE', partitioned_by={given!r})\n"
                      "@bauplan.python('3.11', pip={'pyarrow': '26.0.1'})\n"
                      f"def {name}(source=bauplan.Model('source')):\n    return source\n")
    # A few per run: each call is a process.
    wanted = list(chosen)[::4]
    text = models[0] + "".join(m for m in models[1:] if any(f"def {n}(" in m for n in wanted))
    lake.run("run", "-p", lake.project({"models.py": text}))
    for name in wanted:
        metadata = peers.same(lake, name, table)
        assert [t for _, t in peers.spec(metadata)] == chosen[name][1]


def test_partitions_of_empty_and_of_null_only_tables(lake):
    peers, table = Peers(), source()
    nulls = table.filter(pc.is_null(table["small"]))
    assert nulls.num_rows > 0
    for i, text in enumerate(("month(at)", "bucket(4, text)", "day", "truncate(3, price)")):
        lake.ingest(f"empty{i}", table.slice(0, 0), *options(text))
        peers.same(lake, f"empty{i}", table.slice(0, 0))
        lake.ingest(f"nulls{i}", nulls, *options(text))
        peers.same(lake, f"nulls{i}", nulls)
        lake.add(f"empty{i}", table)
        peers.same(lake, f"empty{i}", table)
