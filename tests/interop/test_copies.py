"""Between functions nothing is copied: bytes are counted per task."""
import pyarrow as pa

from tables import Peers

ROWS = 50_000

MODELS = """
    import bauplan
    import pyarrow as pa
    import pyarrow.compute as pc

    @bauplan.model()
    @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
    def second(first=bauplan.Model("first")):
        return first

    @bauplan.model()
    @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
    def third(second=bauplan.Model("second", columns=["s", "n"])):
        return second.rename_columns(["text", "n"])

    @bauplan.model(materialization_strategy="REPLACE")
    @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
    def fourth(third=bauplan.Model("third")):
        return third.append_column("m", pc.add(third["n"], 1))

    @bauplan.model()
    @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
    def filtered(first=bauplan.Model("first", filter="n < 100")):
        return first

    @bauplan.expectation()
    @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
    def check(fourth=bauplan.Model("fourth"), second=bauplan.Model("second")):
        return fourth.num_rows == second.num_rows
"""


def counters(lake, project):
    lake.run("run", "-p", project)
    job = lake.json("job", "ls")
    job = (job if isinstance(job, list) else job["jobs"])[0]["job_id"]
    tasks = lake.json("job", "get", job)["tasks"]
    return {task["name"]: task["counters"] for task in tasks}


def test_a_table_that_is_passed_on_is_not_copied(lake):
    table = pa.table({"n": range(ROWS), "s": [f"text {i}" for i in range(ROWS)]})
    lake.ingest("source", table)
    seen = counters(lake, lake.project({"models.py": MODELS, "first.sql": "SELECT n, s FROM source\n"}))
    whole = seen["first"]["copy.bytes"]
    assert whole >= ROWS * 8  # the result of SQL comes into shared memory once
    assert seen["second"]["copy.bytes"] == 0
    assert seen["third"]["copy.bytes"] == 0
    assert ROWS * 8 <= seen["fourth"]["copy.bytes"] < ROWS * 8 + 10_000  # the new column alone
    assert seen["check"]["copy.bytes"] == 0
    assert 0 < seen["filtered"]["copy.bytes"] < whole / 10  # what the filter left, nothing more
    assert seen["third"]["input.rows"] == ROWS
    expected = pa.table({"text": table["s"], "n": table["n"], "m": pa.array(range(1, ROWS + 1))})
    Peers().same(lake, "fourth", expected)


def test_a_filter_on_a_table_reads_less(lake):
    path = lake.file("months.parquet", pa.table({
        "m": [f"2024-{1 + i % 12:02}" for i in range(1200)], "n": range(1200)}))
    lake.run("ingest", "months", path, "--partitioned-by", "m")
    seen = counters(lake, lake.project({"models.py": """
        import bauplan

        @bauplan.model()
        @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
        def march(months=bauplan.Model("months", columns=["n"], filter="m = '2024-03'")):
            assert months.num_rows == 100 and months.column_names == ["n"]
            return months

        @bauplan.model()
        @bauplan.python("3.11", pip={"pyarrow": "26.0.1"})
        def all_of_them(months=bauplan.Model("months")):
            return months
    """}))
    march, whole = seen["march"], seen["all_of_them"]
    assert (march["scan.files_read"], march["scan.files_skipped"]) == (1, 11)
    assert march["scan.row_groups_read"] == 1
    assert (whole["scan.files_read"], whole["scan.files_skipped"]) == (12, 0)
    assert whole["scan.row_groups_read"] == 12
    assert 0 < march["scan.bytes_read"] < whole["scan.bytes_read"] / 8
    assert march["copy.bytes"] < whole["copy.bytes"] / 8
