"""A lake of a test's own, driven through the program alone, and the questions an outside oracle asks of it."""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMMAND_SECONDS_MAX = 120
KILLED = -signal.SIGKILL

PROJECT_FILE = """\
project:
  id: 2b1f8a52-7f43-4f3e-8a3c-0c6a1a6d0c77
  name: numbers
defaults:
  python:
    version: "3.11"
parameters:
  factor:
    type: int
    default: 1
  pause:
    type: float
    default: 0.0
"""
NUMBERS = """\
import bauplan


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11")
def numbers(factor=bauplan.Parameter("factor"), pause=bauplan.Parameter("pause")):
    import time

    time.sleep(pause)
    return [{"n": factor}, {"n": factor}, {"n": factor}]
"""
TOTALS = """\
-- bauplan: materialization_strategy=REPLACE
SELECT sum(n)::BIGINT AS total FROM numbers
"""
# The same two tables without a function: hundreds of such runs are made.
SQL_NUMBERS = """\
-- bauplan: materialization_strategy=REPLACE
SELECT unnest([$factor, $factor, $factor]) AS n
"""


class Problem(AssertionError):
    """A promise that was broken."""


def check(holds, *what):
    if not holds:
        raise Problem(" ".join(str(part) for part in what))


class Done:
    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    def __str__(self):
        return f"boathouse {' '.join(self.arguments)}\nexit {self.code}\n{self.out}\n{self.err}"


class Lake:
    def __init__(self, program, folder=None, environment=None):
        self.program = str(pathlib.Path(program).resolve())
        self.work = pathlib.Path(folder or tempfile.mkdtemp(prefix="kill."))
        self.path = self.work / "lake"
        self.temp = self.work / "tmp"
        self.temp.mkdir(exist_ok=True)
        (self.work / "home").mkdir(exist_ok=True)
        keep = ("PATH", "LANG", "LD_LIBRARY_PATH", "CI", "ASAN_OPTIONS", "BOATHOUSE_WHEELS", "BOATHOUSE_STORE")
        self.environment = {name: value for name, value in os.environ.items()
                            if name in keep or name.startswith(("UV_", "PIP_", "SSL_CERT_"))}
        self.environment.update(HOME=str(self.work / "home"), BOATHOUSE_LAKE=str(self.path), BOATHOUSE_USER="ada",
                                NO_COLOR="1", LC_ALL="C.UTF-8", TMPDIR=str(self.temp), **(environment or {}))

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None and os.environ.get("KEEP_LAKE"):
            print(f"kept for a look: {self.work}", file=sys.stderr)
            return
        self.close()

    # What is run ------------------------------------------------------------------------------------
    def start(self, *arguments, failpoint=None, new_session=False):
        environment = dict(self.environment)
        if failpoint:
            environment["BOATHOUSE_FAILPOINT"] = failpoint
        return subprocess.Popen([self.program, *arguments], cwd=self.work, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=new_session)

    def run(self, *arguments, failpoint=None):
        process = self.start(*arguments, failpoint=failpoint)
        try:
            out, err = process.communicate(timeout=COMMAND_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Problem(f"boathouse {' '.join(arguments)} hangs") from None
        return Done(arguments, process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def ok(self, *arguments):
        done = self.run(*arguments)
        check(done.code == 0, done)
        return done

    def refused(self, *arguments, saying=""):
        """An orderly refusal: exit code 1 and a reason, never a crash."""
        done = self.run(*arguments)
        check(done.code == 1, "should be refused:", done)
        check(saying in done.err + done.out, f'should say "{saying}":', done)
        return done

    def json(self, *arguments):
        return json.loads(self.ok("-O", "json", *arguments).out)

    # What is asked ----------------------------------------------------------------------------------
    def value(self, sql, ref="main"):
        """The one cell of a query."""
        return self.ok("query", sql, "-r", ref, "--format", "csv").out.splitlines()[1]

    def tables(self, ref="main"):
        return sorted(table["name"] for table in self.json("table", "ls", "-r", ref))

    def branches(self):
        return [branch["name"] for branch in self.json("branch", "ls")]

    def head(self, ref="main"):
        return next(branch["hash"] for branch in self.json("branch", "ls") if branch["name"] == ref)

    def jobs(self):
        """What wrote or tried to; the queries of the oracle itself are left out."""
        jobs = self.json("job", "ls", "--limit", "10000")
        return [job for job in jobs if job["kind"] != "Query"]

    def check_sound(self):
        """What holds whenever no command is at work."""
        with sqlite3.connect(self.path / "state.db") as state:
            check(state.execute("PRAGMA integrity_check").fetchone() == ("ok",), "state.db is damaged")
        state.close()
        self.ok("branch", "ls")  # whoever comes next brings dead jobs to an end
        running = [job["job_id"] for job in self.jobs() if job["status"] in ("RUNNING", "NOT_STARTED")]
        check(not running, "jobs recorded as running while no process is:", running)
        check(not list((self.path / "runs").glob("*.lock")), "locks of dead jobs are left")
        left = [path.name for path in self.temp.iterdir() if path.name.startswith("boathouse-work-")]
        check(not left, "work folders of dead processes are left:", left)

    # What it is given -------------------------------------------------------------------------------
    def csv(self, name, rows, first=0):
        path = self.work / name
        path.write_text("a,b\n" + "".join(f"{first + i},x{i}\n" for i in range(rows)))
        return str(path)

    def project(self, name="p", python=True):
        folder = self.work / name
        folder.mkdir(exist_ok=True)
        (folder / "bauplan_project.yml").write_text(PROJECT_FILE)
        if python:
            (folder / "models.py").write_text(NUMBERS)
        else:
            (folder / "numbers.sql").write_text(SQL_NUMBERS)
        (folder / "totals.sql").write_text(TOTALS)
        return str(folder)


def processes_with(text):
    """Processes that live and have `text` in their environment or arguments."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if (folder / "stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX":
                continue
            everything = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in everything:
            found.append(int(folder.name))
    return found


def wait_until(holds, seconds=20.0):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def main(cases, usage):
    """Runs the cases named on the command line, or all: PROGRAM [--seconds N] [CASE...]"""
    arguments = sys.argv[1:]
    if not arguments:
        sys.exit(usage)
    program, wanted, seconds = arguments[0], [], 20.0
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "--seconds":
            seconds = float(next(rest))
        else:
            wanted.append(argument)
    failed = []
    for name, case in cases.items():
        if wanted and name not in wanted:
            continue
        began = time.monotonic()
        try:
            case(program, seconds)
            print(f"ok     {name}  {time.monotonic() - began:.1f} s", flush=True)
        except Problem as problem:
            failed.append(name)
            print(f"BROKEN {name}: {problem}", flush=True)
    sys.exit(bool(failed))
