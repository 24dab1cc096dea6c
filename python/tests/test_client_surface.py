"""The client's names, parameters and types, beside the stock client's."""

import inspect
import os
import pathlib
import subprocess
import sys

import boathouse
import boathouse.exceptions
import boathouse.schema
import boathouse.state
import pytest

PYTHON = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def bauplan():
    if os.environ.get("CI") != "true":
        pytest.importorskip("bauplan")
    import bauplan

    assert bauplan.__version__ == "0.3.5"
    return bauplan


def public(thing):
    return [name for name in dir(thing) if not name.startswith("_")]


def parameters(method):
    found = list(inspect.signature(method).parameters.values())[1:]
    return [(p.name, p.kind, p.default) for p in found if p.name != "raise_on_error"]


def test_all_44_methods_have_the_same_parameters(bauplan):
    methods = public(bauplan.Client)
    assert len(methods) == 44
    for name in methods:
        ours = parameters(getattr(boathouse.Client, name))
        assert ours == parameters(getattr(bauplan.Client, name)), name
        assert getattr(boathouse.Client, name).__doc__, name


def test_all_names_of_the_package_are_here(bauplan):
    assert [name for name in bauplan.__all__ if not hasattr(boathouse, name)] == []


@pytest.mark.parametrize("module", ["schema", "state"])
def test_results_have_the_same_attributes(bauplan, module):
    ours, theirs = getattr(boathouse, module), getattr(bauplan, module)
    for name in public(theirs):
        own = getattr(ours, name)
        known = set(dir(own)) | set(getattr(own, "__dataclass_fields__", ()))
        assert set(public(getattr(theirs, name))) <= known, name


def test_members_have_the_same_names_and_numbers(bauplan):
    for name in ("JobKind", "JobState", "RefType", "JobLogLevel", "JobLogStream", "TableKind"):
        ours, theirs = getattr(boathouse.schema, name), getattr(bauplan.schema, name)
        for member in public(theirs):
            one, other = getattr(ours, member), getattr(theirs, member)
            assert (int(one), repr(one), str(one)) == (int(other), repr(other), str(other))


def exception_tree(module):
    found = [getattr(module, name) for name in public(module)]
    classes = [c for c in found if isinstance(c, type) and issubclass(c, Exception)]
    return {c.__name__: c.__mro__[1].__name__ for c in classes}


def test_all_56_exceptions_have_the_same_base(bauplan):
    ours, theirs = exception_tree(boathouse.exceptions), exception_tree(bauplan.exceptions)
    assert len(theirs) == 56 and {name: ours.get(name) for name in theirs} == theirs


def test_all_34_kinds_have_the_same_names(bauplan):
    ours, theirs = boathouse.exceptions.ApiErrorKind, bauplan.exceptions.ApiErrorKind
    assert len(public(theirs)) == 34
    for name in public(theirs):
        kind = getattr(ours, name)
        assert kind.__match_args__ == getattr(theirs, name).__match_args__
        assert issubclass(kind, ours) and kind.__qualname__ == f"ApiErrorKind.{name}"


def test_types_hold():
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-incremental", "--cache-dir", os.devnull],
        cwd=PYTHON,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_messages_are_those_of_the_proto_files():
    script = PYTHON / "tools" / "generate_protocol.py"
    result = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
