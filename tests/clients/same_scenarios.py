#!/usr/bin/env python3
"""Scenarios of projects (tests/scenarios) whose runs the stock client asks a server for, while the program looks at the same lake:
what a project means does not depend on who runs it. Of a run's own output only the exit code is compared.

usage: same_scenarios.py PROGRAM CLIENTS_FOLDER VERSION SCENARIO..."""
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SCENARIOS = HERE.parent / "scenarios"
sys.path[:0] = [str(HERE), str(SCENARIOS)]

import run as scenarios  # noqa: E402
from server import Server, check  # noqa: E402

STEP_SECONDS_MAX = 300


def function(program, client):
    """`boathouse run …` in the words of the client; anything else is the program's."""
    return f"""boathouse() {{
  if [ "$1" != run ]; then {shlex.quote(str(program))} "$@"; return; fi
  shift
  local where=.
  if [ -d "$1" ]; then where=$1; shift; fi
  case " $* " in *" -r "*) ;; *) set -- "$@" -r main;; esac
  {shlex.quote(str(client))} run -p "$where" "$@"
}}
"""


def place(work, files, index):
    for at, name, body in files:
        if at == index:
            target = work / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("\n".join(body) + "\n")


def perform(server, client, name):
    steps, files = scenarios.parse((SCENARIOS / f"{name}.test").read_text(), name)
    env = {**scenarios.environment(server.program, server.work), **server.environment, "BOATHOUSE_USER": "ada"}
    for index, step in enumerate(steps):
        place(server.work, files, index)
        done = subprocess.run(["bash", "-c", function(server.program, client) + step.command], cwd=server.work, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=STEP_SECONDS_MAX)
        output = done.stdout.decode("utf-8", "replace")
        if "boathouse run" in step.command:
            step.expected = []
        problem = scenarios.problem_with(step, done.returncode, output)
        check(problem is None, f"{name}.test:{problem}\n$ {step.command}\n{output}")


def main(program, folder, version, *names):
    client = pathlib.Path(folder).resolve() / version / "bin" / "bauplan"
    check(client.exists(), f"no client {version} in {folder}: run tools/install_deps.sh")
    for name in names:
        with Server(program) as server:
            server.environment["PATH"] = f"{client.parent}:{server.environment['PATH']}"
            perform(server, client, name)
            print(f"{name}: ok", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
