#!/usr/bin/env python3
"""Lakes that were moved, copied, made by a newer program or damaged: a clear error that names the file, never a
crash.   usage: damage.py PROGRAM [--seconds N] [CASE...]"""
import json
import os
import shutil
import sqlite3

import lake as lakes
from lake import Lake, check


def filled(lake):
    """A lake with an imported table `t` of two files and the tables of a run."""
    lake.ok("ingest", "t", lake.csv("f.csv", 10), "-b", "main")
    lake.ok("ingest", "t", lake.csv("g.csv", 10, first=10), "-b", "main")
    lake.ok("run", lake.project(python=False), "-r", "main")
    return lake


def count(lake):
    return lake.value("SELECT count(*) FROM t")


def check_works(lake, rows):
    check(count(lake) == str(rows), "rows:", count(lake))
    lake.ok("ingest", "t", lake.csv(f"more{rows}.csv", 5, first=rows), "-b", "main")
    check(count(lake) == str(rows + 5), "rows:", count(lake))
    lake.ok("run", lake.project(python=False), "-r", "main", "--param", f"factor={rows}")
    check(lake.value("SELECT total FROM totals") == str(3 * rows), "the run's result")
    lake.check_sound()


def moved(program, _seconds):
    with Lake(program) as lake:
        filled(lake)
        for name in ("second", "third"):  # moved twice: the files know two former places
            os.rename(lake.path, lake.work / name)
            lake.path = lake.work / name
            lake.environment["BOATHOUSE_LAKE"] = str(lake.path)
            lake.refused("branch", "ls", saying="lake adopt")
            lake.refused("query", "SELECT 1", saying="lake.moved")
            lake.ok("lake", "adopt")
            check_works(lake, int(count(lake)))


def copied(program, _seconds):
    """A copy is not taken for the lake; adopted it is one of its own, and the first does not notice."""
    with Lake(program) as lake:
        filled(lake)
        shutil.copytree(lake.path, lake.work / "copy")
        first = lake.path
        lake.path = lake.work / "copy"
        lake.environment["BOATHOUSE_LAKE"] = str(lake.path)
        lake.refused("branch", "ls", saying="if this is a copy")
        lake.ok("lake", "adopt")
        check_works(lake, 20)
        lake.path = first
        lake.environment["BOATHOUSE_LAKE"] = str(first)
        check(count(lake) == "20", "the first lake changed with its copy")
        shutil.rmtree(lake.work / "copy")
        check_works(lake, 20)


def lake_file(program, _seconds):
    with Lake(program) as lake:
        filled(lake)
        path = lake.path / "lake.json"
        good = path.read_text()
        newer = json.loads(good)
        newer["format"] = 99
        path.write_text(json.dumps(newer))
        for command in (["branch", "ls"], ["query", "SELECT 1"], ["ingest", "t", lake.csv("h.csv", 1)],
                        ["lake", "adopt"]):
            lake.refused(*command, saying="newer_format")
        damaged = ["", "{", "[]", "7", '{"format": "1"}', '{"format": 1}', '{"format": 1, "lake_id": 7}',
                   '{"format": 1, "lake_id": "x", "root_uri": []}', '{"format": -1}', '{"format": 99999999999999}',
                   good.replace('"former_roots": []', '"former_roots": [7]'), good[:-20], "\0" * 64]
        for text in damaged:
            path.write_text(text)
            done = lake.refused("branch", "ls", saying="lake.json" if "999" not in text else "newer_format")
            check("lake.damaged" in done.err or "newer_format" in done.err, text, done)
            lake.refused("lake", "adopt")
        path.write_text(good)
        check_works(lake, 20)


def newer_state(program, _seconds):
    """Two versions of the program on one lake: the older one refuses and changes nothing."""
    with Lake(program) as lake:
        filled(lake)

        def set_version(version):
            with sqlite3.connect(lake.path / "state.db") as state:
                state.execute(f"PRAGMA user_version = {version}")
            state.close()

        with sqlite3.connect(lake.path / "state.db") as state:
            (version,) = state.execute("PRAGMA user_version").fetchone()
        state.close()
        set_version(version + 1)
        for command in (["branch", "ls"], ["query", "SELECT 1"], ["run", lake.project(python=False), "-r", "main"]):
            lake.refused(*command, saying="state.db")
        set_version(version)
        check_works(lake, 20)


def files_of(lake, ending):
    return sorted(path for path in (lake.path / "tables").rglob(f"*{ending}"))


