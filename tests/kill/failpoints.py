#!/usr/bin/env python3
"""Commands killed at each named failpoint; the commands after them are the oracle.
usage: failpoints.py PROGRAM [--seconds N] [CASE...]   (more seconds: every batch of every command)"""
import re

import lake as lakes
from lake import KILLED, Lake, check

RUN_POINTS = ["job.locked", "job.recorded", "run.started", "run.before_commit", "commit.before_batch",
              "run.after_commit", "publish.before_batch", "publish.after_batch", "run.published", "job.finished"]
IMPORT_POINTS = ["job.locked", "job.recorded", "import.started", "import.before_commit", "commit.before_batch",
                 "import.after_commit", "publish.before_batch", "publish.after_batch", "import.published",
                 "job.finished"]
STATE_POINTS = ["state.before_commit", "state.after_commit", "state.before_begin"]
BATCHES_MAX = 40


def run_branches(lake):
    return [name for name in lake.branches() if "-bpln-tx-" in name]


def check_quarantine(lake, branch, table):
    """What a killed run wrote reaches no protected branch, on any way (P5)."""
    before = lake.head()
    if lake.head(branch) == before or table not in lake.tables(branch):
        return  # it had written nothing yet
    fork, tag = f"ada.fork-{branch[-12:]}", f"tag-{branch[-12:]}"
    lake.refused("branch", "merge", branch, "--into", "main", saying="open_runs")
    lake.ok("branch", "create", fork, "--from", branch)
    lake.refused("branch", "merge", fork, "--into", "main", saying="open_runs")
    lake.ok("tag", "create", tag, "--from", branch)
    lake.refused("branch", "merge", tag, "--into", "main", saying="open_runs")
    # One table of several is refused for that alone ("splits_run").
    reverted = lake.refused("table", "revert", table, "--source-ref", branch, "--into", "main", "--replace")
    check("open_runs" in reverted.err or "splits_run" in reverted.err, "refused for another reason:", reverted)
    # Nor where it was carried on.
    lake.ok("table", "revert", table, "--source-ref", branch, "--into", carrier(lake), "--replace")
    lake.refused("branch", "merge", carrier(lake), "--into", "main", saying="open_runs")
    lake.ok("branch", "rm", carrier(lake))
    check(lake.head() == before, "main moved while it refused")


def carrier(lake):
    if "ada.carrier" not in lake.branches():
        lake.ok("branch", "create", "ada.carrier", "--from", "main")
    return "ada.carrier"


def kill_and_look(lake, point, command, view, old, new, table):
    """One command killed at `point`; main then shows `old` or `new`, and the same command works again.
    False when the command never came to that point."""
    before = lake.head()
    known = set(run_branches(lake))
    recorded = {job["job_id"] for job in lake.jobs()}
    killed = lake.run(*command, failpoint=point)
    if killed.code == 0:
        check(view(lake) == new, point, "succeeded and shows", view(lake))
        return False
    check(killed.code == KILLED, "not killed at", point, killed)
    next_one = lake.ok("branch", "ls")
    moved = lake.head() != before
    seen = view(lake)
    check(seen == (new if moved else old), f"{point}: main shows {seen}, not {new if moved else old}")
    jobs = {job["job_id"]: job for job in lake.jobs() if job["job_id"] not in recorded}
    for job_id, job in jobs.items():
        if moved:
            check(job["status"] == "COMPLETE" and job["published"], point, "published but recorded as", job)
        else:
            check(job["status"] == "FAIL", point, "rolled back but recorded as", job)
            check(re.search(f"rolled back job {job_id}", next_one.err), point, "nobody said so:", next_one)
    for branch in set(run_branches(lake)) - known:
        check(not moved, point, "a published run left its branch", branch)
        check_quarantine(lake, branch, table)
    lake.check_sound()
    again = lake.ok(*command)
    check(view(lake) == new, point, "the same command again:", view(lake), again)
    return True


def totals(lake):
    """Both tables of the run, so that half a run shows."""
    if lake.tables() == []:
        return "none"
    return lake.value("SELECT (SELECT sum(n) FROM numbers)::TEXT || '/' || (SELECT total FROM totals)::TEXT")


def run_at(program, points, python=False):
    with Lake(program) as lake:
        project = lake.project(python=python)
        old, factor = "none", 0
        for point in points:
            factor += 1
            new = f"{3 * factor}/{3 * factor}"
            command = ["run", project, "-r", "main", "--param", f"factor={factor}"]
            if not kill_and_look(lake, point, command, totals, old, new, "numbers"):
                return False
            old = new
        return True


def rows(lake):
    if "t" not in lake.tables():
        return "0"
    return lake.value("SELECT count(*) FROM t")


