"""Clients that go away at each stage of a job, that never read, and a thousand of them at once."""
import concurrent.futures
import threading
import time

import grpc
import pyarrow.flight
import pytest

from fortress import PROJECT_FILE, archive, commander, code_of, wait_until

SQL_MODEL = "-- bauplan: materialization_strategy=REPLACE\nselect 1 as n\n"
SLOW_MODEL = """import bauplan


@bauplan.model()
@bauplan.python('3.11')
def slow():
    import time

    for i in range(600):
        print('still here', i, flush=True)
        time.sleep(0.1)
    return [{'n': 1}]
"""
LOUD_MODEL = """import bauplan


@bauplan.model()
@bauplan.python('3.11')
def loud():
    for i in range(60_000):
        print('x' * 500)
    return [{'n': 1}]
"""
ROWS = "select range as n, repeat('x', 200) as text from range(3000000)"
SUBSCRIBERS = 1000


def project(**files):
    return archive([("bauplan_project.yml", PROJECT_FILE), *((f"{name.replace('_dot_', '.')}", text) for name, text in files.items())])


def status_of(server, channel, job):
    jobs = server.jobs(channel).GetJobs(commander.GetJobsRequest(job_ids=[job], all_users=True), metadata=server.metadata(), timeout=60).jobs
    return jobs[0].human_readable_status.lower() if jobs else ""


def follow(server, channel, job, timeout=120):
    return server.jobs(channel).SubscribeLogs(commander.SubscribeLogsRequest(job_id=job), metadata=server.metadata(), timeout=timeout)


def test_gone_after_submit(server):
    """The run goes on without its client, and ends."""
    with server.channel() as channel:
        job = server.submit(channel, project(one_dot_sql=SQL_MODEL), ref="main").job_response_common.job_id
    with server.channel() as channel:
        assert wait_until(lambda: "complete" in status_of(server, channel, job), 60), status_of(server, channel, job)


def test_gone_while_subscribed(server):
    with server.channel() as other:
        job = server.submit(other, project(slow_dot_py=SLOW_MODEL), ref="main").job_response_common.job_id
        for how in ("cancel", "close", "deadline"):
            channel = server.channel()
            stream = follow(server, channel, job, 2 if how == "deadline" else 60)
            next(stream)
            if how == "cancel":
                stream.cancel()
            elif how == "deadline":
                assert code_of(lambda: list(stream)) == "DEADLINE_EXCEEDED"
            channel.close()
            assert wait_until(lambda: server.gauge("boathouse_subscribers") == 0), how
        assert "running" in status_of(server, other, job)
        server.jobs(other).CancelJob(commander.CancelJobRequest(job_id=commander.JobId(id=job)), metadata=server.metadata(), timeout=60)
        assert wait_until(lambda: "abort" in status_of(server, other, job)), status_of(server, other, job)


@pytest.mark.parametrize("stage", ["asked", "listed", "first rows", "in the middle"])
def test_gone_while_fetching(server, stage):
    with server.channel() as channel:
        token = server.token_of(channel, server.query(channel, ROWS))
    if stage != "asked":
        client, options = server.flight(token)
        (info,) = client.list_flights(b'{"max_rows": 3000000}', options)
        if stage != "listed":
            reader = client.do_get(info.endpoints[0].ticket, options)
            for _ in range(1 if stage == "first rows" else 20):
                reader.read_chunk()
            reader.cancel()
        client.close()
    if stage in ("asked", "listed"):  # nobody comes for it: who asks next may still fetch it, until it expires
        client, options = server.flight(token)
        list(client.do_action(pyarrow.flight.Action("shutdown", b""), options))
        client.close()


def test_a_result_is_fetched_once(server):
    with server.channel() as channel:
        token = server.token_of(channel, server.query(channel, "select 1 as n"))
    client, options = server.flight(token)
    (info,) = client.list_flights(b"", options)
    assert client.do_get(info.endpoints[0].ticket, options).read_all().num_rows == 1
    with pytest.raises((pyarrow.flight.FlightError, pyarrow.ArrowException)):
        client.do_get(info.endpoints[0].ticket, options).read_all()
    client.close()


def test_who_never_reads(server):
    """30 MB of output for subscribers that take nothing: the run and another subscriber go on at their speed."""
    with server.channel() as channel:
        job = server.submit(channel, project(loud_dot_py=LOUD_MODEL), ref="main").job_response_common.job_id
        silent = []
        for _ in range(20):
            raw = server.channel()
            silent.append((raw, follow(server, raw, job)))  # never iterated: HTTP/2 flow control stops it
        last = None
        for last in follow(server, channel, job):
            pass
        assert last.runner_event.HasField("job_completion")
        assert wait_until(lambda: "complete" in status_of(server, channel, job), 60)
        for raw, stream in silent:
            stream.cancel()
            raw.close()


def test_a_thousand_subscribers(server):
    """All of them get all events, from one reading of the job's log."""
    counts, failures = [], []
    with server.channel() as channel:
        job = server.submit(channel, project(slow_dot_py=SLOW_MODEL), ref="main").job_response_common.job_id
        channels = [server.channel() for _ in range(10)]
        started = threading.Semaphore(0)

        def listen(n):
            seen = 0
            try:
                for message in follow(server, channels[n % len(channels)], job):
                    if seen == 0:
                        started.release()
                    seen += message.runner_event.HasField("runtime_user_log")
            except grpc.RpcError as error:
                failures.append(error)
            counts.append(seen)

        with concurrent.futures.ThreadPoolExecutor(SUBSCRIBERS) as pool:
            for n in range(SUBSCRIBERS):
                pool.submit(listen, n)
            for _ in range(SUBSCRIBERS):
                assert started.acquire(timeout=60)
            assert server.gauge("boathouse_subscribers") == SUBSCRIBERS
            threads = server.cost().threads
            assert server.healthy()
            server.jobs(channel).CancelJob(commander.CancelJobRequest(job_id=commander.JobId(id=job)), metadata=server.metadata(), timeout=60)
        for each in channels:
            each.close()
    assert not failures, failures[0]
    assert len(counts) == SUBSCRIBERS and len(set(counts)) == 1 and counts[0] > 0, sorted(set(counts))
    assert threads < 150, threads
