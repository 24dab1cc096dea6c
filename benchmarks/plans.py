"""Reading, resolving and planning a project of 100 functions, and `boathouse plan` as a whole process."""

import json
import pathlib
import statistics

import measured

FUNCTIONS = 100
FILES = 5
TABLES = 20
PLANNING_GOAL_MS = 5
PROCESS_GOAL_MS = 60


def write_project(folder: pathlib.Path, functions: int) -> None:
    """Python models in FILES files; each reads a table of the lake and up to two earlier models."""
    folder.mkdir(parents=True)
    (folder / "bauplan_project.yml").write_text(
        "project:\n  id: 01234567-89ab-4cde-8f01-23456789abcd\n  name: large\n"
        "parameters:\n  low:\n    type: int\n    default: 3\n", encoding="utf-8")
    texts = ["import bauplan\nimport pyarrow as pa\n\n\n" for _ in range(FILES)]
    for i in range(functions):
        inputs = [f"    source=bauplan.Model('table_{i % TABLES}', columns=['id', 'value'], filter=\"value > $low\"),\n"]
        if i > 0:
            inputs.append(f"    first=bauplan.Model('model_{i // 2}'),\n")
        if i > 4:
            inputs.append(f"    second=bauplan.Model('model_{i - 3}', columns=['id']),\n")
        steps = "".join(f"    frame = pl.from_arrow(source).filter(pl.col('value') > {n}).select(['id', 'value'])  # step {n}\n" for n in range(8))
        texts[i % FILES] += (
            "@bauplan.model(materialization_strategy='REPLACE', columns=['id', 'value'])\n"
            "@bauplan.python('3.11', pip={'polars': '1.37'})\n"
            f"def model_{i}(\n{''.join(inputs)}    low=bauplan.Parameter('low'),\n):\n"
            "    \"\"\"\n    | id | value |\n    |----|-------|\n    | 1  | 2.5   |\n    \"\"\"\n"
            f"    import polars as pl\n{steps}    return frame.to_arrow()\n\n\n")
    for number, text in enumerate(texts):
        (folder / f"models_{number}.py").write_text(text, encoding="utf-8")


def make_lake(chosen) -> dict[str, str]:
    env = {"BOATHOUSE_LAKE": str(chosen.work / "lake"), "XDG_CONFIG_HOME": str(chosen.work / "config"), "TMPDIR": str(chosen.work)}
    rows = chosen.work / "rows.csv"
    rows.write_text("id,value\n1,2.5\n2,3.5\n", encoding="utf-8")
    program = str(chosen.bin / "boathouse")
    measured.run([program, "branch", "create", "work", "--from", "main"], env)
    for i in range(TABLES):
        measured.run([program, "ingest", f"table_{i}", str(rows), "-b", "work"], env)
    return env


def measure(chosen, report) -> None:
    report.begin("plan of 100 functions", "boathouse plan over a lake, and the parts of it without one")
    write_project(chosen.work / "project", FUNCTIONS)
    env = make_lake(chosen)
    argv = [str(chosen.bin / "boathouse"), "plan", str(chosen.work / "project"), "-r", "work", "-O", "json"]
    runs = [measured.run(argv, env) for _ in range(4 * chosen.rounds)]
    micros = [json.loads(run.output)["micros"] for run in runs]
    median = lambda name: statistics.median(each[name] for each in micros) / 1000
    report.add("reading (syntax trees, SQL, contracts)", f"{median('read'):.2f} ms")
    report.add("resolving 20 tables in the lake", f"{median('resolve'):.2f} ms")
    report.at_most("planning", median("plan"), PLANNING_GOAL_MS, "ms")
    report.at_most("boathouse plan, whole process", statistics.median(run.seconds for run in runs) * 1000, PROCESS_GOAL_MS, "ms")
    report.add("boathouse plan, processor time", f"{statistics.median(run.cpu_seconds for run in runs) * 1000:.1f} ms")
    report.add("boathouse plan, peak memory", f"{max(run.peak_mib for run in runs):.0f} MiB")
    nothing = [measured.run([str(chosen.bin / "boathouse"), "version"], env).seconds for _ in range(4 * chosen.rounds)]
    report.add("of it: start of the process (boathouse version)", f"{statistics.median(nothing) * 1000:.1f} ms")
    done = measured.run([str(chosen.bin / "plan_bench"), "--benchmark_format=json", "--benchmark_min_time=0.2"])
    for row in json.loads(done.output)["benchmarks"]:
        report.add(f"in a loop: {row['name']}", f"{row['cpu_time']:.3f} {row['time_unit']}")
