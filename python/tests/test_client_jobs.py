"""Jobs against a server that sends the events the test says, beside the stock client's answers."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading

import boathouse
import grpc
import pyarrow
import pytest
from boathouse import exceptions
from boathouse.client import AsyncClient, Client
from boathouse.client.protocol import commander as wire
from stand_in import SUCCESS, done, small_table

ID = "01234567-89ab-4cde-8f01-23456789abcd"
FAILURE = done(failure=wire.JobFailure(error_message="boom", error_code=1))
TASK = wire.TaskMetadata(
    level=1, function_name="f", model_name="m", file_name="models.py", line_number=3
)
MOMENT = {"seconds": 1700000000}


@pytest.fixture
def stock(server, tmp_path, monkeypatch):
    """The unmodified client, at the same server."""
    bauplan = pytest.importorskip("bauplan") if os.environ.get("CI") != "true" else None
    if bauplan is None:
        import bauplan
    monkeypatch.setenv("BAUPLAN_API_ENDPOINT", server.endpoint)
    monkeypatch.setenv("BAUPLAN_API_KEY", "key")
    monkeypatch.setenv("HOME", str(tmp_path))
    return bauplan.Client()


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "project"
    place.mkdir()
    (place / "bauplan_project.yml").write_text(
        f"project: {{id: {ID}, name: trial}}\nparameters: {{n: {{type: int, default: 3}}}}\n"
    )
    (place / "models.py").write_text("x = 1\n")
    return str(place)


def printed(text, kind=2, level=4, stream=1):
    log = wire.RuntimeLogEvent(
        level=level, output_stream=stream, type=kind, msg=text, task_metadata=TASK
    )
    return wire.RunnerEvent(runtime_user_log=log)


def task_events():
    start = wire.TaskStartEvent(task_metadata=TASK, timestamp=MOMENT, task_id="t1", task_name="m")
    end = wire.TaskCompleteEvent(
        success=wire.TaskSuccess(), task_metadata=TASK, timestamp=MOMENT, task_id="t1"
    )
    return [
        wire.RunnerEvent(task_start=start),
        wire.RunnerEvent(global_liveliness_heartbeat=wire.GlobalLivelinessHeartbeat()),
        printed("hello"),
        printed("of the system", kind=1),
        printed("no level", level=0),
        wire.RunnerEvent(),
        wire.RunnerEvent(task_completion=end),
    ]


def never(server):
    """A stream that goes on until the job is cancelled."""

    def events(context):
        server.started.set()
        server.cancelled.wait(30)
        return iter(())

    server.started = threading.Event()
    return events


OUTCOMES = {
    "success": [SUCCESS],
    "failure": [FAILURE],
    "cancellation": [done(cancellation=wire.JobCancellation(reason="r"))],
    "rejected": [done(rejected=wire.JobRejected(reason="full"))],
    "timeout": [done(timeout=wire.JobTimeout(msg="r"))],
    "heartbeat": [done(heartbeat_failure=wire.JobHeartbeatFailure())],
    "empty": [done()],
    "no completion": [],
}


def fields(value):
    return {name: getattr(value, name) for name in dir(value) if not name.startswith("_")}


def run_facts(state):
    facts = fields(state)
    facts["ctx"] = fields(state.ctx)
    facts["user_logs"] = [
        (line.message, int(line.level), int(line.stream)) for line in state.user_logs
    ]
    for name in ("duration", "duration_ns", "started_at_ns", "ended_at_ns"):
        facts.pop(name)
    return facts


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_run_tells_what_the_stock_client_tells(server, client, stock, folder, outcome):
    server.events = task_events() + OUTCOMES[outcome]
    server.calls["CodeSnapshotRun"] = lambda request: wire.CodeSnapshotRunResponse(
        job_response_common=wire.JobResponseCommon(job_id="job-1"),
        snapshot_id="s1",
        ref="main",
        namespace="bauplan",
        dry_run=request.dry_run == 1,
        strict=request.strict,
        cache=request.cache,
        transaction=request.transaction,
        preview="off",
    )
    options = {"dry_run": True, "cache": False, "parameters": {"n": 4}, "args": {"a": "b"}}
    ours, theirs = client.run(folder, **options), stock.run(folder, **options)
    assert run_facts(ours) == run_facts(theirs)
    assert ours.ended_at_ns >= ours.started_at_ns and ours.duration == ours.duration_ns / 1e9
    mine, other = server.requests("CodeSnapshotRun")
    for request in (mine, other):
        request.ClearField("zip_file")
        request.job_request_common.ClearField("module_version")
    assert mine == other
    assert (ours.user_logs[0].model, ours.user_logs[0].line) == ("m", 3)


def test_raise_on_error_raises_with_the_state(server, client, folder):
    server.events = task_events() + [FAILURE]
    with pytest.raises(exceptions.JobFailedError, match="boom") as caught:
        client.run(folder, raise_on_error=True)
    assert caught.value.state.job_status == "FAILED" and len(caught.value.state.user_logs) == 1
    for start in (
        lambda: client.import_data("t", "s3://b/*", raise_on_error=True),
        lambda: client.create_external_table_from_parquet("t", ["s3://b"], raise_on_error=True),
        lambda: client.plan_table_creation("t", "s3://b", raise_on_error=True),
    ):
        with pytest.raises(exceptions.JobFailedError, match="boom"):
            start()
    server.events = [SUCCESS]
    assert client.run(folder, raise_on_error=True).job_status == "SUCCESS"


def test_a_detached_run_is_not_followed(server, client, stock, folder):
    ours, theirs = client.run(folder, detach=True), stock.run(folder, detach=True)
    assert run_facts(ours) == run_facts(theirs) and ours.job_status is None
    assert ours.duration is None


def test_time_that_is_up_cancels_the_job_in_both_clients(server, client, stock, folder):
    for start, expected in (
        (lambda: client.run(folder, client_timeout=1), exceptions.JobFailedError),
        (lambda: client.query("q", client_timeout=1), exceptions.BauplanQueryError),
        (lambda: stock.run(folder, client_timeout=1), Exception),
    ):
        server.events = never(server)
        with pytest.raises(expected, match="timed out"):
            start()
        assert server.cancelled.wait(10)
        server.cancelled.clear()
    assert [request.job_id.id for request in server.requests("CancelJob")] == ["job-1"] * 3


INTERRUPTED = """
import sys
import boathouse
client = boathouse.Client(api_endpoint=sys.argv[1], api_key="key")
try:
    client.run(sys.argv[2])
