#!/usr/bin/env python3
"""A lake on a disk that runs full: a clear error, the target untouched, and all is well once there is room.
Needs root, for a small file system of its own.   usage: full_disk.py PROGRAM [--seconds N] [CASE...]"""
import os
import pathlib
import subprocess
import sys
import tempfile

import lake as lakes
from lake import Lake, check

DISK = "24m"


class SmallDisk:
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="kill.disk.")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "kill-disk", self.path], check=True)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path], check=True)
        os.rmdir(self.path)

    def fill(self, leave_bytes):
        """Takes all room but `leave_bytes`; returns the file that takes it."""
        status = os.statvfs(self.path)
        size = max(0, status.f_bavail * status.f_frsize - leave_bytes)
        path = pathlib.Path(self.path) / "filler"
        with open(path, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size) if size else None
        return path


def lake_on(disk, program):
    """Only the lake is on the small disk; sources and temporary files are not."""
    lake = Lake(program)
    lake.path = pathlib.Path(disk.path) / "lake"
    lake.environment["BOATHOUSE_LAKE"] = str(lake.path)
    return lake


def check_full(lake, disk, leave_bytes, command, view):
    """True when `command` failed for want of room; then main is as it was, and it works once there is room."""
    before, seen = lake.head(), view(lake)
    filler = disk.fill(leave_bytes)
    done = lake.run(*command)
    check(done.code in (0, 1), "a crash:", leave_bytes, done)
    if done.code == 1:
        check("disk_full" in done.err, "not a clear error:", leave_bytes, done)
        reading = lake.run("branch", "ls")
        check(reading.code == 0 or "disk_full" in reading.err, "reading while the disk is full:", reading)
    filler.unlink()
    if done.code == 1:
        check(lake.head() == before and view(lake) == seen, leave_bytes, "main changed:", done)
    lake.check_sound()
    lake.ok(*command)
    return done.code == 1


ROOMS = (0, 4 << 10, 16 << 10, 40 << 10, 80 << 10, 160 << 10, 400 << 10, 900 << 10)


def ingest(program, _seconds):
    with SmallDisk() as disk, lake_on(disk, program) as lake:
        lake.ok("ingest", "t", lake.csv("f.csv", 10), "-b", "main")
        rows, failures = 10, 0
        for room in ROOMS:
            path = lake.csv(f"f{room}.csv", 30000, first=rows)
            failures += check_full(lake, disk, room, ["ingest", "t", path, "-b", "main"],
                                   lambda at: at.value("SELECT count(*) FROM t"))
            rows += 30000
            check(lake.value("SELECT count(*) FROM t") == str(rows), room, "rows once there is room")
        check(failures >= 3, "the disk was never full")


def run(program, _seconds):
    with SmallDisk() as disk, lake_on(disk, program) as lake:
        project, failures = lake.project(python=False), 0
        lake.ok("run", project, "-r", "main")
        for factor, room in enumerate(ROOMS[:6], 2):
            failures += check_full(lake, disk, room, ["run", project, "-r", "main", "--param", f"factor={factor}"],
                                   lambda at: at.value("SELECT total FROM totals"))
            check(lake.value("SELECT total FROM totals") == str(3 * factor), room, "once there is room")
        check(failures >= 2, "the disk was never full")


def refs(program, _seconds):
    with SmallDisk() as disk, lake_on(disk, program) as lake:
        lake.ok("branch", "ls")
        filler = disk.fill(0)
        made = []
        for number in range(2000):
            done = lake.run("branch", "create", f"ada.b{number}", "--from", "main")
            if done.code != 0:
                check(done.code == 1 and "disk_full" in done.err, "not a clear error:", done)
                break
            made.append(f"ada.b{number}")
            if number == 40:
                break  # the log was given its length in advance
        filler.unlink()
        lake.check_sound()
        check(set(made) <= set(lake.branches()), "an acknowledged branch is gone")
        check(len(lake.branches()) == len(made) + 1, "a refused branch is there")


if __name__ == "__main__":
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False).returncode != 0:
        print("needs root and mount rights")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    lakes.main({"ingest": ingest, "run": run, "refs": refs}, __doc__)
