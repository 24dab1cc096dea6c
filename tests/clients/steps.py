"""What side_by_side.py does through each client. Every step asserts what must come of it, not only that it is the same."""
import datetime
import json

from server import check
from test_jobs import NUMBERS, SLOW, wait_for, write_project

MODELS = """import bauplan


@bauplan.model(materialization_strategy='REPLACE')
@bauplan.python('3.11')
def multiplied(numbers=bauplan.Model('numbers'), factor=bauplan.Parameter('factor')):
    import pyarrow

    print('hello from multiplied')
    return pyarrow.table({'n': [factor * n.as_py() for n in numbers['n']]})


@bauplan.expectation()
@bauplan.python('3.11')
def three_rows(multiplied=bauplan.Model('multiplied')):
    return multiplied.num_rows == 3
"""
NO_JOB = "00000000-0000-4000-8000-000000000000"


def branch(side):
    return f"ada.{side.name}"


def project(side, name, **files):
    return str(write_project(side.folder / name, **files))


def identity(side):
    info = side.must("info", "info")
    check(info.user.username == "ada", info.user.username)


def branches(side):
    name = branch(side)
    made = side.must("made", "create_branch", name, "main")
    check(made.name == name and len(made.hash) == 64, repr(made))
    side.refused("again", "BranchExistsError", "create_branch", name, "main")
    side.must("if not there", "create_branch", name, "main", if_not_exists=True)
    side.must("got", "get_branch", name)
    side.must("got by value", "get_branch", made)
    check(side.must("has", "has_branch", name) is True, "has")
    check(side.must("has not", "has_branch", name + ".none") is False, "has not")
    check([b.name for b in side.must("listed", "get_branches", name=name)] == [name], "listed")
    check(len(side.must("one", "get_branches", name="main", limit=1)) == 1, "a limit")
    side.must("of a user", "get_branches", name=f"^{name}$", user="ada")
    side.must("another", "create_branch", name + ".other", made)
    side.refused("renamed to one there", "BranchExistsError", "rename_branch", name + ".other", name)
    side.must("renamed", "rename_branch", name + ".other", name + ".more")
    side.must("deleted", "delete_branch", name + ".more")
    side.refused("deleted again", "BranchNotFoundError", "delete_branch", name + ".more")
    side.must("deleted if there", "delete_branch", name + ".more", if_exists=True)
    side.refused("main", "DeleteBranchForbiddenError", "delete_branch", "main")
    side.refused("no ref", "InvalidRefError", "create_branch", name + ".bad", "not a ref!!!")
    side.refused("unknown ref", "RefNotFoundError", "create_branch", name + ".bad", name + ".none")
    side.refused("unknown", "BranchNotFoundError", "get_branch", name + ".none")
    side.see("no text", "get_branch", 7)


def tags(side):
    name = f"tag-{side.name}"
    made = side.must("made", "create_tag", name, branch(side))
    side.refused("again", "TagExistsError", "create_tag", name, "main")
    side.must("if not there", "create_tag", name, "main", if_not_exists=True)
    check(side.must("got", "get_tag", name).hash == made.hash, "got")
    check(side.must("has", "has_tag", made) is True, "has")
    check(side.must("has not", "has_tag", "none") is False, "has not")
    check([t.name for t in side.must("listed", "get_tags", filter_by_name=name)] == [name], "listed")
    side.must("some", "get_tags", filter_by_name=name, limit=5)
    side.must("renamed", "rename_tag", name, name + "-2")
    side.refused("a branch", "NotATagRefError", "rename_tag", "main", "x")
    side.refused("gone", "TagNotFoundError", "get_tag", name)
    side.must("deleted", "delete_tag", name + "-2")
    side.refused("deleted again", "TagNotFoundError", "delete_tag", name + "-2")
    side.must("deleted if there", "delete_tag", name + "-2", if_exists=True)


