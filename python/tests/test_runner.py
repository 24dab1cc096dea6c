"""The runner in a process of its own, over its real protocol."""

import datetime
import decimal

import pyarrow as pa
import pytest


def test_a_table_comes_back_without_a_copy(runner, flights):
    runner.write("models.py", "def f(data):\n    return data\n")
    outcome = runner.call(tables={"data": flights})
    assert outcome.table.equals(flights)
    assert outcome.reply["bytes_copied"] == 0


def test_new_columns_are_copied_once_and_untouched_ones_not(runner):
    runner.write(
        "models.py",
        "import pyarrow.compute as pc\n"
        "def f(data):\n"
        "    return data.append_column('twice', pc.multiply(data['x'], 2))\n",
    )
    data = pa.table({"x": pa.array(range(1000), pa.int64())})
    outcome = runner.call(tables={"data": data})
    assert outcome.table["twice"].to_pylist() == [2 * i for i in range(1000)]
    assert outcome.reply["bytes_copied"] == 8000


def test_all_types_go_in_and_out(runner):
    runner.write("models.py", "def f(data):\n    return data.slice(1).combine_chunks()\n")
    data = pa.table(
        {
            "i": pa.array([1, 2, None], pa.int32()),
            "d": pa.array([decimal.Decimal("1.50")] * 3, pa.decimal128(10, 2)),
            "day": pa.array([datetime.date(2013, 1, 1)] * 3),
            "t": pa.array([1, 2, 3], pa.time64("us")),
            "ts": pa.array([1, None, 3], pa.timestamp("us")),
            "tz": pa.array([1, None, 3], pa.timestamp("us", "UTC")),
            "fixed": pa.array([b"abc", None, b"xyz"], pa.binary(3)),
            "binary": pa.array([b"", b"\x00", None], pa.binary()),
            "list": pa.array([[1], None, [2, 3]], pa.list_(pa.field("element", pa.int64()))),
            "struct": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}]),
            "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
        }
    )
    outcome = runner.call(tables={"data": data})
    assert outcome.table.to_pylist() == data.slice(1).to_pylist()


def test_arrow_types_become_plain_ones(runner):
    runner.write(
        "models.py",
        "import pyarrow as pa\n"
        "def f():\n"
        "    return pa.table({\n"
        "        'u8': pa.array([1], pa.uint8()), 'u32': pa.array([2**32 - 1], pa.uint32()),\n"
        "        'u64': pa.array([2**64 - 1], pa.uint64()),\n"
        "        'large': pa.array(['x'], pa.large_string()),\n"
        "        'view': pa.array(['a long enough text for a view'], pa.string_view()),\n"
        "        'dictionary': pa.array(['x']).dictionary_encode(),\n"
        "        'date64': pa.array([86400000], pa.date64()),\n"
        "        'ns': pa.array([1000], pa.timestamp('ns')),\n"
        "        'zone': pa.array([1], pa.timestamp('s', 'Europe/Berlin')),\n"
        "        'list': pa.array([[1]], pa.large_list(pa.int8())),\n"
        "    })\n",
    )
    table = runner.call().table
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "u8": "int32",
        "u32": "int64",
        "u64": "decimal128(20, 0)",
        "large": "string",
        "view": "string",
        "dictionary": "string",
        "date64": "date32[day]",
        "ns": "timestamp[us]",
        "zone": "timestamp[us, tz=UTC]",
        "list": "list<element: int32>",
    }
    assert table["u64"][0].as_py() == 2**64 - 1


@pytest.mark.parametrize(
    "result, words",
    [
        ("None", "returned nothing"),
        ("42", "returned int, which is no table"),
        ("[1]", "a list of int"),
        ("[]", "empty list"),
        ("pa.table({'x': pa.array([None])})", "nothing but nulls"),
        ("pa.table({'x': pa.array([1], pa.timestamp('ns'))})", "does not fit"),
        ("pa.table({'x': pa.array([1], pa.duration('s'))})", "no table can hold"),
        ("pa.Table.from_arrays([pa.array([1])] * 2, names=['x', 'x'])", "named 'x'"),
        ("[{'x': 1}, {'x': 'text'}]", "cannot become a table"),
    ],
)
def test_a_bad_result_is_told_by_name(runner, result, words):
    runner.write("models.py", "import pyarrow as pa\ndef trips():\n    return %s\n" % result)
    error = runner.call("trips").error
    assert error["kind"] == "bad_result"
    assert words in error["message"] and "trips()" in error["message"]


