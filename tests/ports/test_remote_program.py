"""The program against a server says what it says on a lake of its own: output, JSON, exit codes, and Ctrl-C ends the job.

usage: test_remote_program.py PROGRAM
"""
import difflib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "clients"))
from server import Server, check  # noqa: E402

PROJECT = {
    "bauplan_project.yml": """project:
  id: 2b1f8a52-7f43-4f3e-8a3c-0c6a1a6d0c41
  name: remote
defaults:
  python:
    version: "3.11"
parameters:
  factor: {type: int, default: 2}
""",
    "models.py": """import bauplan


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11")
def doubled(people=bauplan.Model("people"), factor=bauplan.Parameter("factor")):
    print("doubling", people.num_rows, "rows")
    return [{"name": row["name"], "age": row["age"] * factor} for row in people.to_pylist()]
""",
    "total.sql": "-- bauplan: materialization_strategy=REPLACE\nSELECT sum(age)::BIGINT AS total FROM doubled\n",
}
FAILING = {**PROJECT, "models.py": PROJECT["models.py"].replace("print(", "raise ValueError(")}
BROKEN = {**PROJECT, "total.sql": "SELECT * FROM nowhere\n"}
ENDLESS = {"bauplan_project.yml": PROJECT["bauplan_project.yml"], "total.sql": (
    "-- bauplan: materialization_strategy=REPLACE\n"
    "SELECT count(*) AS n FROM range(100000000000) a, range(100000) b\n")}

COMMANDS = [
    ["branch", "create", "ada.dev", "--from", "main"],
    ["branch", "create", "ada.dev", "--from", "main"],
    ["branch", "create", "ada.dev", "--if-not-exists"],
    ["branch", "ls"],
    ["branch", "ls", "^ada"],
    ["branch", "get", "nowhere"],
    ["checkout", "ada.dev"],
    ["namespace", "create", "sales"],
    ["namespace", "ls"],
    ["ingest", "people", "people.csv"],  # of the folder it is typed in
    ["table", "import", "people", "{files}/people.csv"],
    ["table", "import", "people", "{files}/none.csv"],
    ["table", "ls"],
    ["table", "get", "people"],
    ["table", "get", "peopel"],
    ["query", "SELECT * FROM people ORDER BY name"],
    ["query", "SELECT * FROM people ORDER BY name", "--format", "csv"],
    ["query", "SELECT * FROM nowhere"],
    ["query", "SELEKT"],
    ["plan", "{files}/project"],
    ["run", "{files}/project"],
    ["run", "{files}/project", "--dry-run", "--param", "factor=5", "--preview", "head"],
    ["run", "{files}/failing"],
    ["run", "{files}/broken"],
    ["query", "SELECT total FROM total"],
    ["job", "ls"],
    ["branch", "diff", "ada.dev", "main"],
    ["tag", "create", "before", "--from", "main"],
    ["branch", "merge", "ada.dev", "--into", "main"],
    ["commit", "main", "-n", "1"],
    ["table", "rm", "total", "-b", "main"],
    ["table", "revert", "total", "--source-ref", "ada.dev", "--into", "main"],
    ["namespace", "rm", "sales"],
    ["tag", "rm", "before"],
    ["tag", "rm", "before"],
    ["user", "ls"],
    ["key", "create", "--of", "ada", "--label", "x"],
    ["credential", "ls"],
    ["branch", "rm", "none"],
]


def write_projects(folder):
    (folder / "people.csv").write_text("name,age\nada,36\nbob,40\n")
    for name, files in {"project": PROJECT, "failing": FAILING, "broken": BROKEN, "endless": ENDLESS}.items():
        (folder / name).mkdir()
        for file, text in files.items():
            (folder / name / file).write_text(text)


def without_chance(text):
    """What differs between two lakes that did the same: ids, hashes, times, sizes of what holds them."""
    text = re.sub(r"/[^\s\"]*/(remote|clients)\.[^/\s\"]*/lake\b", "LAKE", text)
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "ID", text)
    text = re.sub(r"-run-\d{14}-", "-run-", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "HASH", text)
    text = re.sub(r"\bID[-./][^\s\"]*", "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?", "TIME", text)
    text = re.sub(r"\b[0-9a-f]{12}\b", "HASH", text)
    text = re.sub(r"\b\d+(\.\d+)? ?(ms|s|µs)\b", "TOOK", text)
    text = re.sub(r"\b[0-9a-f]{8}\b", "ID", text)
    text = re.sub(r"\bbh_[0-9a-f_]+", "KEY", text)
    return re.sub(r" +", " ", text)


def shape(value, key=""):
    if key in ("micros", "counters", "size_bytes", "key", "id", "committer", "snapshot_id", "sequence", "took_ms", "metadata_location"):
        return f"<{key}>"
    if isinstance(value, dict):
        return {name: shape(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item, key) for item in value]
    if isinstance(value, str):
        return without_chance(value)
    return value


