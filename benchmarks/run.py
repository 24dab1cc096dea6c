"""Measures and prints, section by section; see README.md. The exit code is 0 whatever the figures say."""

import argparse
import datetime
import os
import pathlib
import platform
import shutil
import tempfile
import traceback

import catalogs
import dags
import imports
import plans
import queries
import report as reporting
import servers

SECTIONS = {"catalog": catalogs.measure, "plan": plans.measure, "import": imports.measure, "query": queries.measure, "dag": dags.measure, "server": servers.measure}
EVERY_TIME = [name for name in SECTIONS if name != "server"]  # that one fetches a peer of 245 MB and wants Java 21
ROOT = pathlib.Path(__file__).resolve().parent.parent


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.sh", description=__doc__)
    parser.add_argument("sections", nargs="*", help=f"which of {', '.join(SECTIONS)} (default: all but server)")
    parser.add_argument("--mib", type=int, default=256, help="size of the Parquet set that is imported (default: %(default)s; the goal speaks of 1024)")
    parser.add_argument("--rounds", type=int, default=5, help="how often ours and the peer take turns (default: %(default)s)")
    parser.add_argument("--tables", type=int, nargs="+", default=[100, 10_000, 1_000_000], help="lakes for the catalog, by their tables")
    parser.add_argument("--operations", type=int, default=200, help="branches and commits timed per lake, or per number of clients (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of the peers (default: %(default)s)")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build" / "bench-files", help="where files and lakes are made; the files are kept for the next time")
    parser.add_argument("--markdown", type=pathlib.Path, help="also write the table here")
    chosen = parser.parse_args()
    chosen.bin = pathlib.Path(os.environ["BOATHOUSE_BENCH_BIN"])
    unknown = set(chosen.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}: there are {', '.join(SECTIONS)}")
    return chosen


def main() -> None:
    chosen = options()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    report = reporting.Report()
    print(f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cpus, {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    for name in chosen.sections or EVERY_TIME:
        chosen.work = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=chosen.folder))
        try:
            SECTIONS[name](chosen, report)
        except Exception:  # the other sections still tell something
            report.add("this section ended early", "", met=False, goal="no error")
            traceback.print_exc()
        finally:
            shutil.rmtree(chosen.work, ignore_errors=True)
    if chosen.markdown:
        chosen.markdown.write_text(report.markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()
