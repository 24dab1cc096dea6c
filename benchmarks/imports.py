"""A Parquet set into a table: Boathouse against DuckDB writing the same rows, and against an append by PyIceberg."""

import pathlib
import sys

import files
import measured

DUCKDB_GOAL, PYICEBERG_GOAL = 1.0, 3.0

DUCKDB = """
import os, sys, duckdb
target, threads, sync, *sources = sys.argv[1:]
con = duckdb.connect(config={"threads": int(threads)})
con.execute(f"COPY (SELECT * FROM read_parquet({sources!r})) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
if sync == "sync":
    descriptor = os.open(target, os.O_RDONLY)
    os.fsync(descriptor)
"""

PYICEBERG = """
import os, sys
import pyarrow, pyarrow.parquet
from pyiceberg.catalog.sql import SqlCatalog
folder, threads, *sources = sys.argv[1:]
pyarrow.set_cpu_count(int(threads))
os.makedirs(folder)
catalog = SqlCatalog("bench", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
catalog.create_namespace("bench")
table = None
for source in sources:
    rows = pyarrow.parquet.read_table(source)
    if table is None:
        table = catalog.create_table("bench.sales", schema=rows.schema)
    table.append(rows)
"""


class Contest:
    """Three programs over the same files, each into a fresh place."""

    def __init__(self, chosen, sources: list[pathlib.Path]) -> None:
        self.chosen = chosen
        self.sources = [str(source) for source in sources]
        self.count = 0

    def _fresh(self, name: str) -> pathlib.Path:
        self.count += 1
        return self.chosen.work / f"{name}-{self.count}"

    def boathouse(self) -> measured.Measured:
        lake = self._fresh("lake")
        env = {"BOATHOUSE_LAKE": str(lake), "XDG_CONFIG_HOME": str(self.chosen.work / "config"), "TMPDIR": str(self.chosen.work)}
        program = str(self.chosen.bin / "boathouse")
        measured.run([program, "branch", "create", "work", "--from", "main"], env)
        done = measured.run([program, "ingest", "sales", *self.sources, "-b", "work"], env)
        measured.run(["rm", "-rf", str(lake)])
        return done

    def duckdb(self, sync: bool) -> measured.Measured:
        target = self._fresh("duckdb")
        done = measured.run([sys.executable, "-c", DUCKDB, str(target), str(self.chosen.threads), "sync" if sync else "no", *self.sources])
        target.unlink()
        return done

    def pyiceberg(self) -> measured.Measured:
        folder = self._fresh("pyiceberg")
        done = measured.run([sys.executable, "-c", PYICEBERG, str(folder), str(self.chosen.threads), *self.sources])
        measured.run(["rm", "-rf", str(folder)])
        return done


def measure(chosen, report) -> None:
    sources = files.make_sales(chosen.folder, chosen.mib)
    mebibytes = sum(source.stat().st_size for source in sources) / (1 << 20)
    report.begin("import of a Parquet set", f"{mebibytes:.0f} MiB in {len(sources)} files, {chosen.rounds} turns, whole processes")
    contest = Contest(chosen, sources)
    turns: dict[str, list[measured.Measured]] = {"ours": [], "duckdb": [], "synced": [], "pyiceberg": []}
    for _ in range(chosen.rounds):
        turns["ours"].append(contest.boathouse())
        turns["duckdb"].append(contest.duckdb(False))
        turns["synced"].append(contest.duckdb(True))
        turns["pyiceberg"].append(contest.pyiceberg())
    spent = {name: [turn.seconds for turn in each] for name, each in turns.items()}
    report.rate_against("import", mebibytes, spent["ours"], spent["duckdb"], DUCKDB_GOAL, "DuckDB COPY")
    report.rate_against("import, the peer's file synced too", mebibytes, spent["ours"], spent["synced"], DUCKDB_GOAL, "DuckDB COPY")
    report.rate_against("import", mebibytes, spent["ours"], spent["pyiceberg"], PYICEBERG_GOAL, "PyIceberg append")
    for what, value in (("processor time", lambda turn: f"{turn.cpu_seconds:.2f} s"), ("peak memory", lambda turn: f"{turn.peak_mib:.0f} MiB")):
        middle = {name: value(sorted(each, key=lambda turn: turn.cpu_seconds)[len(each) // 2]) for name, each in turns.items()}
        report.add(f"import: {what}", middle["ours"], f"DuckDB {middle['duckdb']}, PyIceberg {middle['pyiceberg']}")