class Place:
    """Where the program works: its variables, and the flags it gets."""

    def __init__(self, program, environment, flags, files):
        self.program, self.environment, self.flags, self.files = program, environment, flags, files

    def run(self, *arguments, **more):
        filled = [one.replace("{files}", str(self.files)) for one in arguments]
        return subprocess.run([self.program, *self.flags, *filled], env=self.environment, text=True,
                              capture_output=True, timeout=300, cwd=self.files, **more)

    def start(self, *arguments):
        filled = [one.replace("{files}", str(self.files)) for one in arguments]
        return subprocess.Popen([self.program, *self.flags, *filled], env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def compare(embedded, remote, command, differences):
    for mode in (["-o", "json"], []):
        ours, theirs = embedded.run(*mode, *command), remote.run(*mode, *command)
        said = []
        for one in (ours, theirs):
            out = without_chance(one.stdout)
            if mode and "csv" not in command:
                out = json.dumps(shape(json.loads(one.stdout)), indent=1)
            said.append([f"exit code {one.returncode}", *out.splitlines(), *sorted(without_chance(one.stderr).splitlines())])
        if said[0] != said[1]:
            differences += [f"{' '.join(mode + command)}:", *difflib.unified_diff(*said, "embedded", "remote", lineterm="")]


def interrupt(place):
    """Ctrl-C while a run is under way: the job is aborted, the program says so with its exit code."""
    process = place.start("run", "{files}/endless", "-r", "ada.dev")
    for line in process.stderr:  # comes while it runs
        if line.startswith("start total"):
            break
    job = json.loads(place.run("job", "ls", "-o", "json").stdout)[0]
    check(job["status"] == "RUNNING", job)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    job = json.loads(place.run("job", "get", job["job_id"], "-o", "json").stdout)
    check(job["status"] == "ABORT", job)
    return process.returncode


def follow_logs(place):
    """The logs of a job that is over are its events from the first."""
    jobs = json.loads(place.run("job", "ls", "-o", "json", "--limit", "50").stdout)
    run = [job["job_id"] for job in jobs if job["kind"] == "Run" and job["status"] == "COMPLETE"][-1]
    logs = place.run("job", "logs", run)
    check("doubling 2 rows" in logs.stderr + logs.stdout, logs)


def over_tls(program, files):
    """https with certificates of one's own: trusted when told, refused when not."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tls."))
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", folder / "key.pem",
                        "-out", folder / "cert.pem"], check=True, capture_output=True)
        with Server(program, "--tls-cert", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem")) as server:
            environment = {**server.environment, "BOATHOUSE_API_KEY": server.key}
            environment.pop("BOATHOUSE_LAKE")
            stranger = Place(program, environment, ["--server", server.url], files)
            for command in (["branch", "ls"], ["query", "SELECT 1"]):
                refused = stranger.run(*command, "-o", "json")
                check(json.loads(refused.stdout)["error"]["reason"] == "client.unreachable", refused)
                friend = Place(program, environment, ["--server", server.url, "--ca", str(folder / "cert.pem")], files)
                trusted = friend.run(*command)
                check(trusted.returncode == 0, trusted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settings(program, server, files):
    """A server and its key from the configuration file; the key is not shown."""
    environment = {**server.environment}
    for name in ("BOATHOUSE_LAKE", "BAUPLAN_API_KEY", "BAUPLAN_API_ENDPOINT"):
        environment.pop(name, None)
    place = Place(program, environment, [], files)
    for key, value in (("server", server.url), ("api_key", server.key)):
        check(place.run("config", "set", key, value).returncode == 0, key)
    check(server.key not in place.run("config", "ls").stdout, "the key is shown")
    check("ada.dev" in place.run("branch", "ls").stdout, "the server of the configuration is not used")
    described = json.loads(place.run("info", "-o", "json").stdout)
    check(described["lake"] == server.url and described["user"] == "ada", described)
    refused = place.run("--server", server.url, "lake", "create", "-o", "json")
    check(json.loads(refused.stdout)["error"]["reason"] == "cli.local_only", refused)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    files = pathlib.Path(tempfile.mkdtemp(prefix="remote."))
    try:
        write_projects(files)
        with Server(program, "--import-folder", str(files)) as server:
            common = {**server.environment, "BOATHOUSE_USER": "ada", "NO_COLOR": "1"}
            embedded = Place(program, {**common, "BOATHOUSE_LAKE": str(files / "lake"),
                                       "XDG_CONFIG_HOME": str(files / "config")}, [], files)
            made = embedded.run("user", "create", "ada", "--role", "admin")
            check(made.returncode == 0, made)
            common.pop("BOATHOUSE_USER")
            common.pop("BOATHOUSE_LAKE")
            remote = Place(program, {**common, "BOATHOUSE_API_KEY": server.key}, ["--server", server.url], files)
            differences = []
            for command in COMMANDS:
                compare(embedded, remote, command, differences)
            check(not differences, "\n".join(differences))
            follow_logs(remote)
            check(interrupt(embedded) == interrupt(remote), "exit codes of an interrupted run")
            settings(program, server, files)
        over_tls(program, files)
    finally:
        shutil.rmtree(files, ignore_errors=True)


if __name__ == "__main__":
    main()
