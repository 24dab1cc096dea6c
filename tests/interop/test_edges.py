"""What formats and languages disagree about: types at their limits, names, odd files, bad values with their place."""
import datetime
import decimal
import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from program import Failed
from tables import Peers, rows

D = decimal.Decimal

def models(*bodies, pip='"pyarrow": "26.0.1"'):
    """One model per (name, body); each reads the table `source`."""
    text = "import bauplan\n"
    for name, body, *options in bodies:
        extra = options[0] if options else ""
        text += (f"\n@bauplan.model(materialization_strategy='REPLACE'{extra})\n"
                 f"@bauplan.python('3.11', pip={{{pip}}})\n"
                 f"def {name}(source=bauplan.Model('source')):\n")
        text += "".join(f"    {line}\n" for line in body.strip().splitlines())
    return text


@pytest.fixture
def source(lake):
    lake.ingest("source", pa.table({"a": [1, 2, 3]}))
    return lake


def run(lake, text, **files):
    return lake.run("run", "-p", lake.project({"models.py": text, **files}))


def test_types_that_functions_return(source):
    lake, peers = source, Peers()
    run(lake, models(
        ("unsigned", "import pyarrow as pa\nreturn pa.table({'u': pa.array([0, 2**64 - 1, None], pa.uint64())})"),
        ("coded", "import pyarrow as pa\nreturn pa.table({'c': pa.array(['x', None, 'x']).dictionary_encode()})"),
        ("exact", "import pyarrow as pa\nreturn pa.table({'t': pa.array([1_000, 2_000], pa.timestamp('ns'))})"),
        ("cased", "import pyarrow as pa\nreturn pa.table({'a': [1], 'A': ['upper'], 'a__case1': [2.5]})"),
        ("dicts", "return [{'a': 1, 'b': None}, {'a': None, 'b': 'x', 'c': 2.5}]"),
        ("wide", "import pyarrow as pa, decimal\n"
                 "return pa.table({'d': pa.array([decimal.Decimal('9' * 38)], pa.decimal128(38, 0))})"),
    ))
    at = [datetime.datetime(1970, 1, 1, 0, 0, 0, 1), datetime.datetime(1970, 1, 1, 0, 0, 0, 2)]
    for name, expected, kinds in (
            ("unsigned", pa.table({"u": pa.array([D(0), D(2**64 - 1), None], pa.decimal128(20, 0))}), ["decimal(20, 0)"]),
            ("coded", pa.table({"c": ["x", None, "x"]}), ["string"]),
            ("exact", pa.table({"t": pa.array(at, pa.timestamp("us"))}), ["timestamp"]),
            ("dicts", pa.table({"a": [1, None], "b": [None, "x"], "c": [None, 2.5]}), ["long", "string", "double"]),
            ("wide", pa.table({"d": pa.array([D("9" * 38)], pa.decimal128(38, 0))}), ["decimal(38, 0)"])):
        metadata = peers.same(lake, name, expected)
        assert [kind for _, kind in peers.schema(metadata).values()] == kinds, name


@pytest.mark.parametrize("body, words", [
    ("import pyarrow as pa\nreturn pa.table({'t': pa.array([1], pa.timestamp('ns'))})", "column 't'"),
    ("import pyarrow as pa\nreturn pa.table([[1], [2]], names=['a', 'a'])", "are named 'a'"),
    ("import pyarrow as pa\nreturn pa.table({'n': pa.array([None, None])})", "column 'n'.*nothing but nulls"),
    ("import pyarrow as pa\nreturn pa.table({'i': pa.array([None], pa.month_day_nano_interval())})", "column 'i'"),
    ("import pyarrow as pa\nreturn pa.table({'i': pa.array([5], pa.duration('s'))})", "column 'i'"),
    ("return []", "no columns"),
])
def test_results_that_are_refused(source, body, words):
    with pytest.raises(Failed, match=words) as failed:
        run(source, models(("bad", body)))
    assert "models.py" in str(failed.value)


def test_a_contract_gives_null_columns_their_type(source):
    lake = source
    run(lake, """
        import bauplan
        import pyarrow as pa
        from typing import Annotated

        class Out(bauplan.TableSchema):
            n: bauplan.Int64
            s: bauplan.String

        @bauplan.model(materialization_strategy="REPLACE")
        @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
        def named(source=bauplan.Model("source")) -> Annotated[pa.Table, Out]:
            return pa.table({"n": pa.array([None, None]), "s": pa.array([None, "x"])})
    """)
    Peers().same(lake, "named", pa.table({"n": pa.array([None, None], pa.int64()), "s": [None, "x"]}))


