#!/usr/bin/env python3
"""Projects through the stock client: what it makes itself, parameters and secrets, previews, what a job says of itself.

usage: test_projects.py PROGRAM CLIENTS_FOLDER [VERSION...]"""
import glob
import os
import pty
import re
import subprocess

from server import check, main, plain
from test_jobs import NUMBERS, project

# Taken before the server gets a home of its own.
PYTHON_312 = next((path for path in (
    os.environ.get("BOATHOUSE_PYTHON_3_12", ""), *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.12.*/bin/python3.12"))),
    *sorted(glob.glob(os.path.expanduser("~/.local/share/uv/python/cpython-3.12.*/bin/python3.12"))),
    "/usr/bin/python3.12", "/usr/local/bin/python3.12") if path and os.access(path, os.X_OK)), None)
TITANIC = "PassengerId,Survived,Age\n1,0,22.0\n2,1,38.0\n3,1,22.5\n4,0,\n5,1,4.2\n"
MODELS = """import bauplan


@bauplan.model(materialization_strategy='REPLACE')
@bauplan.python('3.11')
def shown(numbers=bauplan.Model('numbers'), secret=bauplan.Parameter('secret'), word=bauplan.Parameter('word')):
    import pyarrow

    print('the secret has', len(secret), 'characters and is', secret)
    return pyarrow.table({'secret': [secret[::-1]], 'word': [word], 'rows': [numbers.num_rows]})
"""
BAD_CHECK = """import bauplan


@bauplan.expectation()
@bauplan.python('3.11')
def broken(numbers=bauplan.Model('numbers')):
    assert numbers.num_rows == 0
    return True


@bauplan.expectation()
@bauplan.python('3.11')
def no_answer(numbers=bauplan.Model('numbers')):
    return 'yes'
"""
SECRET = "s3cr3t-of-ours"


def own_project(server, client):
    """The project that `bauplan init` writes runs as it is, once its table is there and the Python that it asks for."""
    if client.version < (0, 3, 0):
        return
    (server.work / "titanic.csv").write_text(TITANIC)
    subprocess.run([server.program, "ingest", "titanic", str(server.work / "titanic.csv"), "-b", "main"], check=True,
                   env=server.environment, capture_output=True)
    made = server.work / "made"
    client.run("init", str(made), "--name", "made")
    check((made / "models.py").exists(), "init writes a project")
    if PYTHON_312 is None:
        said = plain(client.run("run", "-r", "main", folder=made, code=1).stderr)
        check("no python 3.12" in said and "uv python install" in said, "the prerequisite is named", said)
        print("left out: no Python 3.12 on this machine, and tools/install_deps.sh has none to install")
        return
    server.stop()
    server.environment["BOATHOUSE_PYTHON_3_12"] = PYTHON_312
    server.start()
    shown = plain(client.run("run", "--preview", "head", "-r", "main", folder=made, timeout=300).stderr)
    check("failed" not in shown, shown)
    rows = client.python(f"""
import bauplan
state = bauplan.Client().run({str(made)!r}, ref='main', preview='head')
assert state.error is None, state.error
assert len(state.tasks_started) == len(state.tasks_stopped) == 2, state
print(state.job_id)
""", timeout=300)
    check(rows.strip(), rows)


def parameters(server, client):
    folder = project(server, "parameters", numbers=NUMBERS)
    (folder / "models.py").write_text(MODELS)
    client.run("parameter", "set", "word", "by default", "--type", "str", "--description", "A word", folder=folder)
    client.run("parameter", "set", "count", "3", "--type", "int", folder=folder)
    client.run("parameter", "rm", "count", folder=folder)
    client.run("parameter", "set", "secret", SECRET, "--type", "secret", folder=folder)
    text = (folder / "bauplan_project.yml").read_text()
    check(SECRET not in text and "boathouse:///secret-keys/" in text, text)
    listed = plain(client.run("parameter", "ls", folder=folder).stdout)
    check("word" in listed and "secret" in listed and "count" not in listed, listed)
    done = client.run("run", folder=folder)
    shown = plain(done.stderr)
    check(SECRET not in shown and f"has {len(SECRET)} characters and is ********" in shown, shown)
    rows = client.json("query", "select secret, word, rows from shown")["results"]
    check(rows == [{"secret": SECRET[::-1], "word": "by default", "rows": 3}], rows)
    client.run("run", "--param", "secret=other", "--param", "word=given", folder=folder)
    rows = client.json("query", "select secret, word from shown")["results"]
    check(rows == [{"secret": "rehto", "word": "given"}], rows)
    job = client.python(f"""
import bauplan
client = bauplan.Client()
state = client.run({str(folder)!r}, parameters={{'secret': {SECRET!r}, 'word': 'sdk'}})
assert state.error is None, state.error
print(state.job_id)
""").strip()
    check(client.json("query", "select word from shown")["results"] == [{"word": "sdk"}], "through the package")
    check(SECRET not in client.run("job", "logs", job, "--all").stdout, "a secret in the logs")
    kept = subprocess.run(["grep", "-rl", SECRET, server.environment["BOATHOUSE_LAKE"]], capture_output=True, text=True)
    check(kept.stdout == "", "a secret at rest", kept.stdout)


