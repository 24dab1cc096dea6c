"""Tables that change: replaced with another schema, appended to, overwritten in parts, imported twice, merged."""
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from program import Failed
from tables import Peers, rows

MODEL = """
    import bauplan
    import pyarrow as pa

    @bauplan.model(materialization_strategy="{strategy}"{more})
    @bauplan.python("3.11", pip={{"pyarrow": "26.0.1"}})
    def t(source=bauplan.Model("source")):
        return source
"""


def run(lake, strategy, more="", *options):
    return lake.run("run", "-p", lake.project({"models.py": MODEL.format(strategy=strategy, more=more)}), *options)


def give(lake, table, *options):
    """Makes `source` hold this table."""
    path = lake.file("source.parquet", table)
    lake.run("table", "create", "source", "--search-uri", path, "--replace", *options)
    lake.run("table", "import", "source", path, "--accept-changed-files", "--import-duplicate-files", *options)


def ids(lake, table="t", *options):
    return {f["name"]: f["id"] for f in lake.table(table, *options)["fields"]}


def test_replaced_with_another_schema(lake):
    peers = Peers()
    first = pa.table({"a": [1, 2], "b": ["x", "y"], "s": pa.array([{"p": 1, "q": "r"}, None])})
    give(lake, first)
    run(lake, "REPLACE")
    old = peers.same(lake, "t", first)
    before = ids(lake)
    second = pa.table({"b": ["z"], "c": pa.array([1.5]), "a": pa.array(["text now"]),
                       "s": pa.array([{"q": "new", "p": 7, "r": True}])})
    give(lake, second)
    run(lake, "REPLACE")
    peers.same(lake, "t", second)
    after = ids(lake)
    assert after["b"] == before["b"]  # same name, same type: same id
    assert after["a"] != before["a"] and after["c"] not in before.values()
    assert lake.table("t")["uuid"]
    assert rows(peers.pyiceberg(old)) == rows(first), "the old version is still what it was"
    back = pa.table({"a": [5], "c": pa.array([2.5])})
    give(lake, back)
    run(lake, "REPLACE")
    peers.same(lake, "t", back)
    assert ids(lake)["c"] == after["c"]


def test_replaced_with_other_partitions(lake):
    peers = Peers()
    table = pa.table({"a": [1, 2, 3], "b": ["x", "y", None]})
    give(lake, table)
    for more, spec in (("", []), (', partitioned_by="b"', ["identity"]),
                       (', partitioned_by="bucket(3, a)"', ["bucket[3]"]), ("", [])):
        run(lake, "REPLACE", more)
        assert [t for _, t in peers.spec(peers.same(lake, "t", table))] == spec


def test_appended_to(lake):
    peers = Peers()
    first = pa.table({"a": [1, 2], "b": ["x", None]})
    give(lake, first)
    run(lake, "APPEND", ', partitioned_by="truncate(1, b)"')
    peers.same(lake, "t", first)
    run(lake, "APPEND", ', partitioned_by="truncate(1, b)"')
    peers.same(lake, "t", pa.concat_tables([first, first]))
    give(lake, pa.table({"a": [3]}))  # a missing nullable column is null
    run(lake, "APPEND", ', partitioned_by="truncate(1, b)"')
    whole = pa.concat_tables([first, first, pa.table({"a": [3], "b": pa.array([None], pa.string())})])
    peers.same(lake, "t", whole)
    give(lake, pa.table({"b": ["q"], "a": pa.array([4], pa.int32())}))  # another order, a narrower type
    run(lake, "APPEND", ', partitioned_by="truncate(1, b)"')
    whole = pa.concat_tables([whole, pa.table({"a": [4], "b": ["q"]})])
    metadata = peers.same(lake, "t", whole)
    give(lake, pa.table({"a": [4], "more": [1]}))
    with pytest.raises(Failed, match="more"):
        run(lake, "APPEND", ', partitioned_by="truncate(1, b)"')
    assert lake.metadata("t") == metadata


def test_overwritten_in_parts(lake):
    """The first file straddles the filter: it is rewritten without the rows the filter covers."""
    peers = Peers()
    table = pa.table({"day": pa.array([f"2024-01-0{1 + i % 5}" for i in range(20)]),
                      "n": pa.array(range(20)), "s": pa.array([{"k": i} for i in range(20)])})
    give(lake, table)
    run(lake, "REPLACE", ', partitioned_by="day"')
    peers.same(lake, "t", table)
    new = pa.table({"day": ["2024-01-02", "2024-01-06"], "n": [100, 101], "s": pa.array([{"k": 1}, None])})
    give(lake, new)
    with pytest.raises(Failed, match="outside"):
        run(lake, "OVERWRITE_PARTITIONS", """, partitioned_by="day", overwrite_filter="day = '2024-01-02'\"""")
    peers.same(lake, "t", table)
    run(lake, "OVERWRITE_PARTITIONS",
        """, partitioned_by="day", overwrite_filter="day IN ('2024-01-02', '2024-01-06')\"""")
    kept = table.filter(pa.array([d != "2024-01-02" for d in table["day"].to_pylist()]))
    peers.same(lake, "t", pa.concat_tables([kept, new]))


