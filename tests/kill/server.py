#!/usr/bin/env python3
"""`boathouse serve` killed without warning at random moments under load, and the S3 service under a lake in a bucket; a checker
outside that kept what was acknowledged.   usage: server.py PROGRAM [--seconds N] [--linearizable CHECKER] [CASE...]"""
import argparse
import http.client
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "siege"), str(ROOT / "tests" / "s3")]

import grpc  # noqa: E402
import pyarrow.flight  # noqa: E402
from fortress import Fortress, archive, commander  # noqa: E402

BRANCHES = 5                 # that the writers quarrel about at a time
OPERATIONS_OF_A_BRANCH = 120  # then another takes its place: histories are checked per branch
REF_WRITERS = 4
ROWS = 7
FINAL = ("complete", "fail", "abort")
SCHEMA = {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "n", "type": "long", "required": False}]}
PROJECT = """project:
  id: 01234567-89ab-4cde-8f01-23456789abcd
  name: killed
parameters:
  factor:
    type: int
    default: 1
"""
NUMBERS = "-- bauplan: materialization_strategy=APPEND\nselect unnest([$factor, $factor, $factor]) as n\n"
TOTALS = "-- bauplan: materialization_strategy=APPEND\nselect $factor as factor, count(*) as seen from numbers\n"
LOST = (OSError, http.client.HTTPException)


def check(holds, *what):
    if not holds:
        raise AssertionError(" ".join(str(part) for part in what))


class Lost(Exception):
    """The server is gone: whether it happened is not known."""