def on_a_terminal(client, arguments, folder):
    """What a person would read: standard output and error are a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([str(client.bin / "bauplan"), *arguments], cwd=folder, env=client.server.environment,
                               stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    os.close(theirs)
    text = b""
    while True:
        try:
            read = os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not read:
            break
        text += read
    os.close(ours)
    return process.wait(60), re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text.decode(errors="replace"))


def previews(server, client):
    folder = server.work / "parameters"
    code, shown = on_a_terminal(client, ["run", "--preview", "head"], folder)
    check(code == 0, shown)
    check("PREVIEW shown" in shown and "WORD" in shown and "by default" in shown, "rows of the model", shown)
    check("PREVIEW numbers" in shown, shown)
    check("numbers" in shown and "*" in shown, "the graph", shown)
    code, shown = on_a_terminal(client, ["run"], folder)
    check(code == 0 and "PREVIEW" not in shown, "not asked for", shown)
    code, shown = on_a_terminal(client, ["run", "--dry-run", "--preview", "tail"], folder)
    check(code == 0 and "PREVIEW shown" in shown, "a dry run has rows too", shown)


def contexts(server, client):
    folder = server.work / "parameters"
    client.python(f"""
import bauplan
client = bauplan.Client()
jobs = [client.run({str(folder)!r}).job_id for _ in range(2)]
(one, two) = client.get_job_contexts(jobs, include_logs=True, include_snapshot=True)
assert [one.id, two.id] == jobs
assert any('the secret has' in log.message for log in two.logs), two.logs
one = client.get_job_context(jobs[0], include_logs=True, include_snapshot=True)  # the other leaves the graph out by itself
assert one.project_name == 'trial' and one.ref == 'main', (one.project_name, one.ref)
names = {{node.id: node.name for node in one.dag_nodes}}
assert sorted(names.values()) == ['numbers', 'shown'], names
edges = [(edge.source_model, edge.destination_model) for edge in one.dag_edges]
assert [(names.get(a, a), names.get(b, b)) for a, b in edges] == [('numbers', 'shown')], edges
assert sorted(one.snapshot_dict) == ['bauplan_project.yml', 'models.py', 'numbers.sql'], one.snapshot_dict.keys()
assert 'def shown' in one.snapshot_dict['models.py']
assert any('the secret has' in log.message for log in one.logs), one.logs
lean = client.get_job_context(jobs[0])
assert not lean.logs and not lean.snapshot_dict
""")


def checks_that_break(server, client):
    folder = project(server, "checks", numbers=NUMBERS)
    (folder / "models.py").write_text(BAD_CHECK)
    lenient = ("--no-strict",) if client.version >= (0, 3, 0) else ("--strict", "off") if client.version < (0, 2, 0) else ()
    strict = () if client.version >= (0, 3, 0) else ("--strict", "on") if client.version < (0, 2, 0) else ("--strict",)
    shown = plain(client.run("run", *lenient, folder=folder).stderr)
    check("assert numbers.num_rows == 0" in shown, "what broke is said", shown)
    check("unsupported type" in shown, shown)
    shown = plain(client.run("run", *strict, folder=folder, code=1).stderr)
    check("assert numbers.num_rows == 0" in shown or "unsupported type" in shown, shown)
    code, shown = on_a_terminal(client, ["run", *lenient], folder)
    check(code == 0 and "broken [expectation]" in shown, shown)


if __name__ == "__main__":
    main([own_project, parameters, previews, contexts, checks_that_break])