def test_pandas(source):
    lake, peers = source, Peers()
    said = run(lake, models(
        ("indexed", "import pandas as pd\nreturn pd.DataFrame({'v': [1, 2]}, index=pd.Index(['x', 'y'], name='k'))"),
        ("dropped", "import pandas as pd\nreturn pd.DataFrame({'v': [1, 2]}, index=[5, 6])"),
        ("series", "import pandas as pd\nreturn pd.Series([1.5, None], name='s')"),
        ("texts", "import pandas as pd\nreturn pd.DataFrame({'c': pd.Categorical(['a', None]), 't': ['x', None]})"),
        pip='"pandas": "2.2.0", "pyarrow": "21.0.0", "numpy": "1.26.4"'))
    assert "dropped" in said and "reset_index" in said
    peers.same(lake, "indexed", pa.table({"k": ["x", "y"], "v": [1, 2]}))
    peers.same(lake, "dropped", pa.table({"v": [1, 2]}))
    peers.same(lake, "series", pa.table({"s": pa.array([1.5, None])}))
    peers.same(lake, "texts", pa.table({"c": ["a", None], "t": ["x", None]}))


def test_columns_that_differ_by_case_only(lake):
    lake.ingest("t", pa.table({"a": [1, 2], "A": ["x", "y"], "b": [0.5, None]}))
    metadata = lake.metadata("t")
    assert list(Peers().schema(metadata)) == ["a", "A", "b"]
    whole = lake.query("select * from t")
    assert whole.column_names == ["a", "A", "b"]
    assert rows(whole) == rows(pa.table({"a": [1, 2], "A": ["x", "y"], "b": [0.5, None]}))
    assert lake.query('select "A" from t where "A" = \'y\'')["A"].to_pylist() == ["y"]
    assert lake.query("select A, a from t where a = 1").to_pylist() == [{"A": "x", "a": 1}]


def test_sums_of_whole_numbers(lake):
    """DuckDB adds longs as hugeint: a long again here where it fits, else refused with the way out."""
    lake.ingest("source", pa.table({"n": pa.array([2**61, 2**61, 2**61], pa.int64())}))
    model = "-- bauplan: materialization_strategy=REPLACE\nSELECT {} AS s, count(*) AS c FROM source\n"
    lake.run("run", "-p", lake.project({"sums.sql": model.format("sum(n)")}))
    Peers().same(lake, "sums", pa.table({"s": [3 * 2**61], "c": [3]}))
    with pytest.raises(Failed, match=r'column "s".*does not fit a long: cast the column to DECIMAL'):
        lake.run("run", "-p", lake.project({"sums.sql": model.format("sum(n) * 2")}))
    lake.run("run", "-p", lake.project({"sums.sql": model.format("(sum(n) * 2)::DECIMAL(38, 0)")}))
    Peers().same(lake, "sums", pa.table({"s": pa.array([D(6 * 2**61)], pa.decimal128(38, 0)), "c": [3]}))


def test_csv_dialects(lake):
    peers = Peers()
    lake.run("ingest", "dates", lake.file("dates.csv", "d,n\n1/1/2017,9223372036854775807\n12/31/2017,1\n"))
    peers.same(lake, "dates", pa.table({"d": ["1/1/2017", "12/31/2017"], "n": [2**63 - 1, 1]}))
    lake.run("ingest", "big", lake.file("big.csv", "n,m\n9223372036854775808,1\n-1,2\n"))
    assert lake.query("select n::varchar as n from big order by m")["n"].to_pylist() in (
        [["9223372036854775808", "-1"], ["9.223372036854776e+18", "-1.0"]])
    lake.run("ingest", "quotes", lake.file(
        "quotes.csv", 'a;b\n"x;y";"line\nbreak"\n"say ""hi""";\n"";z\n'), "--delimiter", ";")
    peers.same(lake, "quotes", pa.table({"a": ["x;y", 'say "hi"', ""], "b": ["line\nbreak", None, "z"]}))
    lake.run("ingest", "zipped", lake.file("zipped.csv.gz", gzip.compress("a,b\n1,é\n".encode())))
    peers.same(lake, "zipped", pa.table({"a": [1], "b": ["é"]}))
    path = lake.file("latin.csv", "a,b\n1,caf\xe9\n".encode("latin-1"))
    with pytest.raises(Failed, match=r"latin\.csv:2"):
        lake.run("ingest", "latin", path)
    lake.run("ingest", "latin", path, "--encoding", "latin-1")
    peers.same(lake, "latin", pa.table({"a": [1], "b": ["café"]}))
    lake.run("ingest", "zeros", lake.file("zeros.csv", "zip,n\n01234,1\n00042,2\n"))
    assert sorted(map(str, lake.query("select zip from zeros")["zip"].to_pylist())) in (["00042", "01234"], ["1234", "42"])