class Service(Fortress):
    """Starts again on the same lake, at another port."""

    def __init__(self, program, environment=None):
        super().__init__(program)
        self.environment.update(environment or {})
        self.alive = threading.Event()
        self.over = threading.Event()
        self.life = 0

    def start(self, *flags):
        super().start(*flags)
        self.life += 1
        self.alive.set()

    def kill(self):
        self.alive.clear()
        self.stop(signal.SIGKILL)

    def request(self, method, path, body=None):
        """(status, reply) or Lost."""
        try:
            status, text = self.ask(method, path, body)
        except LOST as error:
            raise Lost(str(error)) from error
        try:
            return status, json.loads(text or "null")
        except json.JSONDecodeError as error:
            raise Lost(f"half a reply: {text[:100]!r}") from error

    def call(self, method, request):
        try:
            with self.channel() as channel:
                return getattr(self.jobs(channel), method)(request, metadata=self.metadata(), timeout=60)
        except grpc.RpcError as error:
            if error.code().name in ("UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "UNKNOWN"):
                raise Lost(error.details()) from error
            raise

    def state_of(self, job):
        found = self.call("GetJobs", commander.GetJobsRequest(job_ids=[job], all_users=True)).jobs
        if not found:
            return "not known"
        return commander.JobStateType.Name(found[0].status).removeprefix("JOB_STATE_TYPE_").lower()

    def read(self, sql, ref="main"):
        """A query's rows."""
        try:
            return self.rows(sql, ref=ref)
        except grpc.RpcError as error:
            if error.code().name in ("UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "UNKNOWN"):
                raise Lost(error.details()) from error
            raise
        except (pyarrow.flight.FlightError, pyarrow.ArrowException) as error:
            raise Lost(str(error)) from error


# Branches: every operation is recorded, for the search of an order that explains all replies ------------------------------------
class Refs:
    KINDS = {"BRANCH_NOT_FOUND": "no_branch", "REF_NOT_FOUND": "no_branch", "BRANCH_EXISTS": "branch_exists", "TABLE_NOT_FOUND": "no_table",
             "NoSuchNamespaceException": "no_branch", "NoSuchTableException": "no_table", "AlreadyExistsException": "table_exists"}

    def __init__(self, service, seed, path):
        self.service, self.path = service, path
        self.lock, self.events, self.base = threading.Lock(), [], None
        self.dice = [random.Random(seed + i) for i in range(REF_WRITERS)]
        self.names = [f"ada.b{i}" for i in range(BRANCHES)]
        self.uses, self.made = dict.fromkeys(self.names, 0), BRANCHES

    def branch(self, dice):
        with self.lock:
            at = dice.randrange(BRANCHES)
            name = self.names[at]
            self.uses[name] += 1
            if self.uses[name] >= OPERATIONS_OF_A_BRANCH:
                self.names[at] = f"ada.b{self.made}"
                self.uses[self.names[at]] = 0
                self.made += 1
            return name

    def outcome(self, status, reply):
        if status < 300:
            return "ok"
        error = reply["error"]
        known = self.KINDS.get(error["type"])
        if known:
            return known
        # A branch that moved under a commit, or a server that says it does not know: nothing is claimed.
        check(status in (409, 500, 503) and ("CommitFailed" in error["type"] or "Unknown" in error["type"] or status == 503), status, reply)
        return "unknown"

    def work(self, client):
        dice, service = self.dice[client], self.service
        while not service.over.is_set():
            if not service.alive.wait(0.2):
                continue
            op = dice.choice(("create", "delete", "put", "put", "drop", "read", "read"))
            event = {"client": client, "branch": self.branch(dice), "op": op, "table": f"t{dice.randrange(4)}" if op in ("put", "drop") else ""}
            name = urllib.parse.quote(event["branch"], safe="")
            asked = {
                "create": ("POST", "/catalog/v0/branches", {"branch_name": event["branch"], "from_ref": f"main@{self.base}"}),
                "delete": ("DELETE", f"/catalog/v0/branches/{name}", None),
                "put": ("POST", f"/iceberg/v1/{name}/namespaces/bauplan/tables", {"name": event["table"], "schema": SCHEMA}),
                "drop": ("DELETE", f"/iceberg/v1/{name}/namespaces/bauplan/tables/{event['table']}", None),
                "read": ("GET", f"/catalog/v0/refs/{name}/tables?max_records=500", None)}[op]
            event["call"] = time.monotonic_ns()
            try:
                status, reply = service.request(*asked)
                event["outcome"] = self.outcome(status, reply)
                if op == "read" and event["outcome"] == "ok":
                    event["tables"] = [table["name"] for table in reply["data"]]
                event["return"] = time.monotonic_ns()
            except Lost:
                if op == "read":
                    continue
                event["outcome"] = "unknown"
            with self.lock:
                self.events.append(event)

    def process_is_dead(self):
        """Nothing of what was under way can happen from here on."""
        now = time.monotonic_ns()
        with self.lock:
            for event in self.events:
                event.setdefault("return", now)

    def write(self):
        now = time.monotonic_ns()
        with open(self.path, "w") as out:
            for event in self.events:
                event.setdefault("return", now)
                out.write(json.dumps(event) + "\n")


# Jobs: imports and runs; what became of each is asked of the next server ---------------------------------------------------------
class Jobs:
    def __init__(self, service):
        self.service, self.lock = service, threading.Lock()
        self.files, self.factors = {}, {}  # file or factor -> job, None = not known whether there is one
        self.count = 0

    def number(self):
        with self.lock:
            self.count += 1
            return self.count

    def follow(self, job):
        """To its end, as long as the server lives."""
        try:
            with self.service.channel() as channel:
                for _ in self.service.jobs(channel).SubscribeLogs(commander.SubscribeLogsRequest(job_id=job),
                                                                  metadata=self.service.metadata(), timeout=120):
                    pass
        except grpc.RpcError as error:
            raise Lost(error.details()) from error

    def imports(self):
        while not self.service.over.is_set():
            if not self.service.alive.wait(0.2):
                continue
            name = f"f{self.number()}.csv"
            path = self.service.imports / name
            path.write_text("a,file\n" + "".join(f"{i},{name}\n" for i in range(ROWS)))
            self.files[name] = None
            self.submit(self.files, name, "TableDataImport",
                        commander.TableDataImportRequest(table_name="imported", search_string=str(path), branch_name="main"))

    def runs(self):
        while not self.service.over.is_set():
            if not self.service.alive.wait(0.2):
                continue
            self.run(self.number())

    def run(self, factor):
        request = commander.CodeSnapshotRunRequest(ref="main", zip_file=archive(
            [("bauplan_project.yml", PROJECT), ("numbers.sql", NUMBERS), ("totals.sql", TOTALS)]))
        request.parameters.add(name="factor").int_value.value = factor
        self.factors[factor] = None
        self.submit(self.factors, factor, "CodeSnapshotRun", request)

    def submit(self, notes, key, method, request):
        try:
            job = getattr(self.service.call(method, request), "job_response_common").job_id
            notes[key] = job
            self.follow(job)
            state = self.service.state_of(job)
            check(state in FINAL, "a job whose stream has ended is", state)
        except Lost:
            time.sleep(0.05)  # it starts again

    def look(self):
        """A reader sees whole runs, at any moment."""
        while not self.service.over.is_set():
            if not self.service.alive.wait(0.2):
                continue
            try:
                (row,) = self.service.read("select (select count(*) from numbers) as n, (select count(*) from totals) as t")
                check(row["n"] == 3 * row["t"], "half a run is visible:", row)
            except Lost:
                pass

    # Of the checker ---------------------------------------------------------------------------------------------------------
    def check_final(self):
        """Right after a start: who submitted jobs to the last process finds each of them ended."""
        for job in [*self.files.values(), *self.factors.values()]:
            if job is not None:
                state = self.service.state_of(job)
                check(state in FINAL, f"job {job} is {state} though its process is dead")

    def check_tables(self):
        seen = {row["file"]: row["c"] for row in self.service.read("select file, count(*) as c from imported group by file")}
        for name, job in self.files.items():
            there = seen.pop(name, 0)
            self.check_one("import", name, job, there, ROWS)
        check(not seen, "rows that nobody imported:", seen)
        numbers = {row["n"]: row["c"] for row in self.service.read("select n, count(*) as c from numbers group by n")}
        totals = {row["factor"]: row["c"] for row in self.service.read("select factor, count(*) as c from totals group by factor")}
        for factor, job in self.factors.items():
            check(numbers.get(factor, 0) == 3 * totals.get(factor, 0), f"half of run {factor} is visible")
            self.check_one("run", factor, job, numbers.get(factor, 0), 3)

    def check_one(self, kind, key, job, there, whole):
        check(there in (0, whole), f"{kind} {key}: {there} of {whole} rows")
        if job is None:
            return
        state = self.service.state_of(job)
        check((there == whole) == (state == "complete"), f"{kind} {key}: its job is {state} and {there} rows are there")

    def summary(self):
        states = [self.service.state_of(job) for job in [*self.files.values(), *self.factors.values()] if job]
        return {state: states.count(state) for state in sorted(set(states))}


def prepare(service, jobs):
    """The tables are there. The commit before them, which branches begin at."""
    base = service.request("GET", "/catalog/v0/branches/main")[1]["data"]["hash"]
    status, made = service.request("POST", "/iceberg/v1/main/namespaces/bauplan/tables", {"name": "imported", "schema": {
        "type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "a", "type": "long", "required": False},
                                                     {"id": 2, "name": "file", "type": "string", "required": False}]}})
    check(status == 200, made)
    jobs.run(0)
    check(service.state_of(jobs.factors[0]) == "complete", "the first run")
    return base


def run_load(service, steps, disturb):
    """Each step in a thread until `disturb` returns; the first problem of any is raised."""
    problems = []

    def guarded(step):
        try:
            step()
        except BaseException as problem:  # a checker's finding, told once all have ended
            problems.append(problem)
            service.over.set()

    threads = [threading.Thread(target=guarded, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    try:
        disturb(problems)
    finally:
        service.over.set()
        for thread in threads:
            thread.join()
    if problems:
        raise problems[0]


def linearizable(checker, history):
    if not checker:
        print("  the history was not checked: no --linearizable")
        check(os.environ.get("CI") != "true", "CI has the checker")
        return
    done = subprocess.run([checker, str(history)], capture_output=True, text=True)
    print("  " + done.stdout[:4000].strip())
    check(done.returncode == 0, "the history of branches:", done.stdout[:20000], done.stderr)


def server_killed(options, dice):
    with Service(options.program) as service:
        jobs = Jobs(service)
        refs = Refs(service, dice.randrange(1 << 30), service.work / "history.jsonl")
        refs.base = prepare(service, jobs)
        kills = 0

        def disturb(problems):
            nonlocal kills
            end = time.monotonic() + options.seconds
            while time.monotonic() < end and not problems:
                service.over.wait(dice.choice((0.2, 0.5, 1, 2, 4)) * dice.random())
                service.kill()
                kills += 1
                refs.process_is_dead()
                with sqlite3.connect(service.work / "lake" / "state.db") as state:
                    check(state.execute("PRAGMA integrity_check").fetchone() == ("ok",), "state.db is damaged")
                state.close()
                service.start()
                jobs.check_final()

        steps = [lambda client=client: refs.work(client) for client in range(REF_WRITERS)]
        run_load(service, [*steps, jobs.imports, jobs.runs, jobs.look], disturb)
        print(f"  {kills} kills, {len(refs.events)} operations on branches, jobs: {jobs.summary()}")
        jobs.check_tables()
        refs.write()
        linearizable(options.linearizable, refs.path)


def bucket_killed(options, dice):
    """The S3 service dies under a server that has its lake there: refused or unknown, never half; later all goes on."""
    from seaweed import Seaweed
    import tempfile
    with tempfile.TemporaryDirectory(prefix="kill.weed.") as folder:
        weed = Seaweed(pathlib.Path(folder) / "weed")
        try:
            environment = {**weed.variables(), "BOATHOUSE_WAREHOUSE": "s3://lake/wh"}
            with Service(options.program, environment) as service:
                jobs = Jobs(service)
                prepare(service, jobs)

                def disturb(problems):
                    end = time.monotonic() + options.seconds
                    while time.monotonic() < end and not problems:
                        service.over.wait(3 * dice.random())
                        weed.kill()
                        service.over.wait(dice.random())
                        if dice.random() < 0.3:
                            service.kill()
                            weed.start()
                            service.start()
                            jobs.check_final()
                        else:
                            weed.start()
                        check(service.healthy(), "the server answers")

                run_load(service, [jobs.imports, jobs.runs], disturb)
                print(f"  jobs: {jobs.summary()}")
                jobs.check_tables()
        finally:
            weed.kill()


CASES = {"server_killed": server_killed, "bucket_killed": bucket_killed}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("cases", nargs="*", default=[])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--linearizable", default="")
    options = parser.parse_intermixed_args()
    seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
    for name in options.cases or CASES:
        print(f"{name}: seed {seed}", flush=True)
        CASES[name](options, random.Random(seed))


if __name__ == "__main__":
    main()