def namespaces(side):
    on = branch(side)
    side.must("made", "create_namespace", "extra", on, commit_body="a body", commit_properties={"k": "v"})
    side.refused("again", "NamespaceExistsError", "create_namespace", "extra", on)
    side.must("if not there", "create_namespace", "extra", on, if_not_exists=True)
    check(side.must("got", "get_namespace", "extra", on).name == "extra", "got")
    side.refused("unknown", "NamespaceNotFoundError", "get_namespace", "none", on)
    check(side.must("has", "has_namespace", "extra", on) is True, "has")
    check(side.must("has not", "has_namespace", "extra", "main") is False, "has not")
    check("extra" in [n.name for n in side.must("listed", "get_namespaces", on)], "listed")
    side.must("some", "get_namespaces", on, filter_by_name="ex", limit=1)
    side.refused("no ref", "RefNotFoundError", "get_namespaces", "ada.none")
    side.refused("on a commit", "NotAWriteBranchRefError", "create_namespace", "late", "@" + side.client.get_branch("main").hash)
    side.must("deleted", "delete_namespace", "extra", on)
    side.refused("deleted again", "NamespaceNotFoundError", "delete_namespace", "extra", on)
    side.must("deleted if there", "delete_namespace", "extra", on, if_exists=True, commit_properties={"a": "b"})


def imports(side):
    on = branch(side)
    files = side.work / "files"
    (files / "one.csv").write_text("id,fare,day\n1,7.5,2024-01-02\n2,8.5,2024-01-03\n")
    (files / "two.csv").write_text("id,fare,day\n3,9.5,2024-01-04\n")
    (files / "odd.csv").write_text("id,fare,day\n3,much,2024-01-04\n")
    uri = f"file://{files}/"
    plan = side.must("planned", "plan_table_creation", "trips", uri + "one.csv", branch=on, partitioned_by="day(day)")
    check(plan.job_status == "SUCCESS" and plan.can_auto_apply and "fare" in plan.plan, repr(plan), plan.error)
    side.must("applied", "apply_table_creation_plan", plan)
    side.see("applied again", "apply_table_creation_plan", plan)
    side.see("no plan", "apply_table_creation_plan", "a: [")
    side.see("two kinds", "plan_table_creation", "odd", uri + "o*.csv", branch=on)
    table = side.must("created", "create_table", "fares", uri + "one.csv", branch=on)
    check(table.name == "fares" and [f.name for f in table.fields] == ["id", "fare", "day"], repr(table))
    side.see("created again", "create_table", "fares", uri + "one.csv", branch=on)
    side.must("replaced", "create_table", "fares", uri + "one.csv", branch=on, replace=True)
    side.see("no files", "create_table", "nothing", uri + "none*.csv", branch=on)
    side.see("not allowed", "plan_table_creation", "nothing", "file:///etc/passwd", branch=on)
    state = side.must("imported", "import_data", "fares", uri + "one.csv", branch=on)
    check(state.job_status == "SUCCESS" and state.error is None, state.error)
    side.must("imported once", "import_data", "fares", uri + "one.csv", branch=on)
    side.must("imported twice", "import_data", "fares", uri + "one.csv", branch=on, import_duplicate_files=True)
    side.must("another", "import_data", "fares", uri + "two.csv", branch=on, best_effort=True, continue_on_error=True)
    rows = side.must("rows", "query", "select count(*) as n from fares", ref=on).to_pylist()
    check(rows == [{"n": 5}], rows)
    side.see("a file that does not fit", "import_data", "fares", uri + "odd.csv", branch=on)
    (files / "wide.csv").write_text("id,fare,day,extra\n4,1.5,2024-01-05,x\n")
    side.see("a column too many", "import_data", "trips", uri + "wide.csv", branch=on)
    side.see("which may be", "import_data", "trips", uri + "wide.csv", branch=on, best_effort=True)
    side.see("one of two fits", "import_data", "trips", uri + "o*.csv", branch=on, continue_on_error=True)
    side.see("no such table", "import_data", "none", uri + "one.csv", branch=on)
    later = side.must("detached", "import_data", "trips", uri + "two.csv", branch=on, detach=True)
    wait_for(lambda: str(side.client.get_job(later.job_id).status) == str(side.package.JobState.COMPLETE))


def external_tables(side):
    on = branch(side)
    where = side.must("where", "get_table", "fares", on).metadata_location
    side.see("metadata", "create_external_table_from_metadata", "linked", where, namespace="bauplan", branch=on)
    side.see("metadata again", "create_external_table_from_metadata", "linked", where, namespace="bauplan", branch=on)
    side.see("of parquet", "create_external_table_from_parquet", "outside", [f"file://{side.work}/files/*.parquet"], branch=on)