def import_at(program, points):
    with Lake(program) as lake:
        files = 0
        for point in points:
            path = lake.csv(f"f{files}.csv", 10, first=10 * files)
            files += 1
            if not kill_and_look(lake, point, ["ingest", "t", path, "-b", "main"], rows, str(10 * (files - 1)),
                                 str(10 * files), "t"):
                return False
            # Once and no more: what the killed one had finished is known.
            lake.ok("ingest", "t", path, "-b", "main")
            check(rows(lake) == str(10 * files), point, "imported a file twice")
        return True


def runs(program, _seconds):
    run_at(program, RUN_POINTS)


def imports(program, _seconds):
    import_at(program, IMPORT_POINTS)


def python_run(program, _seconds):
    run_at(program, ["run.after_commit", "run.published"], python=True)


def every_batch(program, seconds):
    """At each batch that reaches the state, whatever it is for."""
    points = STATE_POINTS if seconds > 60 else STATE_POINTS[1:2]
    commands = (run_at, import_at) if seconds > 15 else (import_at,)
    for point in points:
        for command in commands:
            for batch in range(1, BATCHES_MAX):
                if not command(program, [f"{point}:{batch}"]):
                    break
            else:
                raise lakes.Problem(f"{point}: more than {BATCHES_MAX} batches")


def failing_run(program, _seconds):
    """A run that fails by itself and is killed before its end is recorded: a bad expectation, a bad file."""
    with Lake(program) as lake:
        project = lake.project(python=False)
        (lake.work / "p" / "broken.sql").write_text(
            "-- bauplan: materialization_strategy=REPLACE\nSELECT error('no such luck') AS x FROM totals\n")
        known = set()
        for point in ("run.marked", "job.finished"):
            killed = lake.run("run", project, "-r", "main", failpoint=point)
            check(killed.code == KILLED, killed)
            lake.ok("branch", "ls")
            check(lake.tables() == [], "half a run is on main")
            check(lake.jobs()[0]["status"] == "FAIL", lake.jobs()[0])
            (branch,) = set(run_branches(lake)) - known
            known.add(branch)
            check_quarantine(lake, branch, "numbers")
            lake.check_sound()
        (lake.work / "bad.csv").write_text("a,b\n1,2\n3,4,5,6\n")
        killed = lake.run("ingest", "t", str(lake.work / "bad.csv"), "-b", "main", failpoint="import.marked")
        check(killed.code in (KILLED, 1), killed)
        lake.check_sound()
        check(lake.tables() == [], "half an import is on main")


def direct_run(program, _seconds):
    """Without a transaction the tables that were finished are there, and the next command says that."""
    with Lake(program) as lake:
        project = lake.project(python=False)
        lake.ok("branch", "create", "ada.dev", "--from", "main")
        for point in ("run.after_commit", "run.after_commit:2"):
            killed = lake.run("run", project, "-r", "ada.dev", "--no-transaction", failpoint=point)
            check(killed.code == KILLED, killed)
            said = lake.ok("branch", "ls").err
            check("finished is on" in said and "rolled back" not in said, "wrong notice:", said)
            check("numbers" in lake.tables("ada.dev"), point, "a finished table is not there")
            lake.refused("branch", "merge", "ada.dev", "--into", "main", saying="open_runs")
            lake.check_sound()


def refs(program, _seconds):
    """Branches, tags and merges: done or not done, nothing between."""
    with Lake(program) as lake:
        lake.ok("ingest", "t", lake.csv("f.csv", 10), "-b", "main")
        lake.ok("branch", "create", "ada.dev", "--from", "main")
        lake.ok("ingest", "t", lake.csv("g.csv", 10), "-b", "ada.dev")
        for point in STATE_POINTS:
            check(lake.run("branch", "create", "ada.new", "--from", "main", failpoint=point).code == KILLED, point)
            check(("ada.new" in lake.branches()) == (point == "state.after_commit"), point)
            lake.ok("branch", "create", "ada.new", "--from", "main", "--if-not-exists")
            lake.ok("branch", "rm", "ada.new")
            killed = lake.run("branch", "merge", "ada.dev", "--into", "main", failpoint=point)
            check(killed.code == KILLED, point, killed)
            check(rows(lake) == ("20" if point == "state.after_commit" else "10"), point, rows(lake))
            lake.ok("branch", "merge", "ada.dev", "--into", "main")
            check(rows(lake) == "20", point)
            lake.ok("ingest", "t", lake.csv(f"{point}.csv", 10), "-b", "ada.dev")
            lake.ok("table", "revert", "t", "--source-ref", "main~1", "--into", "main", "--replace")
            check(rows(lake) == "10", point)
            lake.ok("branch", "rm", "ada.dev")
            lake.ok("branch", "create", "ada.dev", "--from", "main")
            lake.ok("ingest", "t", lake.csv(f"h{point}.csv", 10), "-b", "ada.dev")
        lake.check_sound()


if __name__ == "__main__":
    lakes.main({"runs": runs, "imports": imports, "python_run": python_run, "failing_run": failing_run,
                "direct_run": direct_run, "refs": refs, "every_batch": every_batch}, __doc__)
