"""Spark 4.1 over the REST catalog of a real server: create, append, delete, evolve, rename, version 3, a branch.

Not one of CI's: Spark is half a gigabyte. In an environment with `pip install "pyspark==4.1.*" requests` and Java 17:
    mvn org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get -Dtransitive=false \\
        -Dartifact=org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0
    python spark_over_rest.py PROGRAM THE.jar
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from pyspark.sql import SparkSession

from program import Program


def start_server(lake):
    process = subprocess.Popen(
        [lake.path, "serve", "--init", "--username", "ada", "--listen", "127.0.0.1:0", "-o", "json", "--drain", "1"],
        env=lake.environment, cwd=lake.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    lines = ""
    for line in process.stdout:
        lines += line
        try:
            place = json.loads(lines)
            return process, place["addresses"][0], place["key"]
        except json.JSONDecodeError:
            continue
    raise AssertionError("the server did not start")


def session(jar, url, key):
    builder = (SparkSession.builder.master("local[1]").config("spark.jars", jar).config("spark.ui.enabled", "false")
               .config("spark.sql.shuffle.partitions", "1").config("spark.driver.memory", "900m")
               .config("spark.executor.heartbeatInterval", "120s").config("spark.network.timeout", "600s")
               .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"))
    for name, more in {"lake": {}, "dev": {"prefix": "ada.dev"}}.items():
        builder = builder.config(f"spark.sql.catalog.{name}", "org.apache.iceberg.spark.SparkCatalog")
        for option, value in {"type": "rest", "uri": url + "/iceberg", "token": key, **more}.items():
            builder = builder.config(f"spark.sql.catalog.{name}.{option}", value)
    return builder.getOrCreate()


def same(spark, lake, name, columns, *options):
    """What Spark reads, we read."""
    catalog = "dev" if options else "lake"
    theirs = [list(row) for row in
              spark.sql(f"select {columns} from {catalog}.bauplan.{name} order by {columns}").collect()]
    ours = [list(row.values()) for row in
            lake.query(f"select {columns} from {name} order by {columns}", *options).to_pylist()]
    assert ours == theirs, (name, ours[:3], theirs[:3], len(ours), len(theirs))
    print("same", name, len(theirs), flush=True)
    return theirs


def drive(spark, lake):
    merge_on_read = "'write.delete.mode'='merge-on-read','write.update.mode'='merge-on-read'"
    for version in (2, 3):
        name = f"t{version}"
        spark.sql(f"create table lake.bauplan.{name} (id bigint, name string) using iceberg tblproperties "
                  f"('format-version'='{version}', {merge_on_read})")
        spark.sql(f"insert into lake.bauplan.{name} select id, concat('n', id) from range(0, 100, 1, 1)")
        spark.sql(f"delete from lake.bauplan.{name} where id % 10 = 3")
        spark.sql(f"update lake.bauplan.{name} set name = 'changed' where id = 50")
        spark.sql(f"alter table lake.bauplan.{name} add column price double")
        spark.sql(f"alter table lake.bauplan.{name} rename column name to title")
        spark.sql(f"insert into lake.bauplan.{name} values (1000, 'last', 2.5)")
        assert len(same(spark, lake, name, "id, title, price")) == 91
        shown = {row[0]: row[1] for row in spark.sql(f"show tblproperties lake.bauplan.{name}").collect()}
        assert shown["format-version"] == str(version), shown
    spark.sql("create table lake.bauplan.made using iceberg partitioned by (bucket(4, id)) as "
              "select id, cast(id as string) as name from range(0, 50)")
    spark.sql("create or replace table lake.bauplan.made using iceberg as select id, 'again' as name from range(0, 20)")
    assert len(same(spark, lake, "made", "id, name")) == 20
    spark.sql("alter table lake.bauplan.made rename to bauplan.renamed")
    same(spark, lake, "renamed", "id, name")
    lake.run("branch", "create", "ada.dev")
    spark.sql("insert into dev.bauplan.t2 values (2000, 'on a branch', 1.0)")
    assert len(same(spark, lake, "t2", "id, title, price", "--ref", "ada.dev")) == 92
    assert len(same(spark, lake, "t2", "id, title, price")) == 91
    spark.sql("alter table lake.bauplan.t2 create branch inner_one")
    spark.sql("insert into lake.bauplan.t2.branch_inner_one values (3000, 'inner', 1.0)")
    assert spark.sql("select * from lake.bauplan.t2.branch_inner_one").count() == 92
    assert len(same(spark, lake, "t2", "id, title, price")) == 91
    spark.sql("drop table lake.bauplan.renamed")
    assert [row[1] for row in spark.sql("show tables in lake.bauplan").collect()] == ["t2", "t3"]


def main(program, jar):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="boathouse-spark-")).resolve()
    lake = Program(program, folder)
    process, url, key = start_server(lake)
    try:
        drive(session(jar, url, key), lake)
        print("ok")
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