def tables(side):
    on = branch(side)
    table = side.must("got", "get_table", "fares", on)
    check((table.name, table.namespace, table.records) == ("fares", "bauplan", 5), table.name, table.records)
    side.must("by its whole name", "get_table", "bauplan.fares", on)
    side.must("by value", "get_table", table, on)
    side.must("of a namespace", "get_table", "fares", on, namespace="bauplan")
    side.refused("unknown", "TableNotFoundError", "get_table", "none", on)
    side.refused("unknown namespace", "NamespaceNotFoundError", "get_table", "fares", on, namespace="none")
    side.see("two namespaces", "get_table", "bauplan.fares", on, namespace="other")
    check(side.must("has", "has_table", "fares", on) is True, "has")
    check(side.must("has not", "has_table", "none", on, namespace="bauplan") is False, "has not")
    names = [t.name for t in side.must("listed", "get_tables", on)]
    check({"fares", "trips"} <= set(names), names)
    side.must("some", "get_tables", on, filter_by_name="fa", filter_by_namespace="bauplan", limit=1)
    side.must("with a branch", "create_branch", on + ".tables", on)
    other = on + ".tables"
    revert = {"source_ref": on, "into_branch": other}
    side.refused("same ref", "SameRefError", "revert_table", "fares", source_ref=on, into_branch=on)
    side.refused("same commit", "SameRefError", "revert_table", "fares", replace=True, **revert)
    side.must("deleted", "delete_table", "fares", other, commit_body="why", commit_properties={"k": "v"})
    side.refused("deleted again", "TableNotFoundError", "delete_table", "fares", other)
    side.must("deleted if there", "delete_table", "fares", other, if_exists=True, namespace="bauplan")
    side.refused("no namespace", "NamespaceIsNotEmptyError", "delete_namespace", "bauplan", other)
    side.must("reverted", "revert_table", "fares", commit_body="back", **revert)
    side.refused("identical", "RevertIdenticalTableError", "revert_table", "fares", replace=True, **revert)
    side.must("changed", "import_data", "fares", f"file://{side.work}/files/two.csv", branch=other, import_duplicate_files=True)
    side.refused("there", "RevertDestinationTableExistsError", "revert_table", "fares", **revert)
    side.must("replaced", "revert_table", "fares", replace=True, **revert)


def merges_and_commits(side):
    on, other = branch(side), branch(side) + ".tables"
    side.must("one change", "create_namespace", "here", on)
    side.must("another change", "create_namespace", "there", other)
    merged = side.must("merged", "merge_branch", other, on, commit_message="Bring it", commit_body="body", commit_properties={"z": "1"})
    check(merged.name == on, repr(merged))
    side.see("merged again", "merge_branch", other, on)
    side.refused("into a tag", "BranchNotFoundError", "merge_branch", other, "ada.none")
    newest = side.must("newest", "get_commits", on, limit=1)[0]
    check(newest.subject == "Bring it" and len(newest.parent_hashes) == 2 and newest.author.name == "ada", repr(newest))
    side.must("by message", "get_commits", on, filter_by_message="Bring", limit=1)
    side.must("by author", "get_commits", on, filter_by_author_username="ada", limit=3)
    side.must("by name and mail", "get_commits", on, filter_by_author_name="ada", filter_by_author_email="none@none", limit=3)
    check(len(side.must("by property", "get_commits", on, filter_by_properties={"z": "1"})) == 1, "by property")
    side.must("by parent", "get_commits", on, filter_by_parent_hash=newest.parent_hashes[0], limit=1)
    past = datetime.datetime(2001, 2, 3, tzinfo=datetime.timezone.utc)
    check(side.must("of long ago", "get_commits", on, filter_by_authored_date_end_at=past) == [], "long ago")
    side.must("since", "get_commits", on, filter_by_authored_date_start_at=past, limit=2)
    side.must("by expression", "get_commits", on, filter="commit.properties.z == '1'", limit=1)
    side.refused("no expression", "BadRequestError", "get_commits", on, filter="commit.")
    side.refused("nowhere", "RefNotFoundError", "get_commits", "ada.none")
    side.must("relative", "get_commits", on + "~1", limit=1)
    # Both changed one table since they parted.
    side.must("conflict: branch", "create_branch", on + ".left", on)
    for number, ref in enumerate((on, on + ".left")):
        uri = f"file://{side.work}/files/{'one' if number else 'two'}.csv"
        side.must("conflict: rows", "import_data", "trips", uri, branch=ref, import_duplicate_files=True)
    side.refused("conflict", "MergeConflictError", "merge_branch", on + ".left", on)
    for name in (other, on + ".left"):
        side.must("tidied", "delete_branch", name)


