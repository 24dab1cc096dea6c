#!/usr/bin/env python3
"""Jobs through the stock client: info, queries, runs, their logs, cancelling, detaching, listing.

usage: test_jobs.py PROGRAM CLIENTS_FOLDER [VERSION...]"""
import json
import pathlib
import signal
import subprocess
import time

from server import check, main, plain

PROJECT = """project:
  id: 01234567-89ab-4cde-8f01-23456789abcd
  name: trial
parameters:
  factor:
    type: int
    default: 2
"""
NUMBERS = """-- bauplan: materialization_strategy = REPLACE
select * from (values (1, 'a'), (2, 'b'), (3, null)) t(n, s)
"""
MODELS = """import sys

import bauplan


@bauplan.model(materialization_strategy='REPLACE')
@bauplan.python('3.11')
def multiplied(numbers=bauplan.Model('numbers'), factor=bauplan.Parameter('factor')):
    import pyarrow

    print('hello from multiplied')
    print('a word on stderr', file=sys.stderr)
    return pyarrow.table({'n': [factor * n.as_py() for n in numbers['n']]})


@bauplan.expectation()
@bauplan.python('3.11')
def three_rows(multiplied=bauplan.Model('multiplied')):
    return multiplied.num_rows == 3
"""
SLOW = """import bauplan


@bauplan.model()
@bauplan.python('3.11')
def slow(numbers=bauplan.Model('numbers')):
    import time

    print('now it runs', flush=True)
    time.sleep(600)
    return numbers
"""


def project(server, name, **files):
    return write_project(server.work / name, **files)


def write_project(folder, **files):
    folder.mkdir(exist_ok=True)
    (folder / "bauplan_project.yml").write_text(PROJECT)
    for stem, text in files.items():
        suffix = ".sql" if stem == "numbers" else ".py"
        (folder / f"{stem}{suffix}").write_text(text)
    return folder


def wait_for(truth, seconds=60):
    until = time.monotonic() + seconds
    while True:
        value = truth()
        if value:
            return value
        check(time.monotonic() < until, "it did not happen in", seconds, "s")
        time.sleep(0.1)  # a poll over the network: there is nothing to wait on


def jobs(client, *flags):
    return client.json("job", "ls", *flags)


def info(server, client):
    text = plain(client.run("info").stdout)
    check("ada" in text and "Organization" in text, text)
    said = client.python("import bauplan; i = bauplan.Client().info(); print(i.user.username)")
    check(said.strip() == "ada", said)


def wrong_key(server, client):
    right = server.environment["BAUPLAN_API_KEY"]
    server.environment["BAUPLAN_API_KEY"] = "invalid"
    try:
        check("Unauthenticated" in plain(client.run("info", code=1).stderr), "the code is shown")
        client.run("query", "select 1", code=1)
    finally:
        server.environment["BAUPLAN_API_KEY"] = right


def query(server, client):
    rows = client.json("query", "select 1 as one, 'x' as word, cast(null as int) as nothing")["results"]
    check(rows == [{"one": 1, "word": "x"}], rows)
    few = client.json("query", "--max-rows", "3", "select * from range(1000000)")["results"]
    check([row["range"] for row in few] == [0, 1, 2], few)
    said = client.python("""
import bauplan
client = bauplan.Client()
table = client.query('select range as n, range * 0.5 as half, [range] as l from range(300000)')
assert table.num_rows == 300000, table.num_rows
assert table['n'].to_pylist() == list(range(300000))
assert client.query('select 1 as a where false').num_rows == 0
assert client.query('select * from range(100000)', max_rows=7).num_rows == 7
try:
    client.query('select nonsense')
    raise SystemExit('a wrong query gave rows')
except bauplan.exceptions.BauplanQueryError as error:
    print('refused:', error)
""")
    check("nonsense" in said, said)
    wrong = plain(client.run("query", "selec 1", code=1).stderr)
    check("InvalidArgument" in wrong and "syntax error" in wrong, wrong)


def every_type(server, client):
    said = client.python("""
import bauplan, datetime, decimal
t = bauplan.Client().query('''select true b, 1::tinyint i8, 1::int i, 1::bigint l, 1.5::float f, 1.5::double d,
  1.25::decimal(10,2) price, 'x' s, 'x'::blob raw, date '2020-01-02' dt, time '01:02:03' clock,
  timestamp '2020-01-02 03:04:05' ts, timestamptz '2020-01-02 03:04:05+00' tz, [1,2] li, {'a': 1, 'b': 'c'} st,
  map {'k': 1} m, null n''')
r = t.to_pylist()[0]
assert r['price'] == decimal.Decimal('1.25') and r['dt'] == datetime.date(2020, 1, 2), r
assert r['li'] == [1, 2] and r['st'] == {'a': 1, 'b': 'c'} and dict(r['m']) == {'k': 1} and r['n'] is None, r
print(t.schema.names)
""")
    check("'tz'" in said, said)


