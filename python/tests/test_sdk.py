"""Decorators leave functions alone; contracts and checks mean what their docstrings say."""

import pathlib
import subprocess
import sys
import typing

import boathouse
import pyarrow as pa
import pytest
from boathouse import standard_expectations as checks


def test_decorators_are_inert_in_both_styles():
    def plain(data=boathouse.Model("t", columns=["a"], filter="a > 1"), n=1):
        return n

    decorated = boathouse.model(name="x", columns=["a"], something_later=1)(plain)
    decorated = boathouse.python("3.11", pip={"pandas": "2.2.0"})(decorated)
    decorated = boathouse.resources(cpus=0.5, memory="1G", timeout=60)(decorated)
    decorated = boathouse.extras("ai")(boathouse.expectation()(decorated))
    assert decorated is plain and decorated() == 1


def test_schemas_give_the_annotation_of_a_column():
    class Trips(boathouse.TableSchema):
        miles: typing.Annotated[
            typing.Union[boathouse.Float64, None], boathouse.TableField(name="trip miles")
        ]
        fare: boathouse.Float64

    class Fares(Trips):
        tip: boathouse.Int64

    assert Trips["fare"] is boathouse.Float64
    assert Trips["trip miles"] is Trips["miles"]
    assert Fares["fare"] is boathouse.Float64
    with pytest.raises(KeyError, match="no column 'fair'"):
        Trips["fair"]


def test_a_type_or_none_works():
    assert type(None) in typing.get_args(boathouse.Float64 | None)
    assert type(None) in typing.get_args(None | boathouse.Int64)


SANDBOX = """
import sys
class NoClient:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("grpc", "google", "yaml", "pyarrow"):
            raise ImportError(name)
sys.meta_path.insert(0, NoClient())
import bauplan, boathouse
from bauplan.standard_expectations import expect_column_all_unique
from boathouse import declarations, standard_expectations
assert bauplan.model is boathouse.model
assert set(declarations.__all__) <= set(dir(bauplan)) and set(bauplan.__all__) <= set(dir(boathouse))
assert expect_column_all_unique is standard_expectations.expect_column_all_unique
"""


def test_a_function_may_import_either_name_and_needs_nothing_of_the_client():
    folder = pathlib.Path(__file__).parent.parent
    code = "import sys; sys.path[:0] = %r\n" % [str(folder / "src"), str(folder / "compat")]
    subprocess.run([sys.executable, "-I", "-B", "-c", code + SANDBOX], check=True)


EMPTY = pa.table({"x": pa.array([], pa.int64())})
NULLS = pa.table({"x": pa.array([None, None], pa.int64())})
MIXED = pa.table({"x": pa.array([1, 2, None], pa.int64())})


@pytest.mark.parametrize(
    "check, arguments, empty, nulls, mixed",
    [
        (checks.expect_column_no_nulls, (), True, False, False),
        (checks.expect_column_all_null, (), True, True, False),
        (checks.expect_column_some_null, (), False, True, True),
        (checks.expect_column_all_unique, (), True, False, True),
        (checks.expect_column_not_unique, (), False, True, False),
        (checks.expect_column_accepted_values, ([1, 2],), True, False, False),
        (checks.expect_column_mean_greater_than, (1,), False, False, True),
        (checks.expect_column_mean_greater_or_equal_than, (1.5,), False, False, True),
        (checks.expect_column_mean_smaller_than, (2,), False, False, True),
        (checks.expect_column_mean_smaller_or_equal_than, (1.5,), False, False, True),
    ],
)
def test_checks_on_empty_null_and_mixed_columns(check, arguments, empty, nulls, mixed):
    results = [check(table, "x", *arguments) for table in (EMPTY, NULLS, MIXED)]
    assert results == [empty, nulls, mixed]
    assert all(type(result) is bool for result in results)


def test_concatenation_compares_null_with_null():
    table = pa.table({"a": ["x", None], "b": [1, 2], "ab": ["x-1", None]})
    assert checks.expect_column_equal_concatenation(table, "ab", ["a", "b"], "-")
    assert not checks.expect_column_equal_concatenation(table, "ab", ["a", "b"])
    assert checks.expect_column_equal_concatenation(table.slice(0, 0), "ab", ["a", "b"])


def test_an_unknown_column_is_named():
    with pytest.raises(KeyError, match="there are: x"):
        checks.expect_column_no_nulls(MIXED, "y")
