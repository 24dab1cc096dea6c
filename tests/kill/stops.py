#!/usr/bin/env python3
"""kill -9 at random moments of runs of isolated functions and of imports: nothing stays behind, the next command
recovers.   usage: stops.py PROGRAM [--seconds N] [CASE...]"""
import random
import signal
import time

import lake as lakes
from lake import KILLED, Lake, check

GONE_SECONDS_MAX = 10.0


def check_nothing_lives(lake):
    gone = lakes.wait_until(lambda: not lakes.processes_with(str(lake.work)), GONE_SECONDS_MAX)
    check(gone, "processes are left:", lakes.processes_with(str(lake.work)))


def kill_after(lake, seconds, *command):
    process = lake.start(*command)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=lakes.COMMAND_SECONDS_MAX)
    check(process.returncode in (KILLED, 0), process.returncode, out, err)
    check_nothing_lives(lake)
    return process.returncode


def function_at_work(program, _seconds):
    """While a function runs in its sandbox."""
    with Lake(program) as lake:
        project = lake.project()
        lake.ok("run", project, "-r", "main", "--param", "factor=2")
        process = lake.start("run", project, "-r", "main", "--param", "factor=3", "--param", "pause=60.0")
        line = b""
        while b"start numbers" not in line:
            line = process.stderr.readline()
            check(line, "the run ended before its function began")
        time.sleep(0.3)
        process.kill()
        process.communicate()
        check_nothing_lives(lake)
        said = lake.ok("branch", "ls").err
        check("rolled back" in said, "nobody said so:", said)
        check(lake.value("SELECT total FROM totals") == "6", "main changed")
        lake.check_sound()
        lake.ok("run", project, "-r", "main", "--param", "factor=3")
        check(lake.value("SELECT total FROM totals") == "9", "the same run again")


def any_moment(program, seconds):
    """At random moments, from the first of them on: also while packages are unpacked."""
    with Lake(program) as lake:
        lake.environment["BOATHOUSE_STORE"] = str(lake.work / "store")
        project = lake.project()
        seed = random.randrange(1 << 30)
        print(f"seed {seed}")
        dice = random.Random(seed)
        total, factor, end = None, 1, time.monotonic() + seconds
        while time.monotonic() < end:
            factor += 1
            kill_after(lake, dice.uniform(0.0, 2.5), "run", project, "-r", "main", "--param", f"factor={factor}")
            lake.ok("branch", "ls")
            if "numbers" not in lake.tables():
                check(lake.tables() == [] and total is None, "half a run is on main")
                continue
            sums = lake.value("SELECT sum(n)::BIGINT FROM numbers"), lake.value("SELECT total FROM totals")
            check(sums[0] == sums[1] and sums[0] in (total, str(3 * factor)), "neither old nor new:", sums)
            total = sums[0]
        lake.check_sound()
        lake.ok("run", project, "-r", "main", "--param", "factor=1")
        check(lake.value("SELECT total FROM totals") == "3", "a last run")


def imports(program, seconds):
    with Lake(program) as lake:
        dice = random.Random(7)
        files, there, end = 0, 0, time.monotonic() + seconds / 2
        while time.monotonic() < end:
            path = lake.csv(f"f{files}.csv", 20000, first=20000 * files)
            files += 1
            kill_after(lake, dice.uniform(0.0, 0.4), "ingest", "t", path, "-b", "main")
            seen = int(lake.value("SELECT count(*) FROM t")) if "t" in lake.tables() else 0
            check(seen in (there, there + 20000), f"{seen} rows, not {there} or 20000 more")
            lake.ok("ingest", "t", path, "-b", "main")
            there += 20000
            check(int(lake.value("SELECT count(*) FROM t")) == there, "imported twice or not at all")
        lake.check_sound()


if __name__ == "__main__":
    lakes.main({"function_at_work": function_at_work, "any_moment": any_moment, "imports": imports}, __doc__)
