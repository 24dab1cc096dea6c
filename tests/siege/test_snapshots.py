"""Archives of projects that are bombs, that climb out of their folder, or that are only very large."""
import io
import os
import struct
import zipfile

import pytest

from fortress import PROJECT_FILE, archive, code_of, commander

FILES = [("bauplan_project.yml", PROJECT_FILE), ("numbers.sql", "-- bauplan: materialization_strategy=REPLACE\nselect 1 as n\n")]


def refused(server, data, *codes, **options):
    with server.channel() as channel:
        code = code_of(lambda: server.submit(channel, data, dry_run=2, **options))
    assert code in (codes or ("INVALID_ARGUMENT",)), code


def link(name, to):
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = 0o120777 << 16
    return entry, to


@pytest.mark.parametrize("name", ["/etc/cron.d/x", "../x.sql", "a/../../x.sql", "a\\..\\x.sql", "C:\\x.sql", "a/./b.sql", "a//b.sql",
                                  "n" * 2000, "a\nb.sql", "..", "./x.sql"])
def test_zip_slip(server, name):
    refused(server, archive([*FILES, (name, "select 1")]))
    assert server.logged(method="CodeSnapshotRun", status="INVALID_ARGUMENT")


@pytest.mark.parametrize("to", ["/etc/passwd", "../../../etc/passwd", "bauplan_project.yml"])
def test_links(server, to):
    refused(server, archive([*FILES, link("numbers2.sql", to)]))


def test_the_same_name_twice(server):
    refused(server, archive([*FILES, FILES[1]]))


def test_a_bomb(server):
    """A thousandth of what it becomes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in FILES:
            packed.writestr(name, content)
        with packed.open("large.sql", "w", force_zip64=True) as entry:
            for _ in range(1024):
                entry.write(b"\0" * (1 << 20))
    refused(server, out.getvalue(), "RESOURCE_EXHAUSTED")


def test_a_bomb_that_says_it_is_small(server):
    data = bytearray(archive([*FILES, ("large.sql", b"\0" * (300 << 20))]))
    for at in range(len(data) - 4):
        if data[at:at + 4] == struct.pack("<I", 300 << 20):
            data[at:at + 4] = struct.pack("<I", 10)
    refused(server, bytes(data), "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED")


def test_more_files_than_may_be(server):
    refused(server, archive([*FILES, *((f"f{i}.sql", "select 1") for i in range(20_000))], zipfile.ZIP_STORED), "RESOURCE_EXHAUSTED")


@pytest.mark.parametrize("damage", ["empty", "noise", "cut", "flipped", "overlapping", "encrypted"])
def test_damaged(server, damage):
    whole = archive([*FILES, ("more.sql", os.urandom(5000))])
    data = {"empty": b"", "noise": os.urandom(5000), "cut": whole[:len(whole) // 2],
            "flipped": whole[:60] + bytes((whole[60] ^ 0xFF,)) + whole[61:],
            "overlapping": whole + whole[len(whole) // 2:],
            "encrypted": whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")}[damage]
    refused(server, data, "INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND", *(["OK"] if damage in ("encrypted",) else []))


def test_a_project_of_100_mb(server):
    """No limit is promised by the protocol: it is taken, whole, as one message."""
    data = archive([*FILES, ("notes.txt", os.urandom(100_000_000))], zipfile.ZIP_STORED)
    with server.channel() as channel:
        job = server.submit(channel, data, dry_run=2).job_response_common.job_id
        events = list(server.jobs(channel).SubscribeLogs(commander.SubscribeLogsRequest(job_id=job),
                                                         metadata=server.metadata(), timeout=120))
        assert events[-1].runner_event.HasField("job_completion"), events[-1]
        assert "success" in str(events[-1]).lower(), events[-1]


@pytest.mark.parametrize("text", ["a: &a [*a, *a]\n", "a: " + "[" * 100_000, "&a a\n" * 10_000, "project: {id: " + "9" * 100_000 + "}", "\0" * 100,
                                  "x: &x [1,1,1,1,1,1,1,1,1,1]\n" + "".join(f"x{i}: &x{i} [{', '.join([f'*x{i - 1 if i else chr(0)}' if i else '*x'] * 10)}]\n" for i in range(12))])
def test_project_files_that_are_hostile(server, text):
    refused(server, archive([("bauplan_project.yml", text), FILES[1]]), "INVALID_ARGUMENT", "FAILED_PRECONDITION")


@pytest.mark.parametrize("source", ["(" * 50_000, "@" * 50_000, "def f(" + "a," * 50_000, "x = " + "-" * 100_000 + "1", "\xff\xfe\0",
                                    "import bauplan\n@bauplan.model(columns=" + "[" * 20_000 + ")\ndef f(): pass\n"])
def test_sources_that_are_hostile(server, source):
    refused(server, archive([FILES[0], ("models.py", source)]), "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OK")


@pytest.mark.parametrize("sql", ["(" * 50_000, "select " + "(" * 20_000 + "1" + ")" * 20_000, "select '" + "a" * 1_000_000, "/*" * 50_000,
                                 "select * from read_csv('/etc/passwd')", "select " + "+".join("1" * 1 for _ in range(30_000)),
                                 "with recursive r as (select 1 union all select * from r) select * from r, r r2, r r3 limit 1"])
def test_queries_that_are_hostile(server, sql):
    with server.channel() as channel:
        code = code_of(lambda: server.query(channel, sql))
        assert code in ("INVALID_ARGUMENT", "PERMISSION_DENIED", "OK", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"), code