def run(server, client):
    folder = project(server, "good", numbers=NUMBERS, models=MODELS)
    done = client.run("run", folder=folder)
    shown = plain(done.stderr)
    for line in ("multiplied: @ models.py:", "| hello from multiplied", "| a word on stderr"):
        check(line in shown, line, "is not in", shown)
    rows = client.json("query", "select n from multiplied order by n")["results"]
    check([row["n"] for row in rows] == [2, 4, 6], rows)
    client.run("run", "--param", "factor=5", folder=folder)
    rows = client.json("query", "select max(n) as n from multiplied")["results"]
    check(rows == [{"n": 15}], rows)
    report = client.json("run", folder=folder)
    check(report["outcome"] == "SUCCESS", report)
    check({task["name"] for task in report["tasks"]} >= {"numbers", "multiplied"}, report)
    state = json.loads(client.python("""
import bauplan, json
client = bauplan.Client()
s = client.run('.', parameters={'factor': 3})
j = client.get_job(s.job_id)
print(json.dumps({'status': str(s.job_status), 'started': len(s.tasks_started), 'stopped': len(s.tasks_stopped),
                  'logs': [l.message if hasattr(l, 'message') else str(l) for l in client.get_job_logs(s.job_id)],
                  'context': client.get_job_context(s.job_id, include_snapshot=True).snapshot_dict,
                  'job': str(j.status)}))
""", folder=folder))
    check("SUCCESS" in state["status"].upper(), state)
    check(state["started"] == 3 and state["stopped"] == 3, state)
    check(any("hello from multiplied" in line for line in state["logs"]), state)
    check(state["context"]["numbers.sql"] == NUMBERS, state)
    check("COMPLETE" in state["job"].upper(), state)


def dry_run(server, client):
    folder = project(server, "dry", numbers=NUMBERS.replace("(3, null)", "(3, null), (4, 'd')"))
    before = client.json("query", "select count(*) as n from numbers")["results"]
    client.run("run", "--dry-run", folder=folder)
    check(client.json("query", "select count(*) as n from numbers")["results"] == before, "a dry run wrote")


def failures(server, client):
    broken = project(server, "broken", numbers=NUMBERS, models=MODELS.replace("return pyarrow", "raise ValueError('oh no')  #"))
    done = client.run("run", folder=broken, code=1)
    check("job failed" in plain(done.stderr) and "oh no" in done.stderr, done.stderr)
    wrong = project(server, "wrong", models="import bauplan\n@bauplan.model(\n")
    check("InvalidArgument" in plain(client.run("run", folder=wrong, code=1).stderr), "a plan with mistakes")
    failing = project(server, "failing", numbers=NUMBERS, models=MODELS.replace("== 3", "== 4"))
    lenient = ["--no-strict"] if client.version >= (0, 3) else []
    strict = [] if client.version >= (0, 3) else ["--strict"] if client.version >= (0, 2) else ["--strict", "on"]
    client.run("run", *lenient, folder=failing)
    done = client.run("run", *strict, folder=failing, code=1)
    check("three_rows" in done.stderr, done.stderr)


def cancel(server, client):
    folder = project(server, "slow", numbers=NUMBERS, models=SLOW)
    client.run("run", "--detach", folder=folder)
    job = wait_for(lambda: jobs(client, "-k", "run", "-s", "running"))[0]
    identity = job["id"]
    wait_for(lambda: "now it runs" in client.run("job", "logs", identity).stdout)
    client.run("job", "stop", identity)
    ended = wait_for(lambda: [j for j in jobs(client, "-k", "run", "-s", "abort") if j["id"] == identity])
    check(ended, "it is aborted")
    # Ctrl-C while it is followed stops it as well.
    following = subprocess.Popen([str(client.bin / "bauplan"), "run"], cwd=folder, env=server.environment,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in following.stdout:
        if "now it runs" in line:
            following.send_signal(signal.SIGINT)
    check(following.wait(60) != 0, "Ctrl-C is no success")
    following.stdout.close()
    wait_for(lambda: len(jobs(client, "-k", "run", "-s", "abort")) == 2)


def listing(server, client):
    everything = jobs(client, "--max-count", "500")
    check(len({job["id"] for job in everything}) == len(everything) > 5, everything)
    runs = jobs(client, "-k", "run", "--max-count", "500")
    check(0 < len(runs) < len(everything), runs)
    paged = client.python("""
import bauplan
client = bauplan.Client()
all = [j.id for j in client.get_jobs(limit=500)]
assert [j.id for j in client.get_jobs(limit=3)] == all[:3]
assert all == list(dict.fromkeys(all))
print(len(all))
""")
    check(int(paged) == len(everything), paged)
    client.run("job", "get", "00000000-0000-4000-8000-000000000000", code=1)


def watched_from_outside(server, client):
    check(json.loads(server.get("/healthz"))["status"] == "ok", "healthz")
    metrics = server.get("/metrics")
    check('boathouse_requests_total{kind="rpc CodeSnapshotRun",status="OK"}' in metrics, metrics)
    check("boathouse_jobs_running 0" in metrics, metrics)
    audit = (pathlib.Path(server.environment["BOATHOUSE_LAKE"]) / "server" / "audit.jsonl").read_text()
    entries = [json.loads(line) for line in audit.splitlines()]
    check(any(e["method"] == "CancelJob" and e["user"] == "ada" for e in entries), audit)
    check(server.key not in audit, "a key in the log")


if __name__ == "__main__":
    main([info, wrong_key, query, every_type, run, dry_run, failures, cancel, listing, watched_from_outside])
