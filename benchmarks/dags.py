"""Ten functions that do nothing, one after the other and side by side: what a run costs besides the user's work."""

import json
import pathlib
import statistics

import measured

FUNCTIONS = 10
STEPS = {
    "sandbox and Python start until ready": "start.micros",
    "the function's module imported": "import.micros",
    "the function itself": "function.micros",
    "rows written as a table": "write.micros",
    "task, all of it": "micros",
}


def write_project(folder: pathlib.Path, is_chain: bool, salt: int) -> None:
    """`salt` makes the code new; the environments stay the same."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bauplan_project.yml").write_text("project:\n  id: 11234567-89ab-4cde-8f01-23456789abcd\n  name: noop\n", encoding="utf-8")
    text = f"import bauplan\n\n# {salt}\n"
    for i in range(FUNCTIONS):
        source = "seed" if i == 0 or not is_chain else f"step_{i - 1}"
        strategy = "materialization_strategy='REPLACE'" if i == FUNCTIONS - 1 else ""
        text += f"\n\n@bauplan.model({strategy})\n@bauplan.python('3.11')\ndef step_{i}(source=bauplan.Model('{source}')):\n    return source\n"
    (folder / "models.py").write_text(text, encoding="utf-8")


def measure(chosen, report) -> None:
    env = {"BOATHOUSE_LAKE": str(chosen.work / "lake"), "XDG_CONFIG_HOME": str(chosen.work / "config"), "TMPDIR": str(chosen.work)}
    program = str(chosen.bin / "boathouse")
    rows = chosen.work / "rows.csv"
    rows.write_text("id,value\n1,2.5\n2,3.5\n", encoding="utf-8")
    measured.run([program, "branch", "create", "work", "--from", "main"], env)
    measured.run([program, "ingest", "seed", str(rows), "-b", "work"], env)
    for shape, is_chain in (("chain", True), ("side by side", False)):
        report.begin(f"{FUNCTIONS} functions that do nothing, {shape}", "environments are cached; cold = code never seen before")
        project = chosen.work / f"project-{is_chain}"
        write_project(project, is_chain, 0)
        run = lambda: measured.run([program, "run", str(project), "-r", "work", "-O", "json"], env)
        run()  # resolves and unpacks the environment, once
        turns: dict[str, list[measured.Measured]] = {"cold": [], "repeated": []}
        for salt in range(1, chosen.rounds + 1):
            write_project(project, is_chain, salt)
            turns["cold"].append(run())
            turns["repeated"].append(run())
        for name, each in turns.items():
            whole = statistics.median(turn.seconds for turn in each)
            report.add(f"{name}: boathouse run, whole process", f"{whole * 1000:.0f} ms")
            report.add(f"{name}: per function", f"{whole * 1000 / FUNCTIONS:.1f} ms")
            report.add(f"{name}: processor time, all processes", f"{statistics.median(turn.cpu_seconds for turn in each) * 1000:.0f} ms")
            report.add(f"{name}: peak memory of the largest process", f"{max(turn.peak_mib for turn in each):.0f} MiB")
        tasks = [task for turn in turns["repeated"] for task in tasks_of(turn.output)]
        for name, counter in STEPS.items():
            values = [task["counters"][counter] for task in tasks if counter in task["counters"]]
            if values:
                report.add(f"repeated, median per task: {name}", f"{statistics.median(values) / 1000:.1f} ms")


def tasks_of(output: str) -> list[dict]:
    answer = json.loads(output)
    return answer.get("tasks") or answer["job"]["tasks"]