def test_a_contract_names_the_type_of_an_all_null_column(runner):
    runner.write("models.py", "def f():\n    return [{'x': None}]\n")
    outcome = runner.call(contract=[{"name": "x", "type": "long"}])
    assert outcome.table.schema.field("x").type == pa.int64()


def test_lists_of_dicts_keep_keys_that_only_later_rows_have(runner):
    runner.write("models.py", "def f():\n    return [{'a': 1}, {'a': 2, 'b': 'x'}]\n")
    assert runner.call().table.to_pylist() == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]


def test_batches_and_readers_are_tables_too(runner):
    runner.write(
        "models.py",
        "import pyarrow as pa\n"
        "def batch():\n    return pa.record_batch({'x': [1]})\n"
        "def reader():\n    return pa.table({'x': [1, 2]}).to_reader()\n",
    )
    assert runner.call("batch").table.num_rows == 1
    assert runner.call("reader").table.num_rows == 2


def test_duckdb_relations_are_tables_too(runner, flights):
    runner.write(
        "models.py",
        "import duckdb\n"
        "def f(data):\n"
        "    return duckdb.sql('select sum(delay)::bigint s from data')\n",
    )
    assert runner.call(tables={"data": flights}).table.to_pylist() == [{"s": 3}]


def test_parameters_arrive_typed(runner):
    runner.write(
        "models.py", "def f(**values):\n    return [{n: repr(v) for n, v in values.items()}]\n"
    )
    literals = {
        "i": {"type": "long", "value": "3"},
        "b": {"type": "boolean", "value": True},
        "d": {"type": "double", "value": "0.5"},
        "s": {"type": "string", "value": "x"},
        "m": {"type": "decimal(5, 2)", "value": "1.50"},
        "day": {"type": "date", "value": "2013-01-31"},
    }
    assert runner.call(literals=literals).table.to_pylist()[0] == {
        "i": "3",
        "b": "True",
        "d": "0.5",
        "s": "'x'",
        "m": "Decimal('1.50')",
        "day": "datetime.date(2013, 1, 31)",
    }


def test_helpers_beside_the_file_are_importable_whatever_their_name(runner):
    runner.write("results.py", "VALUE = 7\n")
    runner.write("models.py", "def f():\n    import results\n    return [{'x': results.VALUE}]\n")
    assert runner.call().table.to_pylist() == [{"x": 7}]


def test_our_bauplan_module_is_there(runner, flights):
    runner.write(
        "models.py",
        "import bauplan\nfrom bauplan.standard_expectations import expect_column_no_nulls\n"
        "@bauplan.python('3.11', pip={'pandas': '2.2.0'})\n"
        "@bauplan.expectation()\n"
        "def f(data=bauplan.Model('flights', columns=['delay'])):\n"
        "    return expect_column_no_nulls(data, 'delay')\n",
    )
    reply = runner.call(tables={"data": flights}, kind="expectation").reply
    assert reply["check_passed"] is False


def test_printed_lines_carry_their_place(runner):
    runner.write(
        "models.py",
        "import sys, os\n"
        "def f():\n"
        "    print('one')\n"
        "    print('half', end='')\n"
        "    print(' and half')\n"
        "    print('bad', file=sys.stderr)\n"
        "    os.write(1, b'raw\\n')\n"
        "    return [{'x': 1}]\n",
    )
    outcome = runner.call()
    assert outcome.stdout == (
        "\x1emodels.py:3\x1fone\n\x1emodels.py:4\x1fhalf and half\nraw\n"
    )
    assert outcome.stderr == "\x1emodels.py:6\x1fbad\n"


def test_exceptions_show_the_users_frames_only(runner):
    runner.write("helper.py", "def g(x):\n    raise ValueError('bad ' + x)\n")
    runner.write("models.py", "import helper\ndef f():\n    return helper.g('luck')\n")
    error = runner.call().error
    assert error["kind"] == "function_failed"
    assert error["message"] == "ValueError: bad luck"
    assert (error["file"], error["line"]) == ("helper.py", 2)
    assert error["traceback"].splitlines()[:4] == [
        "Traceback (most recent call last):",
        '  File "models.py", line 3, in f',
        "    return helper.g('luck')",
        '  File "helper.py", line 2, in g',
    ]
    assert "boathouse_runner" not in error["traceback"]


