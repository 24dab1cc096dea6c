"""Fixtures of the tests that compare tables of the program with what PyIceberg and DuckDB read."""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from program import Program  # noqa: E402


@pytest.fixture
def work():
    """A folder of this test alone; removed at its end."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="boathouse-interop-")).resolve()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def lake(work):
    """The program with a lake, a home and a working folder that nobody else uses."""
    program = os.environ.get("BOATHOUSE_PROGRAM")
    assert program, "BOATHOUSE_PROGRAM must name the program"
    return Program(program, work)
