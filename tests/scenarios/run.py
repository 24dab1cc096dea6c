#!/usr/bin/env python3
"""Runs scenario files against the program: usage: run.py PROGRAM FILE...   (format: README.md beside this file)"""
import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

STEP_SECONDS_MAX = 300
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


@dataclasses.dataclass
class Step:
    line: int
    command: str
    exit_code: int = 0
    expected: list = dataclasses.field(default_factory=list)  # (line, kind, text)


def parse(text, name):
    """The steps and the files of a scenario; a mistake in it stops with its place."""
    steps, files, current, body = [], [], None, None
    for number, line in enumerate(text.splitlines(), 1):
        if body is not None:
            if line == "END":
                body = None
            else:
                body.append(line)
        elif match := re.fullmatch(r"file (\S+)", line):
            body = []
            current = None
            files.append((len(steps), match.group(1), body))
        elif line.startswith("$ "):
            current = Step(number, line[2:])
            steps.append(current)
        elif not line.strip():
            current = None
        elif line.startswith("#"):
            continue
        elif current is None:
            sys.exit(f"{name}:{number}: expected a command ('$ ...'), 'file NAME', a comment or an empty line")
        elif match := re.fullmatch(r"exit (\d+)", line):
            current.exit_code = int(match.group(1))
        elif line.startswith("~ "):
            current.expected.append((number, "regex", line[2:]))
        elif line.startswith("!~ "):
            current.expected.append((number, "absent", line[3:]))
        elif line.startswith("> "):
            current.expected.append((number, "line", line[2:]))
        else:
            sys.exit(f"{name}:{number}: a line under a command begins with 'exit', '> ', '~ ' or '!~ '")
    if body is not None:
        sys.exit(f"{name}: a file without END")
    return steps, files


def problem_with(step, code, output):
    if code != step.exit_code:
        return step.line, f"exit code {code}, expected {step.exit_code}"
    lines = [line.rstrip() for line in output.splitlines()]
    for number, kind, text in step.expected:
        if kind == "line" and text.rstrip() not in lines:
            return number, f"no line: {text}"
        if kind == "regex" and not re.search(text, output, re.MULTILINE):
            return number, f"nothing matches: {text}"
        if kind == "absent" and re.search(text, output, re.MULTILINE):
            return number, f"something matches: {text}"
    return None


def environment(program, work):
    """A home of its own: no setting of the person who runs this has a say."""
    keep = ("PATH", "LANG", "LD_LIBRARY_PATH", "CI", "ASAN_OPTIONS", "TMPDIR", "BOATHOUSE_STORE")
    env = {name: os.environ[name] for name in keep if name in os.environ}
    # Packages come from the wheels the install script fetched: no scenario needs an index.
    env.update(UV_NO_INDEX="1", UV_FIND_LINKS=os.environ.get("UV_FIND_LINKS", str(ROOT / "build" / "deps" / "wheels")))
    env.update(HOME=str(work / "home"), BOATHOUSE_LAKE=str(work / "lake"), BOATHOUSE_USER="ada", NO_COLOR="1",
               ROOT=str(ROOT), WORK=str(work), PROGRAM=str(program), LC_ALL="C.UTF-8")
    (work / "home").mkdir()
    return env


def run_step(step, program, work, env):
    """A command line of the shell in which `boathouse` is the program."""
    script = f'boathouse() {{ {shlex.quote(str(program))} "$@"; }}\n{step.command}\n'
    done = subprocess.run(["bash", "-c", script], cwd=work, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=STEP_SECONDS_MAX)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def run(program, path):
    steps, files = parse(path.read_text(), path.name)
    work = pathlib.Path(tempfile.mkdtemp(prefix="scenario."))
    try:
        env = environment(program, work)
        for index, step in enumerate([*steps, None]):
            for at, name, body in files:
                if at == index:
                    target = work / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text("\n".join(body) + "\n")
            if step is None:
                break
            try:
                code, output = run_step(step, program, work, env)
                problem = problem_with(step, code, output)
            except subprocess.TimeoutExpired as late:
                output = (late.stdout or b"").decode("utf-8", "replace")
                problem = step.line, f"not done after {STEP_SECONDS_MAX} s"
            if problem:
                print(f"{path.name}:{problem[0]}: {problem[1]}\n$ {step.command}\n{output}")
                return False
        print(f"{path.name}: {len(steps)} steps ok")
        return True
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    program = pathlib.Path(sys.argv[1]).resolve()
    results = [run(program, pathlib.Path(name).resolve()) for name in sys.argv[2:]]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
