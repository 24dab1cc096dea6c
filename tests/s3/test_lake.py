"""A lake whose files are in a bucket, from making it to reading it with another program."""
import json

import pyarrow as pa
import pyarrow.compute  # noqa: F401
import pytest
from pyiceberg.table import StaticTable

from program import Failed
from seaweed import KEY, SECRET

MODEL = """\
    -- bauplan: materialization_strategy=REPLACE
    SELECT id % 3 AS rest, sum(id)::BIGINT AS total FROM numbers GROUP BY ALL
"""


def keys(weed, folder="lake/wh"):
    from pyarrow import fs
    found = weed.files().get_file_info(fs.FileSelector(folder, recursive=True))
    return sorted(each.path for each in found if each.type == fs.FileType.File)


def scalar(lake, sql, *options):
    return lake.query(sql, *options).column(0)[0].as_py()


def test_everything_works_over_it(lake, weed):
    lake.ingest("numbers", "id,name\n" + "".join(f"{i},n{i}\n" for i in range(1000)))
    assert scalar(lake, "SELECT sum(id) FROM numbers") == 499500
    assert lake.metadata("numbers").startswith("s3://lake/wh/tables/")
    assert not list((lake.folder / "lake").glob("tables/**/*.parquet"))
    assert any(key.endswith(".parquet") for key in keys(weed))

    project = lake.project({"totals.sql": MODEL})
    lake.run("branch", "create", "ada.try")
    lake.run("run", "-p", project, "-r", "ada.try")
    assert lake.query("SELECT total FROM totals ORDER BY rest", "-r", "ada.try").column(0).to_pylist() == [
        sum(range(k, 1000, 3)) for k in range(3)]
    assert "totals" in lake.run("branch", "diff", "ada.try")
    lake.run("branch", "merge", "ada.try")
    assert scalar(lake, "SELECT count(*) FROM totals") == 3
    assert "good" in json.dumps(lake.json("doctor")[-1])

    seen = StaticTable.from_metadata(lake.metadata("numbers"), properties={
        "s3.endpoint": weed.endpoint, "s3.access-key-id": KEY, "s3.secret-access-key": SECRET})
    assert pa.compute.sum(seen.scan().to_arrow()["id"]).as_py() == 499500


def test_filters_read_part_of_a_large_file(lake):
    rows = 3_000_000
    lake.ingest("large", pa.table({"id": pa.array(range(rows)), "x": pa.array([i % 7 for i in range(rows)])}))
    assert scalar(lake, "SELECT sum(x) FROM large WHERE id >= 2999000") == sum(i % 7 for i in range(2999000, rows))
    assert scalar(lake, "SELECT count(*) FROM large WHERE x = 3") == sum(1 for i in range(rows) if i % 7 == 3)


def test_one_warehouse_is_one_lake(lake):
    lake.run("lake", "create")
    lake.environment["BOATHOUSE_LAKE"] += "2"
    with pytest.raises(Failed, match="another lake"):
        lake.run("lake", "create")


def test_flags_say_where_the_files_go(lake, weed):
    del lake.environment["BOATHOUSE_WAREHOUSE"], lake.environment["AWS_ENDPOINT_URL"]
    said = lake.json("lake", "create", "--warehouse", "s3://lake/flags/", "--s3-endpoint", weed.endpoint)
    assert said["warehouse"] == "s3://lake/flags"
    lake.ingest("t", "id\n1\n")
    assert scalar(lake, "SELECT count(*) FROM t") == 1
    with pytest.raises(Failed, match="other_warehouse"):
        lake.run("lake", "create", "--warehouse", "s3://lake/elsewhere")


def test_a_wrong_place_is_said_before_a_lake_is_made(lake):
    lake.environment["BOATHOUSE_WAREHOUSE"] = "s3://nobodys/wh"
    with pytest.raises(Failed, match="no bucket"):
        lake.run("lake", "create")
    lake.environment["BOATHOUSE_WAREHOUSE"] = "s3://lake/wh"
    lake.environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
    with pytest.raises(Failed, match="access_denied"):
        lake.run("lake", "create")
    assert not (lake.folder / "lake" / "lake.json").exists()