@pytest.mark.parametrize(
    "body, kind, line",
    [
        ("import nothing_of_this_name\ndef f():\n    pass\n", "import_failed", 1),
        ("def f(:\n", "import_failed", 1),
        ("def g():\n    pass\n", "import_failed", None),
        ("import sys\ndef f():\n    sys.exit(3)\n", "function_exited", 3),
        ("def f():\n    raise KeyboardInterrupt\n", "function_exited", 2),
        ("def f():\n    raise MemoryError\n", "function_memory", 2),
    ],
)
def test_other_ways_to_fail(runner, body, kind, line):
    runner.write("models.py", body)
    error = runner.call().error
    assert error["kind"] == kind
    assert error.get("line") == line


def test_a_function_that_ends_the_process_leaves_no_reply(runner):
    runner.write("models.py", "import os\ndef f():\n    os._exit(3)\n")
    outcome = runner.call()
    assert outcome.reply is None and outcome.returncode == 3


def test_a_result_over_its_limit_is_refused(runner):
    runner.write("models.py", "def f():\n    return [{'x': 'y' * 1000}]\n")
    assert runner.call(output_bytes_max=100).error["kind"] == "function_memory"


@pytest.mark.parametrize(
    "body, passed, message",
    [
        ("return True", True, ""),
        ("return False", False, "expectation returned false"),
        ("assert 1 == 2, 'sums differ'", False, "sums differ"),
        ("assert 1 == 2", False, "assert 1 == 2"),
        ("import pyarrow as pa; return pa.scalar(True)", True, ""),
    ],
)
def test_checks(runner, body, passed, message):
    runner.write("models.py", "def f():\n    %s\n" % body)
    reply = runner.call(kind="expectation").reply
    assert reply["check_passed"] is passed
    assert reply["check_message"] == message


def test_a_check_that_returns_a_number_is_unsupported(runner):
    runner.write("models.py", "def f():\n    return 1\n")
    reply = runner.call(kind="expectation").reply
    assert reply["check_unsupported"] is True
    assert "unsupported type int" in reply["check_message"]


def test_pandas_with_the_oldest_supported_arrow(runner, pandas_environment, flights):
    runner.extra_path = pandas_environment
    runner.write(
        "models.py",
        "import pandas as pd\n"
        "def frame(data):\n"
        "    return data.to_pandas().groupby('carrier')[['delay']].sum()\n"
        "def series(data):\n    return data.to_pandas()['delay'].rename('late')\n"
        "def odd(data):\n    return data.to_pandas().iloc[[2, 0]]\n"
        "def empty(data):\n    df = data.to_pandas()\n    return df[df.delay > 99][['carrier']]\n",
    )
    outcome = runner.call("frame", tables={"data": flights})
    assert runner.hello["pyarrow_version"].startswith("21.")
    assert outcome.table.to_pylist() == [
        {"carrier": "AA", "delay": 1.0},
        {"carrier": "UA", "delay": 0.0},
    ]
    assert runner.call("series", tables={"data": flights}).table.column_names == ["late"]
    outcome = runner.call("odd", tables={"data": flights})
    assert outcome.table["carrier"].to_pylist() == ["UA", "AA"]
    assert "index" in outcome.reply["warnings"][0]
    assert runner.call("empty", tables={"data": flights}).table.schema.types == [pa.string()]


def test_polars_frames_lazy_or_not(runner, polars_environment, flights):
    runner.extra_path = polars_environment
    runner.write(
        "models.py",
        "import polars as pl\n"
        "def eager(data):\n"
        "    return pl.from_arrow(data).group_by('carrier').len().sort('carrier')\n"
        "def lazy(data):\n    return pl.from_arrow(data).lazy().select('carrier')\n",
    )
    table = runner.call("eager", tables={"data": flights}).table
    assert table.schema.types == [pa.string(), pa.int64()]
    assert runner.call("lazy", tables={"data": flights}).table.num_rows == 3


def test_starting_imports_nothing_that_takes_longer_than_python_itself(runner):
    runner.write(
        "models.py",
        "import sys\n"
        "def f():\n"
        "    slow = {'importlib.metadata', 'email', 'zipfile'} & set(sys.modules)\n"
        "    return [{'slow': ' '.join(sorted(slow))}]\n",
    )
    assert runner.call().table.to_pylist() == [{"slow": ""}]
