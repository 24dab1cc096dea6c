"""Parquet files that are taken as they are: the same rows, types and ids for each reader as decoded ones."""
import datetime
import decimal
import functools

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from program import Failed
from tables import Peers, rows

UTC = datetime.timezone.utc
ROWS = 40_000


@functools.lru_cache
def table(first=0, rows_total=ROWS):
    numbers = range(first, first + rows_total)
    def some(value):
        return [None if n % 7 == 3 else value(n) for n in numbers]
    return pa.table({
        "n": pa.array(numbers, pa.int64()),
        "small": pa.array(some(lambda n: n % 1000 - 500), pa.int32()),
        "flag": pa.array(some(lambda n: n % 2 == 0), pa.bool_()),
        "real": pa.array(some(lambda n: n / 8 - 100), pa.float64()),
        "half": pa.array(some(lambda n: float(n % 50)), pa.float32()),
        "price": pa.array(some(lambda n: decimal.Decimal(n - 7) / 100), pa.decimal128(12, 2)),
        "day": pa.array(some(lambda n: datetime.date(2020, 1, 1) + datetime.timedelta(n % 900)), pa.date32()),
        "at": pa.array(some(lambda n: datetime.datetime(2020, 1, 1) + datetime.timedelta(microseconds=n)), pa.timestamp("us")),
        "zoned": pa.array(some(lambda n: datetime.datetime(2020, 1, 1, tzinfo=UTC) + datetime.timedelta(hours=n)),
                          pa.timestamp("us", "Europe/Paris")),
        "text": pa.array(some(lambda n: f"text {n % 5000} é"), pa.string()),
        "kind": pa.array(some(lambda n: ["a", "b", "c"][n % 3]), pa.string()).dictionary_encode(),
        "bytes": pa.array(some(lambda n: bytes([n % 256, 255])), pa.binary()),
        "never": pa.array([None] * rows_total, pa.string()),
    })


def pages(path):
    data = path.read_bytes()
    return data[:len(data) - 8 - int.from_bytes(data[-8:-4], "little")]


def stored(lake, metadata):
    import pathlib
    return [pathlib.Path(f.file_path.removeprefix("file://")) for f in Peers().files(metadata)]


def plain(content):
    """The values without Arrow's own ways of holding them."""
    return content.set_column(content.column_names.index("kind"), "kind", content["kind"].cast(pa.string()))


@pytest.mark.parametrize("options", [
    {"compression": "zstd"}, {"compression": "snappy"}, {"compression": "lz4", "data_page_version": "2.0"},
    {"compression": "zstd", "row_group_size": 20_000, "use_dictionary": False, "write_page_index": True},
], ids=lambda options: options["compression"] + str(len(options)))
def test_the_pages_are_the_sources(lake, options):
    source = lake.folder / "files" / "source.parquet"
    content = table()
    pq.write_table(content, source, **options)
    lake.run("ingest", "copied", source)
    metadata = Peers().same(lake, "copied", plain(content))
    assert [pages(path) for path in stored(lake, metadata)] == [pages(source)]


def test_equals_what_is_decoded(lake):
    content = table()
    for name, codec in (("copied", "snappy"), ("decoded", "none")):
        source = lake.folder / "files" / f"{name}.parquet"
        pq.write_table(content, source, compression=codec)
        lake.run("ingest", name, source)
    peers = Peers()
    seen = {name: peers.files(peers.same(lake, name, plain(content)))[0] for name in ("copied", "decoded")}
    for what in ("record_count", "lower_bounds", "upper_bounds", "value_counts", "null_value_counts", "nan_value_counts"):
        assert getattr(seen["copied"], what) == getattr(seen["decoded"], what), what


def test_files_are_still_left_out(lake):
    for i in range(3):
        source = lake.folder / "files" / f"part{i}.parquet"
        pq.write_table(table(i * ROWS), source)
    lake.run("ingest", "parts", "part*.parquet")
    metadata = lake.metadata("parts")
    found = Peers().pyiceberg(metadata, row_filter=f"n >= {2 * ROWS}")
    assert found.num_rows == ROWS
    assert len(Peers().files(metadata)) == 3
    assert lake.query(f"select count(*) as n from parts where n >= {2 * ROWS + 5}")["n"].to_pylist() == [ROWS - 5]
    from pyiceberg.table import StaticTable
    assert len(list(StaticTable.from_metadata(metadata).scan(row_filter=f"n >= {2 * ROWS}").plan_files())) == 1


def test_other_ids_and_words_about_the_columns_are_dropped(lake):
    content = table(rows_total=100)
    odd = pa.schema([f.with_metadata({"PARQUET:field_id": str(90 - i), "unit": "mm"}) for i, f in enumerate(content.schema)],
                    metadata={"pandas": "{}", "iceberg.schema": "{}"})
    source = lake.folder / "files" / "source.parquet"
    pq.write_table(content.cast(odd), source)
    lake.run("ingest", "copied", source)
    metadata = Peers().same(lake, "copied", plain(content))
    assert [pages(path) for path in stored(lake, metadata)] == [pages(source)]


def test_a_file_cut_short_is_refused_by_name(lake):
    source = lake.folder / "files" / "whole.parquet"
    pq.write_table(table(), source)
    data = source.read_bytes()
    cut = lake.folder / "files" / "cut.parquet"
    footer = 8 + int.from_bytes(data[-8:-4], "little")
    for broken in (data[:-1], data[:len(data) // 2], data[:1000] + data[2000:], data[:4] + data[-footer:]):
        cut.write_bytes(broken)
        with pytest.raises(Failed, match="cut.parquet"):
            lake.run("ingest", "broken", cut)


def test_nan_keeps_its_count(lake):
    content = pa.table({"x": [1.5, float("nan"), None]})
    lake.ingest("nans", content)
    metadata = Peers().same(lake, "nans", content)
    assert list(Peers().files(metadata)[0].nan_value_counts.values()) == [1]
    assert rows(lake.query("select x from nans where x > 5")) == [("nan",)]
