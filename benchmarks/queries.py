"""The same SQL over the same Parquet files: through a lake, and by DuckDB alone; in one process and as processes."""

import json
import os
import statistics
import subprocess
import sys
import time

import duckdb

import files
import measured

GOAL = 1.2
QUERIES = {
    "count": "SELECT count(*) AS n FROM sales",
    "filter by a day's statistics": "SELECT count(*) AS n, sum(price) AS total FROM sales WHERE sold_on BETWEEN DATE '2023-06-01' AND DATE '2023-06-07'",
    "group by two columns": "SELECT region, status, sum(quantity) AS quantity, avg(price) AS price, count(*) AS n FROM sales GROUP BY region, status",
    "join and group": "SELECT p.category, sum(s.price * s.quantity) AS revenue FROM sales s JOIN products p ON s.product_id = p.product_id GROUP BY p.category",
    "top 100": "SELECT * FROM sales ORDER BY price DESC, sale_id LIMIT 100",
    "3 of 100 columns": "SELECT avg(c3) AS a, max(c40) AS b, min(c77) AS c FROM wide",
    "a million rows out": "SELECT sale_id, price, comment FROM sales WHERE sale_id < 1000000",
}
PROCESS = """
import sys, duckdb
tables, threads, sql = eval(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
con = duckdb.connect(config={"threads": threads})
for name, paths in tables.items():
    con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({paths!r})")
con.execute(sql).fetchall()
"""


class Session:
    """A lake held open by query_bench."""

    def __init__(self, chosen, env: dict[str, str]) -> None:
        self.process = subprocess.Popen([chosen.bin / "query_bench", env["BOATHOUSE_LAKE"], "work"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env={**os.environ, **env})
        json.loads(self.process.stdout.readline())

    def seconds(self, sql: str) -> tuple[float, int]:
        self.process.stdin.write(sql + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["ms"] / 1000, answer["rows"]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def make_lake(chosen) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The lake, and its own data files by table: DuckDB reads exactly these."""
    env = {"BOATHOUSE_LAKE": str(chosen.work / "lake"), "XDG_CONFIG_HOME": str(chosen.work / "config"), "TMPDIR": str(chosen.work)}
    program = str(chosen.bin / "boathouse")
    measured.run([program, "branch", "create", "work", "--from", "main"], env)
    sources = {"sales": files.make_sales(chosen.folder, chosen.mib), "products": [files.make_products(chosen.folder)], "wide": [files.make_wide(chosen.folder)]}
    known: set[str] = set()
    tables: dict[str, list[str]] = {}
    for name, paths in sources.items():
        measured.run([program, "ingest", name, *map(str, paths), "-b", "work"], env)
        found = {str(path) for path in (chosen.work / "lake" / "tables").rglob("*.parquet")}
        tables[name] = sorted(found - known)
        known = found
    return env, tables


def measure(chosen, report) -> None:
    env, tables = make_lake(chosen)
    report.begin("queries", f"over the lake's files; {chosen.rounds} turns after one to warm up, medians")
    peer = duckdb.connect(config={"threads": chosen.threads})
    for name, paths in tables.items():
        peer.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({paths!r})")
    session = Session(chosen, env)
    ratios = []
    for name, sql in QUERIES.items():
        ours, theirs = [], []
        for turn in range(chosen.rounds + 1):
            spent, rows = session.seconds(sql)
            start = time.perf_counter()
            expected = sum(len(batch) for batch in peer.execute(sql).fetch_record_batch(65_536))
            other = time.perf_counter() - start
            if rows != expected:
                raise RuntimeError(f"{name}: {rows} rows, DuckDB gives {expected}")
            if turn > 0:
                ours.append(spent)
                theirs.append(other)
        ratios.append(statistics.median(ours) / statistics.median(theirs))
        report.time_against(f"in one process: {name}", ours, theirs, GOAL, "DuckDB")
    session.close()
    mean = statistics.geometric_mean(ratios)
    report.add("in one process: geometric mean of the ratios", f"{mean:.2f}x", goal=f"<= {GOAL:g}x", met=mean <= GOAL)
    program = str(chosen.bin / "boathouse")
    for name in ("count", "group by two columns"):
        ours, theirs = [], []
        for _ in range(chosen.rounds):
            ours.append(measured.run([program, "query", QUERIES[name], "-r", "work", "--all-rows", "-O", "json"], env))
            theirs.append(measured.run([sys.executable, "-c", PROCESS, repr(tables), str(chosen.threads), QUERIES[name]]))
        report.time_against(f"as a process: {name}", [run.seconds for run in ours], [run.seconds for run in theirs], GOAL, "Python with DuckDB")
        report.add(f"as a process: {name}, peak memory", f"{max(run.peak_mib for run in ours):.0f} MiB", f"{max(run.peak_mib for run in theirs):.0f} MiB")