def test_overwriting_files_that_straddle(lake):
    """Partitions coarser than the filter, nulls and not-a-number: no row is lost and none stays twice."""
    peers = Peers()
    values = [1.0, float("nan"), None, 5.0, -1.0, 9.0, float("nan"), None]
    table = pa.table({"x": pa.array(values), "g": pa.array(["a", "a", "a", "a", "b", "b", "b", "b"])})
    give(lake, table)
    run(lake, "REPLACE", ', partitioned_by=["bucket(1, g)"]')
    new = pa.table({"x": pa.array([2.0]), "g": ["a"]})
    give(lake, new)
    run(lake, "OVERWRITE_PARTITIONS", """, partitioned_by=["bucket(1, g)"], overwrite_filter="g = 'a'\"""")
    peers.same(lake, "t", pa.concat_tables([table.slice(4), new]))


@pytest.mark.parametrize("where, keep", [
    ("x < 4", lambda x: x is None or x != x or not x < 4), ("x >= 4", lambda x: x is None or x < 4)])
def test_overwriting_by_a_number(lake, where, keep):
    peers = Peers()
    table = pa.table({"x": pa.array([1.0, float("nan"), None, 5.0, 3.0]), "n": pa.array(range(5))})
    give(lake, table)
    run(lake, "REPLACE", ', partitioned_by="x"')
    new = pa.table({"x": pa.array([2.0 if "<" in where else 7.0]), "n": [100]})
    give(lake, new)
    run(lake, "OVERWRITE_PARTITIONS", f""", partitioned_by="x", overwrite_filter="{where}\"""")
    kept = table.filter(pa.array([keep(x) for x in table["x"].to_pylist()]))
    peers.same(lake, "t", pa.concat_tables([kept, new]))


def test_imported_twice_and_merged(lake):
    peers = Peers()
    one, two, three = (pa.table({"a": [i], "b": [f"file {i}"]}) for i in (1, 2, 3))
    lake.ingest("t", one, name="1.parquet")
    lake.add("t", one, name="1.parquet")
    peers.same(lake, "t", one)
    lake.run("branch", "create", "root.side", "--from", "main")
    lake.add("t", two, "-b", "root.side", name="2.parquet")
    peers.same(lake, "t", pa.concat_tables([one, two]), "-r", "root.side")
    peers.same(lake, "t", one, "-r", "main")
    lake.ingest("other", three, "-b", "main")
    lake.run("branch", "merge", "root.side", "--into", "main")
    peers.same(lake, "t", pa.concat_tables([one, two]), "-r", "main")
    peers.same(lake, "other", three, "-r", "main")
    lake.add("t", two, "-b", "main", name="2.parquet")  # seen on the side branch, so seen here
    peers.same(lake, "t", pa.concat_tables([one, two]))
    lake.add("t", three, name="3.parquet")
    peers.same(lake, "t", pa.concat_tables([one, two, three]))


def test_import_of_wider_and_narrower_files(lake):
    peers = Peers()
    lake.ingest("t", pa.table({"a": pa.array([1], pa.int64()), "x": pa.array([0.5], pa.float64())}))
    lake.add("t", pa.table({"x": pa.array([1.5], pa.float32()), "a": pa.array([2], pa.int16())}))
    lake.add("t", pa.table({"a": pa.array([3], pa.uint8())}))
    peers.same(lake, "t", pa.table({"a": [1, 2, 3], "x": pa.array([0.5, 1.5, None])}))
    with pytest.raises(Failed, match='"a"'):
        lake.add("t", pa.table({"a": pa.array(["text"])}))
    with pytest.raises(Failed, match="extra"):
        lake.add("t", pa.table({"a": [4], "extra": [1]}))
    lake.add("t", pa.table({"a": [4], "extra": [1]}), "--best-effort")
    assert lake.query("select sum(a) as s from t")["s"].to_pylist() == [10]


def test_files_with_many_row_groups(lake):
    peers, table = Peers(), pa.table({"n": pa.array(range(5000)), "s": [f"v{i % 7}" for i in range(5000)]})
    path = lake.folder / "files" / "many.parquet"
    pq.write_table(table, path, row_group_size=100)
    lake.run("ingest", "many", path)
    peers.same(lake, "many", table)