except KeyboardInterrupt:
    sys.exit(7)
"""


def test_ctrl_c_cancels_the_job(server, folder):
    server.events = never(server)
    source = os.path.dirname(os.path.dirname(boathouse.__file__))
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(INTERRUPTED), server.endpoint, folder],
        env={**os.environ, "PYTHONPATH": source},
    ) as process:
        try:
            assert server.started.wait(60)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 7
        finally:
            process.kill()
    assert server.cancelled.is_set()


def test_a_cancelled_task_cancels_the_job(server, folder):
    server.events = never(server)

    async def start_and_cancel():
        async with AsyncClient(api_endpoint=server.endpoint, api_key="key") as client:
            task = asyncio.ensure_future(client.run(folder))
            await asyncio.get_running_loop().run_in_executor(None, server.started.wait, 60)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.get_running_loop().run_in_executor(None, server.cancelled.wait, 60)

    asyncio.run(start_and_cancel())
    assert server.cancelled.is_set()


def test_the_asynchronous_client_does_the_same(server):
    _, where = server.rows(small_table())
    server.events = [where, SUCCESS]
    server.rest["GET", "/catalog/v0/branches"] = lambda query, body: (
        200,
        {"data": [{"name": f"b{i}", "hash": "a"} for i in range(600)], "metadata": {}},
    )

    async def ask():
        async with AsyncClient(api_endpoint=server.endpoint, api_key="key") as client:
            tables = await asyncio.gather(*[client.query("q") for _ in range(4)])
            assert all(table.equals(small_table()) for table in tables)
            rows = [row async for row in client.query_to_generator("q")]
            names = [branch.name async for branch in client.get_branches()]
            with pytest.raises(exceptions.NotFoundError):
                await client.get_tag("x")
            return rows, names

    rows, names = asyncio.run(ask())
    assert rows == small_table().to_pylist() and len(names) == 600


def test_both_clients_have_every_method():
    for name in (name for name in dir(Client) if not name.startswith("_")):
        assert hasattr(AsyncClient, name), name


def test_rows_come_as_the_stock_client_gives_them(server, client, stock, tmp_path):
    rows, where = server.rows(wide_table())
    server.events = [where, SUCCESS]
    assert client.query("q").equals(stock.query("q"))
    assert list(client.query_to_generator("q")) == list(stock.query_to_generator("q"))
    assert client.query("q", max_rows=1).num_rows == 1
    assert rows.criteria[-1] == {"max_rows": 1} and rows.shutdowns == 5
    for name in ("query_to_json_file", "query_to_csv_file", "query_to_parquet_file"):
        ours, theirs = tmp_path / "ours", tmp_path / "theirs"
        assert getattr(client, name)(ours, "q") == ours
        getattr(stock, name)(str(theirs), "q")
        if name == "query_to_parquet_file":
            assert pyarrow.parquet.read_table(ours).equals(pyarrow.parquet.read_table(theirs))
        else:
            assert ours.read_text() == theirs.read_text()
    client.query_to_json_file(ours, "q", file_format="jsonl")
    stock.query_to_json_file(str(theirs), "q", file_format="jsonl")
    assert ours.read_text() == theirs.read_text()
    assert not list(tmp_path.glob(".*.partial"))


def wide_table():
    import datetime
    import decimal

    import pyarrow.parquet  # noqa: F401

    at = datetime.datetime(2024, 1, 2, 3, 4, 5, 600)
    columns = {
        "whole": pyarrow.array([1, None]),
        "float": pyarrow.array([1.0, 0.1]),
        "single": pyarrow.array([0.1, None], pyarrow.float32()),
        "text": pyarrow.array(['a,b"c\n', None]),
        "flag": pyarrow.array([True, None]),
        "micro": pyarrow.array([at, None], pyarrow.timestamp("us")),
        "nano": pyarrow.array([1704164645000000001, None], pyarrow.timestamp("ns")),
        "utc": pyarrow.array([at, None], pyarrow.timestamp("us", "UTC")),
        "day": pyarrow.array([datetime.date(1969, 12, 31), None]),
        "time": pyarrow.array([datetime.time(1, 2, 3, 400000), None], pyarrow.time64("us")),
        "decimal": pyarrow.array([decimal.Decimal("1.50"), None], pyarrow.decimal128(10, 2)),
        "binary": pyarrow.array([b"\x01\xff", None]),
    }
    return pyarrow.table(columns)


def test_rows_become_frames_and_batches(server, client):
    _, where = server.rows(small_table())
    server.events = [where, SUCCESS]
    assert client.query_pandas("q")["a"].tolist() == [1, 2, 3]
    assert client.query_polars("q")["b"].to_list() == ["x", None, "z"]
    with client.query_to_batches("q") as reader:
        assert reader.read_all().equals(small_table())


def test_no_rows_keep_their_columns(server, client):
    _, where = server.rows(small_table().slice(0, 0))
    server.events = [where, SUCCESS]
    assert client.query("q").equals(small_table().slice(0, 0))
    assert list(client.query_to_generator("q")) == []


def test_columns_that_were_not_announced_are_an_error_but_nullability_is_not(server, client):
    announced = pyarrow.schema([("a", pyarrow.int64(), False), ("b", pyarrow.string())])
    _, where = server.rows(small_table(), announced)
    server.events = [where, SUCCESS]
    assert client.query("q").schema == announced
    _, where = server.rows(small_table(), pyarrow.schema([("a", pyarrow.int32())]))
    server.events = [where, SUCCESS]
    with pytest.raises(exceptions.BauplanQueryError, match="announced"):
        client.query("q")


def test_a_file_is_not_touched_by_a_query_that_fails(server, client, tmp_path):
    target = tmp_path / "rows.csv"
    target.write_text("before")
    rows, where = server.rows(small_table())
    rows.failure = pyarrow.ArrowInvalid("gone")
    server.events = [where, SUCCESS]
    with pytest.raises(exceptions.BauplanQueryError, match="failed to fetch"):
        client.query_to_csv_file(target, "q")
    assert target.read_text() == "before" and list(tmp_path.iterdir()) == [target]
    nested, where = server.rows(pyarrow.table({"l": [[1]]}))
    server.events = [where, SUCCESS]
    with pytest.raises(exceptions.BauplanQueryError, match="not for CSV"):
        client.query_to_csv_file(target, "q")


@pytest.mark.parametrize(
    "options",
    [{"max_rows": -1}, {"cache": "maybe"}, {"priority": 0}, {"priority": 11},
     {"client_timeout": 0}, {"ref": ""}],
)  # fmt: skip
def test_wrong_options_are_refused_before_anything_is_sent(server, client, options):
    with pytest.raises(ValueError):
        client.query("q", **options)
    assert server.seen == []


def test_what_the_server_refuses_has_the_class_the_stock_client_uses(server, client, stock, folder):
    import bauplan.exceptions

    def refuse(request):
        return grpc.StatusCode.INVALID_ARGUMENT, "no such column 'x'"

    for name in ("QueryRun", "CodeSnapshotRun", "GetJobs", "GetBauplanInfo", "TableDataImport"):
        server.calls[name] = refuse
    for call in (
        lambda c: c.query("q"),
        lambda c: c.run(folder),
        lambda c: c.get_job("x"),
        lambda c: c.info(),
        lambda c: c.import_data("t", "s3://b"),
    ):
        with pytest.raises(bauplan.exceptions.BauplanError, match="no such column") as theirs:
            call(stock)
        with pytest.raises(exceptions.BauplanError, match="no such column") as ours:
            call(client)
        expected = getattr(exceptions, type(theirs.value).__name__)
        assert isinstance(ours.value, expected)


PLAN = wire.TableCreatePlanDoneEvent(
    plan_as_yaml="schema_info: {}", can_auto_apply=True, files_to_be_imported=["s3://b/1"]
)


def plan(**changes):
    event = wire.TableCreatePlanDoneEvent()
    event.CopyFrom(PLAN)
    event.MergeFrom(wire.TableCreatePlanDoneEvent(**changes))
    for name, value in changes.items():
        setattr(event, name, value)
    return wire.RunnerEvent(table_create_plan_done_event=event)


def test_a_plan_carries_its_document(server, client, stock):
    server.events = [plan(), SUCCESS]
    ours, theirs = (c.plan_table_creation("t", "s3://b/*") for c in (client, stock))
    facts, other = fields(ours), fields(theirs)
    assert fields(facts.pop("ctx")) == fields(other.pop("ctx"))
    assert facts == other and ours.plan == "schema_info: {}" and ours.can_auto_apply
    assert client.apply_table_creation_plan(ours).job_status == "SUCCESS"
    assert server.requests("TableCreatePlanApply")[0].plan_yaml == "schema_info: {}"
    with pytest.raises(exceptions.InvalidPlanError):
        client.apply_table_creation_plan("")


@pytest.mark.parametrize(
    "events",
    [[FAILURE], [SUCCESS], [plan(can_auto_apply=False), SUCCESS], [plan(error_message="e"), SUCCESS]],
)
def test_a_table_whose_plan_is_no_good_is_not_created(server, client, stock, events):
    server.events = events
    with pytest.raises(exceptions.TableCreatePlanStatusError) as ours:
        client.create_table("t", "s3://b/*")
    with pytest.raises(Exception) as theirs:
        stock.create_table("t", "s3://b/*")
    assert type(ours.value).__name__ == type(theirs.value).__name__
    assert ours.value.state.job_status == theirs.value.state.job_status
    assert not server.requests("TableCreatePlanApply")


def test_a_failed_application_raises(server, client):
    server.events = [FAILURE]
    with pytest.raises(exceptions.TableCreatePlanApplyStatusError, match="boom") as caught:
        client.apply_table_creation_plan("schema_info: {}")
    assert caught.value.state.job_id == "job-1"


def job(number):
    return wire.JobInfo(
        id=f"j{number}",
        kind_type=2,
        status=5,
        user="ada",
        human_readable_status="Failed",
        created_at=MOMENT,
        error_message="boom",
    )


def test_jobs_are_listed_page_by_page_as_the_stock_client_does(server, client, stock):
    def pages(request):
        if request.pagination_token == "2":
            return wire.GetJobsResponse(jobs=[job(3)])
        return wire.GetJobsResponse(jobs=[job(1), job(2)], pagination_token="2")

    server.calls["GetJobs"] = pages
    ours, theirs = list(client.get_jobs()), list(stock.get_jobs())
    assert [fields(j) | {"kind": 0, "status": 0} for j in ours] == [
        fields(j) | {"kind": 0, "status": 0} for j in theirs
    ]
    assert [(int(j.kind), str(j.kind), int(j.status), str(j.status)) for j in ours] == [
        (int(j.kind), str(j.kind), int(j.status), str(j.status)) for j in theirs
    ]
    assert [j.id for j in client.get_jobs(limit=1)] == ["j1"]


def test_jobs_are_asked_for_as_the_stock_client_asks(server, client, stock):
    import datetime

    server.calls["GetJobs"] = lambda request: wire.GetJobsResponse()
    at = datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    for filters in (
        {},
        {"filter_by_current_user": False, "limit": 3},
        {"filter_by_ids": "a", "filter_by_users": ["b", "c"]},
        {"filter_by_kinds": "table-import", "filter_by_statuses": ["not-started", "FAIL"]},
        {"filter_by_created_after": at, "filter_by_created_before": at},
    ):
        list(client.get_jobs(**filters))
        list(stock.get_jobs(**filters))
        assert server.seen[-2] == server.seen[-1]
    for wrong in ({"filter_by_kinds": "nope"}, {"filter_by_statuses": "nope"}):
        with pytest.raises(ValueError, match="nope"):
            client.get_jobs(**wrong)


def test_logs_and_context(server, client, stock, folder):
    from boathouse.client.project import pack, read_project

    server.calls["GetLogs"] = lambda request: wire.GetLogsResponse(events=task_events())
    found = [(line.message, int(line.level)) for line in client.get_job_logs("j1")]
    assert found == [(line.message, int(line.level)) for line in stock.get_job_logs("j1")]
    context = wire.JobContext(
        job_id="j1",
        project_id=ID,
        ref="",
        transaction_branch=wire.BauplanRef(name="tx"),
        code_snapshot=pack(read_project(folder)),
        models=[wire.ModelNode(model_id="1", model_name="m")],
        model_deps=[wire.ModelEdge(destination_id="1")],
        sql_query="select 1",
    )
    server.calls["GetJobContext"] = lambda request: wire.GetJobContextResponse(
        job_contexts=[context], errors=[]
    )
    ours, theirs = (c.get_job_context("j1", include_snapshot=True) for c in (client, stock))
    for name in ("id", "project_id", "ref", "tx_ref", "snapshot_dict", "sql_query", "error_message"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.snapshot_dict["models.py"] == "x = 1\n"
    assert ours.dag_edges[0].source_model is theirs.dag_edges[0].source_model is None
    assert [context.id for context in client.get_job_contexts(["j1", "j2"])] == ["j1"]
    error = wire.JobError(job_id="j1", error_msg="gone")
    server.calls["GetJobContext"] = lambda request: wire.GetJobContextResponse(errors=[error])
    with pytest.raises(exceptions.BauplanJobError, match="gone"):
        client.get_job_context("j1")
    assert client.get_job_contexts("j1") == []


def test_a_job_that_is_not_cancelled_says_why(server, client):
    client.cancel_job("j1")
    server.calls["CancelJob"] = lambda request: wire.CancelJobResponse(status=2, message="over")
    with pytest.raises(exceptions.BauplanJobError, match="over"):
        client.cancel_job("j1")


def test_info_needs_both_parts(server, client, stock):
    full = wire.GetBauplanInfoResponse(
        organization_info=wire.OrganizationInfo(id="o", default_parameter_secret_key="k"),
        user_info=wire.UserInfo(username="ada", first_name="Ada", last_name="L"),
        runners=[wire.RunnerNodeInfo(hostname="h")],
        client_version="c",
    )
    server.calls["GetBauplanInfo"] = lambda request: full
    ours, theirs = client.info(), stock.info()
    assert ours.user.full_name == theirs.user.full_name == "Ada L"
    for part in ("user", "organization"):
        expected = fields(getattr(theirs, part))
        assert {k: v for k, v in fields(getattr(ours, part)).items() if k in expected} == expected
    assert ours.runners[0].hostname == theirs.runners[0].hostname
    for missing in ("organization_info", "user_info"):
        partial = wire.GetBauplanInfoResponse()
        partial.CopyFrom(full)
        partial.ClearField(missing)
        server.calls["GetBauplanInfo"] = lambda request, reply=partial: reply
        with pytest.raises(exceptions.BauplanError, match="info in response"):
            client.info()


def test_the_key_goes_with_every_call(server, client):
    client.cancel_job("j1")
    assert server.metadata[-1]["authorization"] == "Bearer key"
    assert server.metadata[-1]["user-agent"].startswith("boathouse-python/")
