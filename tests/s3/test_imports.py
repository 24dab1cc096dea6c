"""Files imported from a bucket into a lake of a folder."""
import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from program import Failed


@pytest.fixture
def bucket(weed):
    files = weed.files()

    def put(key, content):
        with files.open_output_stream(f"lake/{key}", compression=None) as out:
            out.write(content if isinstance(content, bytes) else content.encode())
    return put


@pytest.fixture
def local(lake):
    del lake.environment["BOATHOUSE_WAREHOUSE"]
    return lake


def count(lake, table):
    return lake.query(f"SELECT count(*) FROM {table}").column(0)[0].as_py()


def test_csv_by_glob_once(local, bucket):
    for day in (1, 2, 3):
        bucket(f"in/day{day}.csv", f"id,v\n{day},x\n{day + 10},y\n")
    bucket("in/other.txt", "no")
    bucket("in/deep/day9.csv", "id,v\n9,z\n")
    local.run("ingest", "t", "s3://lake/in/day*.csv")
    assert count(local, "t") == 6
    assert "imported already" in local.run("table", "import", "t", "s3://lake/in/day{1,2}.csv")
    bucket("in/day4.csv", "id,v\n4,x\n")
    local.run("table", "import", "t", "s3://lake/in/day*.csv")
    assert count(local, "t") == 7
    bucket("in/day4.csv", "id,v\n4,x\n5,x\n")
    with pytest.raises(Failed, match="other content"):
        local.run("table", "import", "t", "s3://lake/in/day*.csv")


def test_parquet_jsonl_and_gzip(local, bucket):
    out = pa.BufferOutputStream()
    pq.write_table(pa.table({"id": list(range(50_000))}), out, row_group_size=7_000)
    bucket("p/a.parquet", out.getvalue().to_pybytes())
    local.run("ingest", "p", "s3://lake/p/a.parquet")
    assert local.query("SELECT sum(id) FROM p").column(0)[0].as_py() == sum(range(50_000))
    bucket("j/a.jsonl", '{"id": 1}\n{"id": 2}\n')
    local.run("ingest", "j", "s3://lake/j/")
    assert count(local, "j") == 2
    bucket("z/a.csv.gz", gzip.compress(b"id\n1\n2\n3\n"))
    local.run("ingest", "z", "s3://lake/z/a.csv.gz")
    assert count(local, "z") == 3


def test_encoded_uris_name_plain_files(local, bucket):
    bucket("my files/a b.csv", "id\n1\n")
    local.run("ingest", "t", "s3://lake/my%20files/*.csv")
    assert "imported already" in local.run("table", "import", "t", "s3://lake/my files/a b.csv")
    assert count(local, "t") == 1


def test_what_is_wrong_is_said(local, weed):
    for source, words in (("s3://lake/none/*.csv", "no_files"), ("s3://nobodys/a.csv", "no bucket"),
                          ("s3:///a.csv", "bad_location")):
        with pytest.raises(Failed, match=words):
            local.run("ingest", "t", source)
    del local.environment["AWS_ACCESS_KEY_ID"]
    with pytest.raises(Failed, match="AWS_ACCESS_KEY_ID"):
        local.run("ingest", "t", "s3://lake/in/a.csv")
