"""Branch and commit at 10^2, 10^4 and 10^6 tables, with fsync: the times must be flat, and the nodes show why."""

import json

import measured

P95_GOAL_MS = 1.0


def measure(chosen, report) -> None:
    report.begin("branch and commit, with fsync", f"{chosen.operations} operations each, one raw fdatasync beside each")
    done = measured.run([chosen.bin / "catalog_bench", str(chosen.work), str(chosen.operations), *map(str, chosen.tables)])
    first: dict[str, float] = {}
    for line in done.output.splitlines():
        row = json.loads(line)
        if row["operation"] == "fill":
            report.note(f"{row['tables']} tables made in {row['seconds']} s")
            continue
        p50, p95 = row["p50"] / 1000, row["p95"] / 1000
        name = f"{row['operation']}, {row['tables']} tables"
        report.at_most(f"{name}: p95", p95, P95_GOAL_MS, "ms")
        report.add(f"{name}: p50", f"{p50:.2f} ms", f"fdatasync {row['fdatasync_p50'] / 1000:.2f} ms (p95 {row['fdatasync_p95'] / 1000:.2f})", f"{row['p50'] / row['fdatasync_p50']:.2f}x")
        smallest = first.setdefault(row["operation"], row["p50"])
        report.add(f"{name}: p50 against the smallest lake", f"{row['p50'] / smallest:.2f}x", goal="<= 2x", met=row["p50"] <= 2 * smallest)
        report.add(f"{name}: nodes read / written, records read", f"{row['nodes_read']:.1f} / {row['nodes_written']:.1f}, {row['records_read']:.1f}")
    report.add("peak memory of the whole section", f"{done.peak_mib:.0f} MiB")
