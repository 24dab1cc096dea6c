#!/usr/bin/env python3
"""Several processes at once on one lake, some killed at a random moment; an oracle that saw their exit codes checks.
usage: processes.py PROGRAM [--seconds N] [CASE...]"""
import collections
import concurrent.futures
import itertools
import random
import threading
import time

import lake as lakes
from lake import Lake, check

WORKERS = 5
ROWS = 7  # of each file
KILLED_OF_TEN = 3
KILL_AFTER_SECONDS_MAX = 0.5
ACKNOWLEDGED, REFUSED, UNKNOWN = "acknowledged", "refused", "unknown"
REFUSALS = ("merge_conflict", "contended", "no_ref", "branch_exists", "no_table", "no_namespace", "recheck_needed",
            "table_replaced", "run_state")


class Chaos:
    """Carries out commands and remembers what was promised."""

    def __init__(self, lake, seed):
        self.lake, self.random, self.lock = lake, random.Random(seed), threading.Lock()
        self.files = collections.defaultdict(dict)  # table -> file -> outcome
        self.runs = {}  # factor -> outcome
        self.numbers = itertools.count(1)
        self.count = collections.Counter()

    def command(self, *arguments, may_kill=True):
        process = self.lake.start(*arguments)
        with self.lock:
            kill = may_kill and self.random.randrange(10) < KILLED_OF_TEN
            after = self.random.uniform(0, KILL_AFTER_SECONDS_MAX)
        timer = threading.Timer(after, process.kill) if kill else None
        if timer:
            timer.start()
        out, err = process.communicate(timeout=lakes.COMMAND_SECONDS_MAX)
        if timer:
            timer.cancel()
        outcome = {0: ACKNOWLEDGED, 1: REFUSED}.get(process.returncode, UNKNOWN)
        text = f"boathouse {' '.join(arguments)}: exit {process.returncode}\n{out.decode()}{err.decode()}"
        check(outcome != UNKNOWN or process.returncode == lakes.KILLED, "a crash:", text)
        check(outcome != REFUSED or any(reason in text for reason in REFUSALS), "an odd refusal:", text)
        with self.lock:
            self.count[arguments[0], outcome] += 1
        return outcome, text

    def new_file(self):
        name = f"f{next(self.numbers)}.csv"
        path = self.lake.work / name
        path.write_text("a,file\n" + "".join(f"{i},{name}\n" for i in range(ROWS)))
        return name, str(path)

    def ingest(self, table, branch="main"):
        name, path = self.new_file()
        outcome, text = self.command("ingest", table, path, "-b", branch)
        self.files[table][name] = outcome
        return name, outcome, text

    def ingest_and_merge(self, table):
        branch = f"ada.b{next(self.numbers)}"
        if self.command("branch", "create", branch, "--from", "main", may_kill=False)[0] != ACKNOWLEDGED:
            return
        name, outcome, _ = self.ingest(table, branch)
        if outcome == ACKNOWLEDGED:
            outcome, _ = self.command("branch", "merge", branch, "--into", "main")
        else:
            outcome = REFUSED  # never merged
        self.files[table][name] = outcome
        self.command("branch", "rm", branch)

    def run(self, project):
        factor = next(self.numbers)
        self.runs[factor], _ = self.command("run", project, "-r", "main", "--param", f"factor={factor}")

    def look(self):
        """A reader sees whole runs, at any moment."""
        sql = "SELECT (SELECT sum(n) FROM numbers)::BIGINT = (SELECT total FROM totals) AS whole"
        outcome, text = self.command("query", sql, "-r", "main", "--format", "csv", may_kill=False)
        check(outcome == REFUSED or "true" in text, "half a run is visible:", text)

    def step(self, worker, project):
        with self.lock:
            dice = self.random.randrange(10)
        if dice < 3:
            self.ingest(f"own_{worker}")
        elif dice < 6:
            self.ingest("shared")
        elif dice < 7:
            self.ingest_and_merge("shared")
        elif dice < 9:
            self.run(project)
        else:
            self.look()

    # The oracle ---------------------------------------------------------------------------------------
    def check_files(self, table):
        there = {}
        if table in self.lake.tables():
            sql = f"SELECT file, count(*) AS c FROM {table} GROUP BY file"
            lines = self.lake.ok("query", sql, "-r", "main", "--format", "csv", "--all-rows").out.splitlines()[1:]
            there = {line.split(",")[0]: int(line.split(",")[1]) for line in lines}
        for name, outcome in self.files[table].items():
            seen = there.pop(name, 0)
            allowed = {ACKNOWLEDGED: (ROWS,), REFUSED: (0,), UNKNOWN: (0, ROWS)}[outcome]
            check(seen in allowed, f"{table}: {name} was {outcome} and has {seen} rows")
        check(not there, f"{table}: rows that nobody imported: {there}")

    def check_runs(self):
        if "numbers" not in self.lake.tables():
            check(ACKNOWLEDGED not in self.runs.values(), "an acknowledged run is gone")
            return
        published = {}
        for job in self.lake.jobs():
            if job["kind"] == "Run" and job["published"]:
                published[int(job["parameters"]["factor"])] = job["published"]
        history = {commit["hash"] for commit in self.lake.json("commit", "main", "-n", "100000")}
        for factor, outcome in self.runs.items():
            check(outcome != ACKNOWLEDGED or factor in published, f"run {factor} was acknowledged, not published")
            check(outcome != REFUSED or factor not in published, f"run {factor} was refused and published")
            check(factor not in published or published[factor] in history, f"run {factor} is not in main's history")
        total = self.lake.value("SELECT total FROM totals")
        check(self.lake.value("SELECT sum(n)::BIGINT FROM numbers") == total, "half a run is visible")
        check(int(total) // 3 in published, f"the factor of the tables, {int(total) // 3}, is of no published run")

    def check_all(self):
        self.lake.check_sound()
        for table in list(self.files):
            self.check_files(table)
        self.check_runs()


def work_until(end, steps):
    """Each of `steps` again and again in a thread of its own; the first problem is raised."""
    def work(step):
        while time.monotonic() < end:
            step()

    with concurrent.futures.ThreadPoolExecutor(len(steps)) as pool:
        for done in [pool.submit(work, step) for step in steps]:
            done.result()


def writers(program, seconds):
    with Lake(program) as lake:
        seed = random.randrange(1 << 30)
        print(f"seed {seed}")
        chaos = Chaos(lake, seed)
        project = lake.project(python=False)
        end = time.monotonic() + seconds
        work_until(end, [lambda worker=worker: chaos.step(worker, project) for worker in range(WORKERS)])
        print(f"  {dict(chaos.count)}")
        chaos.check_all()


def appends(program, _seconds):
    """Imports into one table and branch from several processes all succeed, also those that create it."""
    with Lake(program) as lake:
        chaos = Chaos(lake, 1)
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            def one(_):
                name, path = chaos.new_file()
                done = lake.ok("ingest", "t", path, "-b", "main")
                chaos.files["t"][name] = ACKNOWLEDGED
                return done
            for done in [pool.submit(one, i) for i in range(4 * WORKERS)]:
                done.result()
        chaos.check_all()


def same_file(program, _seconds):
    """One file imported by several processes at once is in the table once."""
    with Lake(program) as lake:
        chaos = Chaos(lake, 1)
        for _ in range(4):
            name, path = chaos.new_file()
            other, other_path = chaos.new_file()
            with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
                tasks = [pool.submit(lake.ok, "ingest", "t", path, "-b", "main") for _ in range(3)]
                tasks += [pool.submit(lake.ok, "ingest", "t", path, other_path, "-b", "main") for _ in range(2)]
                for task in tasks:
                    task.result()
            chaos.files["t"][name] = chaos.files["t"][other] = ACKNOWLEDGED
            chaos.check_files("t")
        lake.check_sound()


def first_commands(program, _seconds):
    """Several first commands make one lake."""
    for _ in range(5):
        with Lake(program) as lake:
            with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
                for task in [pool.submit(lake.ok, "branch", "create", f"ada.b{i}", "--from", "main")
                             for i in range(WORKERS)]:
                    task.result()
            check(len(lake.branches()) == WORKERS + 1, lake.branches())
            lake.check_sound()


if __name__ == "__main__":
    lakes.main({"first_commands": first_commands, "appends": appends, "same_file": same_file, "writers": writers},
               __doc__)
