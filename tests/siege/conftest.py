import concurrent.futures
import os

import pytest

from fortress import Fortress, wait_until

VISITORS = 40


@pytest.fixture(scope="module")
def server():
    with Fortress(os.environ["BOATHOUSE_PROGRAM"]) as fortress:
        warm_up(fortress)
        yield fortress
        assert fortress.stop() == 0, (fortress.work / "server.log").read_text()[-3000:]


def warm_up(server):
    """Pools of threads, which stay once there was work for them, are as large as they get before anything is counted."""
    def visit(_):
        assert server.rows("select 1 as n") == [{"n": 1}]
        assert server.ask("GET", "/catalog/v0/branches")[0] == 200

    with concurrent.futures.ThreadPoolExecutor(VISITORS) as pool:
        for done in [pool.submit(visit, n) for n in range(2 * VISITORS)]:
            done.result()


@pytest.fixture(autouse=True)
def stands(server):
    """Whatever came, afterwards the server answers, holds no more than before, and left no files."""
    before, files = server.cost(), server.temporary_files()
    yield
    assert server.process.poll() is None, "it died: " + (server.work / "server.log").read_text()[-3000:]
    assert server.healthy()
    wait_until(lambda: server.cost().near(before))
    assert server.cost().near(before), f"{before} became {server.cost()}"
    assert server.temporary_files() == files
    for name in ("boathouse_subscribers", "boathouse_jobs_running", "boathouse_jobs_queued"):
        assert wait_until(lambda: server.gauge(name) == 0), name
    written = (server.work / "server.log").read_text()
    assert "Sanitizer" not in written and "terminate called" not in written, written[-3000:]
