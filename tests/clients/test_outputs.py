#!/usr/bin/env python3
"""What the stock client prints for runs that go well, fail, are stopped or are left alone: the words its users know.

usage: test_outputs.py PROGRAM CLIENTS_FOLDER [VERSION...]"""
import json
import re
import signal
import subprocess

from server import check, main, plain
from test_jobs import MODELS, NUMBERS, SLOW, project, wait_for
from test_projects import on_a_terminal

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def flags(client, strict):
    """How each version asks for a strict run, or one that is not."""
    if client.version >= (0, 3, 0):
        return [] if strict else ["--no-strict"]
    if client.version >= (0, 2, 0):
        return ["--strict"] if strict else []
    return ["--strict", "on" if strict else "off"]


def lines_of(done):
    return plain(done.stderr).splitlines()


def prints(server, client):
    folder = project(server, "prints", numbers=NUMBERS, models=MODELS)
    done = client.run("run", folder=folder)
    number = 1 + [line.strip() for line in MODELS.splitlines()].index("def multiplied(numbers=bauplan.Model('numbers'), "
                                                                      "factor=bauplan.Parameter('factor')):")
    wanted = [rf"^multiplied: @ models\.py:\d+ \| {text}$" for text in ("hello from multiplied", "a word on stderr")]
    for pattern in wanted:
        found = [line for line in lines_of(done) if re.match(pattern, line)]
        check(len(found) == 1, pattern, done.stderr)
        check(abs(int(re.search(r":(\d+) ", found[0]).group(1)) - number) < 10, "the place is the function's", found)
    report = client.json("run", folder=folder)
    check(re.fullmatch(UUID, report["job_id"]) and report["outcome"] == "SUCCESS", report)
    check(report["started"] and report["ended"], report)
    tasks = {task["name"]: task for task in report["tasks"]}
    check(set(tasks) == {"numbers", "multiplied", "three_rows"}, report)
    check(tasks["multiplied"]["file_name"] == "models.py" and tasks["multiplied"]["outcome"] == "SUCCESS", tasks)
    check(tasks["multiplied"]["description"] == "Python model" and tasks["numbers"]["description"] == "SQL model", tasks)


def a_failing_model(server, client):
    folder = project(server, "raises", numbers=NUMBERS, models=MODELS.replace("return pyarrow", "raise ValueError('oh no')  #"))
    done = client.run("run", folder=folder, code=1)
    text = plain(done.stderr)
    check("Error: job failed: " in text and "(RuntimeTaskUserError)" in text, text)
    check("ValueError: oh no" in text and "models.py" in text, "what, and where", text)
    said = json.loads(client.python(f"""
import bauplan, json
client = bauplan.Client()
state = client.run({str(folder)!r})
job = client.get_job(state.job_id)
print(json.dumps([str(state.job_status), state.error, job.human_readable_status, str(getattr(job, 'error_message', 'oh no'))]))
"""))
    check("FAILED" in said[0].upper() and "oh no" in said[1], said)
    check(said[2] == "Failed" and "oh no" in said[3], said)
    check(client.json("query", "select count(*) as n from numbers")["results"] == [{"n": 3}], "main is as it was")


def a_failed_expectation(server, client):
    folder = project(server, "expects", numbers=NUMBERS, models=MODELS.replace("== 3", "== 4"))
    code, shown = on_a_terminal(client, ["run", *flags(client, strict=False)], folder)
    check(code == 0 and "three_rows [expectation]" in shown and "failed" in shown, shown)
    check("expectation returned false" in plain(client.run("run", *flags(client, strict=False), folder=folder).stderr), "said")
    done = client.run("run", *flags(client, strict=True), folder=folder, code=1)
    check("Error: job failed: " in plain(done.stderr) and "expectation returned false" in plain(done.stderr), done.stderr)


def ctrl_c(server, client):
    folder = project(server, "stopped", numbers=NUMBERS, models=SLOW)
    following = subprocess.Popen([str(client.bin / "bauplan"), "run"], cwd=folder, env=server.environment,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = ""
    for line in following.stdout:
        text += line
        if "now it runs" in line:
            following.send_signal(signal.SIGINT)
    check(following.wait(60) == 1 and "Error: job cancelled" in plain(text), text)
    following.stdout.close()
    newest = client.json("job", "ls", "-k", "run", "--max-count", "1")[0]
    check(newest["status"].lower().startswith("abort"), newest)


def detached(server, client):
    folder = project(server, "alone", numbers=NUMBERS, models=MODELS)
    done = client.run("run", "--detach", folder=folder)
    job = re.search(UUID, plain(done.stdout + done.stderr)).group(0)
    state = wait_for(lambda: client.python(f"""
import bauplan
print(bauplan.Client().get_job({job!r}).status)
""").strip().upper() not in ("RUNNING", "NOT_STARTED", "JOBSTATE.RUNNING", "JOBSTATE.NOT_STARTED"))
    check(state, "it ends by itself")
    shown = client.run("job", "get", job).stdout
    check(job in shown and "Complete" in shown, shown)


def logs(server, client):
    newest = client.json("job", "ls", "-k", "run", "-s", "complete", "--max-count", "1")[0]["id"]
    shown = plain(client.run("job", "logs", newest).stdout)
    header, *rows = [line for line in shown.splitlines() if line.strip()]
    check(header.split() == ["TIMESTAMP", "LEVEL", "TYPE", "MESSAGE"], header)
    check([row.split(maxsplit=3)[-1] for row in rows if "hello" in row], rows)
    check(all("USER" in row.upper() for row in rows), "only what the functions printed", rows)
    everything = plain(client.run("job", "logs", newest, "--all").stdout)
    check("published" in everything and "hello from multiplied" in everything, everything)
    system = plain(client.run("job", "logs", newest, "--system").stdout)
    check("published" in system and "hello from multiplied" not in system, system)
    client.python(f"""
import bauplan
client = bauplan.Client()
events = client.get_job_logs({newest!r})
assert [e.message for e in events if 'hello' in e.message] == ['hello from multiplied'], events
assert {{str(e.stream).split('.')[-1].upper() for e in events}} >= {{'STDOUT', 'STDERR'}}, events
""")


def cancelled_through_the_package(server, client):
    folder = project(server, "stopped", numbers=NUMBERS, models=SLOW)
    client.python(f"""
import bauplan, time
client = bauplan.Client()
job = client.run({str(folder)!r}, detach=True).job_id
for _ in range(600):
    if 'now it runs' in [e.message for e in client.get_job_logs(job)]:
        break
    time.sleep(0.1)
client.cancel_job(job)
for _ in range(600):
    if 'ABORT' in str(client.get_job(job).status).upper():
        break
    time.sleep(0.1)
else:
    raise SystemExit('it was not stopped')
client.cancel_job(job)  # it is stopped: once more is no mistake
(done,) = client.get_jobs(filter_by_kinds=bauplan.JobKind.RUN, filter_by_statuses=bauplan.JobState.COMPLETE, limit=1)
try:
    client.cancel_job(done.id)
    raise SystemExit('stopped after its end')
except bauplan.exceptions.BauplanError as error:
    assert 'ended' in str(error), error
""")


if __name__ == "__main__":
    main([prints, a_failing_model, a_failed_expectation, ctrl_c, detached, logs, cancelled_through_the_package])
