"""Fixtures: a service, and the program with a lake whose files are in it."""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "interop")]

from program import Program  # noqa: E402
from seaweed import Seaweed  # noqa: E402


@pytest.fixture
def work():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="boathouse-s3-")).resolve()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def weed(work):
    service = Seaweed(work / "weed")
    yield service
    service.kill()


@pytest.fixture
def lake(work, weed):
    program = os.environ.get("BOATHOUSE_PROGRAM")
    assert program, "BOATHOUSE_PROGRAM must name the program"
    made = Program(program, work)
    made.environment |= weed.variables() | {"BOATHOUSE_WAREHOUSE": "s3://lake/wh"}
    return made