def damage_one(lake, path, ask):
    """Cut, emptied, overwritten, absent: each is said with the file's name, and gone with the damage."""
    good = path.read_bytes()
    try:
        for bad in (good[:len(good) // 2], b"", b"\xff" * len(good), good[:-1], None):
            path.unlink()
            if bad is not None:
                path.write_bytes(bad)
            done = lake.run(*ask)
            check(done.code in (0, 1), "a crash:", path, done)
            if bad in (good[:-1],) and done.code == 0:
                continue  # the last byte of a text file is a line feed
            check(done.code == 1, "damage was not seen:", path, done)
            check(path.name in done.err, "the file is not named:", path, done)
    finally:
        path.unlink(missing_ok=True)
        path.write_bytes(good)
    lake.ok(*ask)


def table_files(program, _seconds):
    with Lake(program) as lake:
        filled(lake)
        table = lake.json("table", "get", "t")
        metadata = lake.path / table["metadata_location"].split("/lake/", 1)[1]
        folder = metadata.parent.parent
        whole = ["query", "SELECT * FROM t", "-r", "main"]
        damage_one(lake, metadata, whole)
        snapshot = json.loads(metadata.read_text())
        manifest_lists = [one["manifest-list"].split("/")[-1] for one in snapshot["snapshots"]]
        damage_one(lake, folder / "metadata" / manifest_lists[-1], whole)
        manifests = [path for path in folder.rglob("*.avro") if path.name not in manifest_lists]
        check(len(manifests) == 2, "manifests:", manifests)
        damage_one(lake, manifests[0], whole)
        for path in folder.rglob("*.parquet"):
            damage_one(lake, path, whole)
        # The other tables do not suffer, nor does Git for data.
        metadata_bytes = metadata.read_bytes()
        metadata.unlink()
        lake.ok("query", "SELECT * FROM totals", "-r", "main")
        lake.ok("branch", "create", "ada.dev", "--from", "main")
        lake.refused("ingest", "t", lake.csv("h.csv", 3), "-b", "main", saying=metadata.name)
        metadata.write_bytes(metadata_bytes)
        check_works(lake, 20)


def state_files(program, _seconds):
    with Lake(program) as lake:
        filled(lake)
        path = lake.path / "state.db"
        with sqlite3.connect(path) as state:
            state.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        state.close()
        good = path.read_bytes()
        for bad in (good[:len(good) // 2], b"x" * 5000, good[:100] + b"\xff" * (len(good) - 100), good[:4096]):
            for beside in ("-wal", "-shm"):
                (lake.path / f"state.db{beside}").unlink(missing_ok=True)
            path.write_bytes(bad)
            for command in (["branch", "ls"], ["query", "SELECT * FROM t", "-r", "main"]):
                done = lake.run(*command)
                check(done.code == 1, "damage was not seen or a crash:", len(bad), done)
                check("state.db" in done.err, "the file is not named:", done)
        for beside in ("-wal", "-shm"):
            (lake.path / f"state.db{beside}").unlink(missing_ok=True)
        path.write_bytes(good)
        check_works(lake, 20)


def sources(program, _seconds):
    """Bad files to import: said with their name, the table stays as it is, good files go in afterwards."""
    with Lake(program) as lake:
        filled(lake)
        parquet = lake.work / "good.parquet"
        lake.ok("query", "SELECT * FROM t", "-r", "main", "--to", str(parquet))
        good = parquet.read_bytes()
        for number, bad in enumerate((good[:len(good) // 2], b"", b"PAR1", good[:-8] + b"\xff" * 4 + good[-4:])):
            path = lake.work / f"bad{number}.parquet"
            path.write_bytes(bad)
            lake.refused("ingest", "t", str(path), "-b", "main", saying=path.name)
            lake.refused("ingest", f"fresh{number}", str(path), "-b", "main", saying=path.name)
            check(count(lake) == "20", "rows of a bad file are there")
            check(f"fresh{number}" not in lake.tables(), "a table of a bad file is there")
        changed = lake.work / "changed.csv"
        changed.write_text("a,c\n1,2\n")
        lake.refused("ingest", "t", str(changed), "-b", "main", saying="changed.csv")
        (lake.work / "f.csv").write_text("a,b\n1,other\n")
        lake.refused("ingest", "t", str(lake.work / "f.csv"), "-b", "main", saying="file_changed")
        check(count(lake) == "20", "rows of a changed file are there")
        check_works(lake, 20)


def records(program, _seconds):
    """What a torn write leaves beside the state: the events of a job, a lock without a job, an old temp file."""
    with Lake(program) as lake:
        filled(lake)
        job = next(one["job_id"] for one in lake.jobs() if one["kind"] == "Run")
        events = lake.path / "jobs" / job / "events"
        good = events.read_bytes()
        for bad in (good[:-3], good[:len(good) // 2], b"", good + b"\xff" * 9, None):
            events.unlink()
            if bad is not None:
                events.write_bytes(bad)
            lake.ok("job", "logs", job)
            lake.ok("job", "get", job)
        (lake.path / "runs" / "no-such-job.lock").write_text("")
        (lake.path / "lake.json.tmp-1").write_text("{")
        check_works(lake, 20)


if __name__ == "__main__":
    lakes.main({"moved": moved, "copied": copied, "lake_file": lake_file, "newer_state": newer_state,
                "table_files": table_files, "state_files": state_files, "sources": sources, "records": records},
               __doc__)