def test_jsonl_dialects(lake):
    lake.run("ingest", "z", lake.file("z.jsonl.gz", gzip.compress(b'{"a": 1}\n{"a": 2.5, "b": [{"c": null}]}\n')))
    assert sorted(lake.query("select a from z")["a"].to_pylist()) == [1.0, 2.5]
    with pytest.raises(Failed, match=r"bad\.jsonl:2"):
        lake.run("ingest", "bad", lake.file("bad.jsonl", '{"a": 1}\n{"a": \n'))


@pytest.mark.parametrize("name, text, words", [
    ("number.csv", "a,b\n2,x\nmany,y\n", r"number\.csv:3:1"),
    ("far.csv", "a,b\n2,x\n92233720368547758070,y\n", r"far\.csv:3:1"),
    ("fraction.csv", "a,b\n1.5,x\n", r"fraction\.csv:2:1"),
    ("long.csv", "a,b\n2,x\n3,y,z\n", r"long\.csv:3"),
    ("short.csv", "a,b\n2\n", r"short\.csv:2"),
    ("header.csv", "a,c\n2,x\n", r"header\.csv.*\"c\""),
    ("open.csv", 'a,b\n2,"x\n', r"open\.csv:2"),
])
def test_bad_values_have_a_place(lake, name, text, words):
    lake.ingest("t", "a,b\n1,x\n", name="good.csv")
    before = lake.metadata("t")
    with pytest.raises(Failed, match=words):
        lake.run("table", "import", "t", lake.file(name, text))
    assert lake.metadata("t") == before


def test_truncated_parquet(lake):
    path = lake.file("whole.parquet", pa.table({"a": list(range(1000))}))
    whole = path.read_bytes()
    lake.run("ingest", "t", path)
    for kept in (0, 3, 100, len(whole) - 1):
        cut = lake.file(f"cut-{kept}.parquet", whole[:kept])
        with pytest.raises(Failed, match=rf"cut-{kept}\.parquet"):
            lake.run("table", "import", "t", cut)
    torn = lake.file("torn.parquet", whole[:4] + b"\xff" * 400 + whole[404:])
    with pytest.raises(Failed, match=r"torn\.parquet"):
        lake.run("table", "import", "t", torn)
    assert lake.query("select count(*) as n from t")["n"].to_pylist() == [1000]


def test_parquet_with_the_same_column_twice(lake):
    path = lake.folder / "files" / "twice.parquet"
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), path)
    with pytest.raises(Failed, match='"a"'):
        lake.run("ingest", "t", path)


def test_files_with_ids_of_another_table(lake):
    """Field ids in files that users bring mean nothing here."""
    fields = [pa.field("a", pa.int64(), metadata={"PARQUET:field_id": "2"}),
              pa.field("b", pa.string(), metadata={"PARQUET:field_id": "1"})]
    table = pa.table([[1, 2], ["x", "y"]], schema=pa.schema(fields))
    path = lake.file("ids.parquet", table)
    lake.run("ingest", "t", path)
    Peers().same(lake, "t", pa.table({"a": [1, 2], "b": ["x", "y"]}))
    lake.add("t", pa.table({"b": ["z"], "a": [3]}))
    Peers().same(lake, "t", pa.table({"a": [1, 2, 3], "b": ["x", "y", "z"]}))


def test_names_that_need_quotes(lake):
    table = pa.table({"select": [1], "Mixed Case": ["x"], 'quo"te': [True], "ünï": [0.5], "a.b": [3], "1st": [4]})
    lake.ingest("Odd-Name", table)
    Peers().same(lake, "Odd-Name", table)
    assert lake.query('select "quo""te" from "Odd-Name" where "Mixed Case" = \'x\'').to_pylist() == [{'quo"te': True}]
