#!/usr/bin/env python3
"""Functions that misbehave, through the program itself: usage: hostile.py PROGRAM [--as root|user] [--only WORD]

Every case runs in a project of its own against one lake: a function `good`, then `bad`, which reads it. What must hold
is in check_case. Where a case says so, the same function succeeds outside, or it would prove nothing."""
import concurrent.futures
import os
import pathlib
import re
import signal
import sys
import traceback

from cases import CASES, line_of
from world import PROJECT, Wrong, arguments_of, opened, python_paths, show


def processes_with(marker):
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if marker in (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def place_project(world, case, marker):
    folder = world.work / "projects" / re.sub(r"\W+", "-", case.name)
    source = case.source()
    for name, value in {"lake": world.lake, "home": world.home, "outside": world.outside, "marker": marker,
                        "port": world.listener.getsockname()[1], "victim_pid": world.victim.pid,
                        "victim_address": world.address}.items():
        source = source.replace("{" + name + "}", str(value))
    world.write(folder / "bauplan_project.yml", PROJECT)
    world.write(folder / "models.py", source)
    return folder, source


def check_control(world, case, folder, marker):
    """The same function, outside: what the sandbox refuses is possible there."""
    copy = world.work / "controls" / folder.name
    world.write(copy / "models.py", (folder / "models.py").read_text())
    code, out, err = world.run("/usr/bin/python3", "-B", "-c", "import models; models.bad(None)", cwd=copy,
                               env={"PYTHONPATH": f"{python_paths(world)}:{copy}"})
    if code != 0:
        raise Wrong(f"the control fails outside of the sandbox: exit code {code}\n{show(out, err)}")
    for pid in processes_with(marker):
        os.kill(pid, signal.SIGKILL)


def run_branch_of(world, job):
    names = [entry["name"] for entry in world.answer("branch", "ls")]
    found = [name for name in names if job in name]
    return found[0] if found else ""


def tables_on(world, ref):
    return {table["name"] for table in world.answer("table", "ls", "-r", ref)}


def check_failure(world, case, source, code, text):
    if code != 1:
        raise Wrong(f"exit code {code}, not 1")
    if case.place and f"models.py:{line_of(source)}" not in text:
        raise Wrong(f"models.py:{line_of(source)} is not named")
    job = re.search(r"^  run ([0-9a-f-]{36})$", text, re.MULTILINE)
    if case.refused:
        return
    if not job:
        raise Wrong("no run is named")
    run_branch = run_branch_of(world, job.group(1))
    if not run_branch:
        raise Wrong("there is no run branch")
    if case.place and "# HERE" not in case.top and "good" not in tables_on(world, run_branch):
        raise Wrong("the finished table is not on the run branch")
    if tables_on(world, run_branch):
        refused(world, "branch", "merge", run_branch, "--into", "main")
    if tables_on(world, "main"):
        raise Wrong(f"main has tables: {tables_on(world, 'main')}")
    return run_branch


def refused(world, *words):
    code, out, err = world.boathouse(*words)
    if code != 1 or "catalog." not in out + err:
        raise Wrong(f"boathouse {' '.join(words)}: exit code {code}\n{out}{err}")


def check_quarantine(world, run_branch):
    """What a failed run wrote reaches main by no way round."""
    for words in [("branch", "create", "ada.fork", "--from", run_branch), ("tag", "create", "kept", "--from", run_branch),
                  ("branch", "create", "ada.side", "--from", "main"),
                  ("branch", "create", "ada.third", "--from", "main")]:
        code, out, err = world.boathouse(*words, "--user", "ada")
        if code != 0:
            raise Wrong(f"boathouse {' '.join(words)}: exit code {code}\n{out}{err}")
    # A branch of one's own may take it, to mend it there; it then carries the mark.
    for words in [("branch", "merge", run_branch, "--into", "ada.side"),
                  ("branch", "merge", "ada.side", "--into", "ada.third")]:
        world.boathouse(*words, "--user", "ada")
    for ref in (run_branch, run_branch + "~0", "ada.fork", "kept", "ada.side", "ada.third"):
        if "good" in tables_on(world, ref):
            refused(world, "branch", "merge", ref, "--into", "main")
            refused(world, "table", "revert", "good", "--source-ref", ref, "--into", "main")
            refused(world, "table", "revert", "good", "--source-ref", ref, "--into", "main", "--replace")
    hash_of = {entry["name"]: entry["hash"] for entry in world.answer("branch", "ls")}
    refused(world, "branch", "merge", "@" + hash_of[run_branch], "--into", "main")
    if tables_on(world, "main"):
        raise Wrong("main has tables of a failed run")


def check_case(world, case):
    marker = str(100000 + CASES.index(case)) + str(os.getpid() % 1000)
    folder, source = place_project(world, case, marker)
    if case.control:
        check_control(world, case, folder, marker)
    branch = "main"
    if case.succeeds:
        branch = "ada." + folder.name
        world.boathouse("branch", "create", branch, "--from", "main", "--user", "ada")
    code, out, err = world.boathouse("run", folder, "-r", branch, "--user", "ada", seconds=case.seconds_max)
    text = out + err
    try:
        for pattern in case.says:
            if not re.search(pattern, text):
                raise Wrong(f"nothing matches {pattern!r}")
        for pattern in case.never:
            if re.search(pattern, text):
                raise Wrong(f"something matches {pattern!r}")
        if left := processes_with(marker):
            raise Wrong(f"processes are left: {left}")
        if case.succeeds:
            if code != 0 or tables_on(world, branch) != {"good", "bad"}:
                raise Wrong(f"exit code {code}, tables {tables_on(world, branch)}")
        else:
            run_branch = check_failure(world, case, source, code, text)
            if case.name == "raises":
                check_quarantine(world, run_branch)
    except Wrong as wrong:
        raise Wrong(f"{wrong}\n{show(out, err)}") from None


def run_cases(world, only):
    cases = [case for case in CASES if only in case.name]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        running = {case.name: pool.submit(check_case, world, case) for case in cases}
        for name, done in running.items():
            try:
                done.result()
                print(f"ok    {name}", flush=True)
            except Wrong as wrong:
                failed += 1
                print(f"WRONG {name}: {wrong}\n", flush=True)
            except Exception:  # a mistake of this driver, or bytes that are no text
                failed += 1
                print(f"WRONG {name}: {traceback.format_exc()}\n", flush=True)
    print(f"{len(cases) - failed} of {len(cases)} cases hold")
    return failed


def main():
    arguments = arguments_of(__doc__)
    with opened(arguments) as world:
        world.boathouse("branch", "ls")
        failed = run_cases(world, arguments.only)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