def runs(side):
    on = branch(side)
    good = project(side, "good", numbers=NUMBERS, models=MODELS)
    state = side.must("ran", "run", good, ref=on)
    check(state.job_status == "SUCCESS" and state.error is None, state.error)
    check(len(state.tasks_started) == len(state.tasks_stopped) == 3, state.tasks_started, state.tasks_stopped)
    check("hello from multiplied" in [line.message for line in state.user_logs], state.user_logs)
    side.must("parameters", "run", good, ref=on, parameters={"factor": 5}, namespace="bauplan", args={"a": "b"}, priority=3)
    rows = side.must("its rows", "query", "select n from multiplied order by n", ref=on).to_pylist()
    check(rows == [{"n": 5}, {"n": 10}, {"n": 15}], rows)
    side.see("an unknown parameter", "run", good, ref=on, parameters={"none": 5})
    side.must("dry", "run", good, ref=on, dry_run=True, parameters={"factor": 7}, cache=False, transaction=False)
    rows = side.client.query("select max(n) as n from multiplied", ref=on).to_pylist()
    check(rows == [{"n": 15}], "a dry run wrote", rows)
    broken = project(side, "broken", numbers=NUMBERS, models=MODELS.replace("return pyarrow", "raise ValueError('oh no')  #"))
    state = side.must("failed", "run", broken, ref=on)
    check(state.job_status == "FAILED" and "oh no" in state.error, state.job_status, state.error)
    failing = project(side, "failing", numbers=NUMBERS, models=MODELS.replace("== 3", "== 4"))
    state = side.must("a check", "run", failing, ref=on)
    check(state.job_status == "FAILED", state.job_status)
    state = side.must("a check, not strict", "run", failing, ref=on, strict=False)
    check(state.job_status == "SUCCESS", state.job_status, state.error)
    wrong = project(side, "wrong", models="import bauplan\n@bauplan.model(\n")
    side.see("mistakes", "run", wrong, ref=on)
    side.see("no project", "run", str(side.folder), ref=on)
    side.see("no branch", "run", good, ref=branch(side) + ".none")


def jobs(side):
    on = branch(side)
    state = side.package.JobState
    slow = project(side, "slow", numbers=NUMBERS, models=SLOW)
    job = side.must("detached", "run", slow, ref=on, detach=True).job_id
    wait_for(lambda: "now it runs" in [line.message for line in side.client.get_job_logs(job)])
    check(str(side.must("running", "get_job", job).status) == str(state.RUNNING), "it runs")
    side.must("listed", "get_jobs", filter_by_ids=[job])
    side.must("context", "get_job_context", job, include_logs=True, include_snapshot=True)
    side.must("cancelled", "cancel_job", job)
    wait_for(lambda: str(side.client.get_job(job).status) == str(state.ABORT))
    side.must("aborted", "get_job", job)
    side.see("cancelled again", "cancel_job", job)
    side.must("its logs", "get_job_logs", job)
    short = side.see("time is up", "run", slow, ref=on, client_timeout=2)
    check(getattr(short, "job_status", "TIMEOUT") != "SUCCESS", repr(short))
    listed = side.must("kinds", "get_jobs", filter_by_kinds="CodeSnapshotRun", filter_by_statuses="abort", filter_by_users="ada", limit=1)
    check(len(listed) == 1, listed)
    none = side.must("long ago", "get_jobs", filter_by_created_before=datetime.datetime(2001, 2, 3, tzinfo=datetime.timezone.utc))
    check(none == [], none)
    good = [j for j in side.client.get_jobs(limit=500) if str(j.status) == str(state.COMPLETE)]
    check(good, "some are complete")
    run = side.must("once more", "run", str(side.folder / "good"), ref=on).job_id
    context = side.must("contexts", "get_job_contexts", [run], include_snapshot=True, include_logs=True)[0]
    check(context.snapshot_dict["numbers.sql"] == NUMBERS and context.project_name == "trial", context.snapshot_dict)
    for method in ("get_job", "get_job_logs", "get_job_context", "cancel_job"):
        side.see("no job: " + method, method, NO_JOB)
    side.see("no jobs: contexts", "get_job_contexts", [NO_JOB])
    side.see("no kind", "get_jobs", filter_by_kinds="none")
    side.see("no id", "get_job", "what")


