"""The service is killed while the program writes: an error that says so, a lake as it was, and work goes on later.

At stake: a table that points at files which are not there, or a job that never ends. The moment is drawn at random; the seed is
printed.
"""
import os
import random
import subprocess
import time

import pytest

MODEL = """\
    -- bauplan: materialization_strategy=REPLACE
    SELECT a.id AS id, hash(a.id * 31 + b.id) AS h FROM numbers a, (SELECT id FROM numbers LIMIT 40) b
"""
SECONDS_MAX = 120


def total(lake, table="numbers"):
    return lake.query(f"SELECT count(*) FROM {table}").column(0)[0].as_py()


def kill_during(lake, weed, after, *arguments):
    """Runs the program and kills the service `after` seconds into it; (exit code, words)."""
    process = subprocess.Popen([lake.path, *map(str, arguments)], env=lake.environment, cwd=lake.folder / "files",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    time.sleep(after)
    weed.kill()
    words, _ = process.communicate(timeout=SECONDS_MAX)
    return process.returncode, words


@pytest.mark.parametrize("what", ["import", "run"])
def test_nothing_half_done_stays(lake, weed, what):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print("seed", seed)
    moments = random.Random(seed)
    lake.ingest("numbers", "id\n" + "".join(f"{i}\n" for i in range(50_000)))
    project = lake.project({"hashes.sql": MODEL})
    more = lake.file("more.csv", "id\n" + "".join(f"{i}\n" for i in range(400_000)))
    arguments = ("table", "import", "numbers", more) if what == "import" else ("run", "-p", project)
    failed = False
    for _ in range(8):
        before = total(lake)
        code, words = kill_during(lake, weed, moments.uniform(0.05, 1.5), *arguments)
        weed.start()
        if code == 0:  # faster than the kill
            assert total(lake) >= before
            break
        failed = True
        assert code == 1 and ("unreachable" in words or "outcome_unknown" in words), words
        assert total(lake) == before
        running = [job for job in lake.json("job", "ls", "--limit", "1000") if job["status"] == "RUNNING"]
        assert not running
    lake.run(*arguments)
    assert total(lake) == 450_000 if what == "import" else total(lake, "hashes") == 2_000_000
    assert failed or code == 0
