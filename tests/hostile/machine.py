#!/usr/bin/env python3
"""What the program makes of its machine: usage: machine.py PROGRAM [--as root|user] [--only WORD]

Environments resolved once, our own modules inside functions, other interpreters, machines that forbid isolation."""
import json
import re
import sys
import traceback

from world import PROJECT, Wrong, arguments_of, opened, show

MODEL = '''import bauplan


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("{version}"{pip})
def {name}():
{body}
'''


def project(world, name, body, version="3.11", pip=""):
    folder = world.work / "projects" / name
    text = "\n".join("    " + line if line else "" for line in body.strip("\n").splitlines())
    world.write(folder / "bauplan_project.yml", PROJECT)
    world.write(folder / "models.py", MODEL.format(version=version, pip=pip, name=name, body=text))
    return folder


def succeeds(world, *words, **options):
    code, out, err = world.boathouse(*words, **options)
    if code != 0:
        raise Wrong(f"boathouse {' '.join(map(str, words))}: exit code {code}\n{show(out, err)}")
    return out + err


def fails(world, code_wanted, *words, **options):
    code, out, err = world.boathouse(*words, **options)
    if code != code_wanted:
        raise Wrong(f"boathouse {' '.join(map(str, words))}: exit code {code}, not {code_wanted}\n{show(out, err)}")
    return out + err


def must_match(text, *patterns):
    for pattern in patterns:
        if not re.search(pattern, text):
            raise Wrong(f"nothing matches {pattern!r}\n{show(text, '')}")


def resolved_once(world):
    """A second run starts no uv and reads no wheel folder."""
    folder = project(world, "once", 'import six\nreturn [{"n": len(six.__version__)}]', pip=', pip={"six": "1.17.0"}')
    succeeds(world, "run", folder)
    mark = world.work / "outside" / "uv-was-started"
    world.write(world.work / "uv", f"#!/bin/sh\necho started >> {mark}\nexit 1\n")
    (world.work / "uv").chmod(0o755)
    without = {"BOATHOUSE_UV": str(world.work / "uv")}
    succeeds(world, "run", folder, env=without)
    if mark.exists():
        raise Wrong("the second run started uv")
    # The control: what was never resolved needs uv, so a start would have been seen.
    other = project(world, "never_resolved", 'return [{"n": 1}]', pip=', pip={"pytz": "2025.2"}')
    fails(world, 1, "run", other, env=without)
    if not mark.exists():
        raise Wrong("the failing uv is not the one that is used")


def own_modules(world):
    """`import bauplan` and `import boathouse` are ours, whatever an index has under these names."""
    body = """
import boathouse
import bauplan.standard_expectations
assert bauplan.__file__.startswith("/boathouse/"), bauplan.__file__
assert boathouse.__file__.startswith("/boathouse/"), boathouse.__file__
return [{"n": 1}]
"""
    succeeds(world, "run", project(world, "plain", body))
    # The wheel folder holds packages of both names that raise when they are imported.
    succeeds(world, "run", project(world, "pinned", body, pip=', pip={"bauplan": "1.0", "boathouse": "1.0"}'))
    succeeds(world, "run", project(world, "unheard_of", body, pip=', pip={"bauplan": "99.0"}'))


def other_interpreters(world):
    """The world's home has no pyenv, so only Debian's python is found until a variable points at another one."""
    body = 'import sys\nassert sys.version_info[:2] == (3, 12), sys.version\nreturn [{"n": 1}]'
    folder = project(world, "newer", body, version="3.12")
    found = next((str(path) for path in world.interpreters() if path.name == "python3.12"), "")
    must_match(fails(world, 1, "run", folder), r"no python 3\.12 on this machine", r"found: .*3\.11",
               r"uv python install 3\.12", r"models\.py:\d+", "BOATHOUSE_PYTHON_3_12")
    if found:
        succeeds(world, "run", folder, env={"BOATHOUSE_PYTHON_3_12": found})


def forbidden(world, *words, **options):
    """The program where no user namespace can be made: inside one whose limit of further ones is nought."""
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    return world.run("unshare", "--user", "--map-root-user", "--", "sh", "-c", script, "sh", world.program, *words,
                     **options)


def forbidden_namespaces(world):
    body = 'import os\nreturn [{"home": "\\n".join(os.listdir("%s"))}]' % world.home
    folder = project(world, "needs_isolation", body)
    code, out, err = forbidden(world, "run", folder)
    if code != 1:
        raise Wrong(f"exit code {code}\n{show(out, err)}")
    must_match(out + err, "isolat", "boathouse doctor", "--unisolated|unisolated")
    code, out, err = forbidden(world, "doctor")
    if code != 1:
        raise Wrong(f"doctor: exit code {code}\n{show(out, err)}")
    must_match(out + err, "user namespaces", "refused", r"sysctl -w user\.max_user_namespaces", "--unisolated")
    for _ in range(2):
        code, out, err = forbidden(world, "run", folder, "--unisolated")
        if code != 0:
            raise Wrong(f"--unisolated: exit code {code}\n{show(out, err)}")
        must_match(err, "without isolation")
    code, out, err = forbidden(world, "run", folder, "--unisolated", "-O", "json")
    if code != 0 or "without isolation" not in err:
        raise Wrong(f"--unisolated -O json: exit code {code}\n{show(out, err)}")
    json.loads(out)
    code, out, err = forbidden(world, "run", folder, "--unisolated", env={"CI": "true"})
    if code != 2:
        raise Wrong(f"--unisolated in CI: exit code {code}\n{show(out, err)}")
    must_match(out + err, "refused where CI is set")


def new_home(world):
    """From init to a query, with nothing but a home; what is made belongs to its user."""
    home = world.work / "fresh"
    world.make_folder(home)
    env = {"HOME": str(home), "BOATHOUSE_LAKE": ""}
    succeeds(world, "init", home / "first", env=env, cwd=home)
    succeeds(world, "run", home / "first", env=env, cwd=home)
    succeeds(world, "doctor", env=env, cwd=home)
    owners = {path.lstat().st_uid for path in home.rglob("*")}
    if owners != {world.uid()}:
        raise Wrong(f"files of users {owners}")
    if not (home / ".local/share/boathouse/lake/lake.json").exists():
        raise Wrong("the lake is not in the user's data folder")


CHECKS = [new_home, resolved_once, own_modules, other_interpreters, forbidden_namespaces]


def main():
    arguments = arguments_of(__doc__)
    failed = 0
    with opened(arguments) as world:
        for check in CHECKS:
            if arguments.only not in check.__name__:
                continue
            try:
                check(world)
                print(f"ok    {check.__name__}", flush=True)
            except Wrong as wrong:
                failed += 1
                print(f"WRONG {check.__name__}: {wrong}", flush=True)
            except Exception:
                failed += 1
                print(f"WRONG {check.__name__}: {traceback.format_exc()}", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