def queries(side):
    on = branch(side)
    text = "select range as n, 'row ' || range as s from range(5)"
    check(side.must("rows", "query", text).num_rows == 5, "rows")
    check(side.must("some", "query", text, max_rows=2, cache="off", priority=2).num_rows == 2, "some")
    check(side.must("none", "query", "select 1 as a where false", ref=on).num_rows == 0, "none")
    side.must("types", "query", """select true b, 1::tinyint i8, 1::int i, 1::bigint l, 1.5::float f, 1.5::double d,
        1.25::decimal(10,2) price, 'x' s, 'x'::blob raw, date '2020-01-02' dt, time '01:02:03' clock,
        timestamp '2020-01-02 03:04:05' ts, timestamptz '2020-01-02 03:04:05+00' tz, [1,2] li,
        {'a': 1, 'b': 'c'} st, map {'k': 1} m, null n""")
    for name in ("selec 1", "select nonsense", "select * from none", "select * from read_csv('/etc/passwd')", ""):
        side.refused(f"wrong: {name}", "BauplanQueryError", "query", name, ref=on)
    side.refused("no ref", "BauplanQueryError", "query", "select 1", ref=on + ".none")
    side.see("no priority", "query", "select 1", priority=11)
    check(len(side.must("generated", "query_to_generator", text, max_rows=3)) == 3, "generated")
    for name, options in (("json", {}), ("json", {"file_format": "jsonl"}), ("csv", {}), ("parquet", {})):
        place = side.folder / f"rows.{name}"
        side.must(f"to {name} {options}", f"query_to_{name}_file", place, text, **options)
        if name != "parquet":
            side.seen.append(("file", place.read_text()))
    check(json.loads((side.folder / "rows.json").read_text().splitlines()[0])["n"] == 0, "the lines of jsonl")
    side.see("failed file", "query_to_csv_file", side.folder / "no.csv", "select nonsense")
    table = side.must("scanned", "scan", "fares", ref=on, columns=["id"], filters="id > 1", limit=3)
    check(table.column_names == ["id"] and table.num_rows == 3, table)
    side.must("all", "scan", "fares", ref=on, namespace="bauplan", filters="fare >= 8.5 and day is not null")
    side.see("no columns", "scan", "fares", ref=on, columns=[])
    side.see("no condition", "scan", "fares", ref=on, filters="id >")
    side.see("no table", "scan", "none", ref=on)
    side.see("no column", "scan", "fares", ref=on, columns=["none"])


def ours_alone(side):
    """What only our package has."""
    if side.name == "stock":
        return
    on, client, errors = branch(side), side.client, side.package.exceptions
    text = "select range as n from range(10)"
    check(list(client.query_pandas(text)["n"]) == list(range(10)), "pandas")
    check(client.query_polars(text)["n"].to_list() == list(range(10)), "polars")
    check(client.query_to_batches(text).read_all().num_rows == 10, "batches")
    try:
        client.run(str(side.folder / "broken"), ref=on, raise_on_error=True)
        raise AssertionError("it raised nothing")
    except errors.JobFailedError as error:
        check(error.state.job_status == "FAILED" and "oh no" in str(error), error)
    client.run(str(side.folder / "good"), ref=on, raise_on_error=True)
    try:
        client.import_data("fares", f"file://{side.work}/files/odd.csv", branch=on, raise_on_error=True)
        raise AssertionError("it raised nothing")
    except errors.JobFailedError as error:
        check(error.state.job_status == "FAILED", error)


STEPS = [identity, branches, tags, namespaces, imports, external_tables, tables, merges_and_commits, runs, jobs, queries, ours_alone]
