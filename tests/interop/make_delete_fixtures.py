"""Makes tests/golden/iceberg/deletes: small tables whose rows were deleted by other writers.

Spark deletes by position (version 2) and by deletion vector (version 3); Iceberg's Java interface, in the
same process, deletes by equality. `expected/TABLE.txt` is what Spark itself reads: where the metadata is, the columns, then a row a line.

usage: make_delete_fixtures.py ICEBERG_SPARK_RUNTIME.jar OUT    (python with pyspark 4.1, Java 17)
The tables' files say that they are below file:///tmp/boathouse-golden.
"""
import pathlib
import shutil
import sys

from pyspark.sql import SparkSession

ROOT = pathlib.Path("/tmp/boathouse-golden")


def session(jar):
    return (SparkSession.builder.master("local[1]").config("spark.jars", jar)
            .config("spark.driver.memory", "900m")
            .config("spark.executor.heartbeatInterval", "120s").config("spark.network.timeout", "600s").config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
            .config("spark.sql.catalog.g", "org.apache.iceberg.spark.SparkCatalog")
            .config("spark.sql.catalog.g.type", "hadoop")
            .config("spark.sql.catalog.g.warehouse", f"file://{ROOT}")
            .config("spark.sql.session.timeZone", "UTC").getOrCreate())


MERGE_ON_READ = "'write.delete.mode'='merge-on-read', 'write.update.mode'='merge-on-read'"


def positions(spark):
    """Two data files, deletes in two steps, one file of row groups that are small."""
    spark.sql("create table g.d.positions (id bigint, name string, price double) using iceberg tblproperties ("
              f"'format-version'='2', {MERGE_ON_READ}, 'write.parquet.row-group-size-bytes'='1024',"
              "'write.parquet.row-group-check-min-record-count'='20',"
              "'write.parquet.row-group-check-max-record-count'='20')")
    for start in (0, 1000):
        spark.sql(f"insert into g.d.positions select id, concat('n', id), id / 4.0 from range({start}, {start + 200})")
    spark.sql("delete from g.d.positions where id % 7 = 0")
    spark.sql("delete from g.d.positions where id between 1100 and 1150")


def partitions(spark):
    """Deletes in one partition do not reach another."""
    spark.sql("create table g.d.partitions (id bigint, region string) using iceberg partitioned by (region)"
              f" tblproperties ('format-version'='2', {MERGE_ON_READ}, 'write.delete.granularity'='partition')")
    spark.sql("insert into g.d.partitions select id, if(id % 2 = 0, 'eu', 'us') from range(0, 40)")
    spark.sql("insert into g.d.partitions select id, if(id % 2 = 0, 'eu', 'us') from range(40, 60)")
    spark.sql("delete from g.d.partitions where region = 'eu' and id < 50 and id % 3 = 0")


def vectors(spark):
    """A bitmap, runs and an array of positions."""
    spark.sql("create table g.d.vectors (id bigint, v int) using iceberg tblproperties ("
              f"'format-version'='3', {MERGE_ON_READ})")
    spark.sql("insert into g.d.vectors select id, cast(id % 5 as int) from range(0, 12000, 1, 1)")
    spark.sql("delete from g.d.vectors where id % 2 = 0")
    spark.sql("insert into g.d.vectors select id, cast(id % 5 as int) from range(20000, 21000, 1, 1)")
    spark.sql("delete from g.d.vectors where id between 20100 and 20700")
    spark.sql("insert into g.d.vectors select id, cast(id % 5 as int) from range(30000, 30100, 1, 1)")
    spark.sql("delete from g.d.vectors where id in (30003, 30050)")


def equality(spark):
    """Deletes by one column, then by two with null and a text; rows of the same keys come back later."""
    spark.sql("create table g.d.equality (id int, code string, amount int) using iceberg"
              " tblproperties ('format-version'='2')")
    spark.sql("insert into g.d.equality select cast(id as int), concat('c', id % 4), cast(id as int) from range(0, 50, 1, 1)")
    spark.sql("insert into g.d.equality values (100, null, 1), (101, null, 2), (102, 'c1', 2)")
    delete_equal(spark, "g.d.equality", ["id"], [{"id": i} for i in (3, 4, 5, 48, 999)], "1")
    delete_equal(spark, "g.d.equality", ["code", "amount"],
                 [{"code": None, "amount": 1}, {"code": "c1", "amount": 2}, {"code": "c2", "amount": 10}], "2")
    spark.sql("insert into g.d.equality values (3, 'back', 3), (200, null, 1)")
    # The column that named the rows gets another name, and another of the keys' columns goes.
    spark.sql("alter table g.d.equality rename column id to number")
    spark.sql("alter table g.d.equality drop column amount")


def delete_equal(spark, name, columns, rows, suffix):
    """One file of deletes by equality, through the Java interface."""
    jvm = spark._jvm
    table = jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, name)
    table.refresh()
    key = table.schema().select(columns)
    ids = [table.schema().findField(column).fieldId() for column in columns]
    array = spark.sparkContext._gateway.new_array(jvm.int, len(ids))
    for i, field_id in enumerate(ids):
        array[i] = field_id
    parquet = jvm.org.apache.iceberg.FileFormat.PARQUET
    builder = getattr(jvm.org.apache.iceberg.data, "GenericFileWriterFactory$Builder")
    factory = (builder(table).dataFileFormat(parquet).deleteFileFormat(parquet).dataSchema(table.schema())
               .equalityFieldIds(array).equalityDeleteRowSchema(key).build())
    output = jvm.org.apache.iceberg.encryption.EncryptionUtil.plainAsEncryptedOutput(
        table.io().newOutputFile(f"{table.location()}/data/equality-{suffix}.parquet"))
    writer = factory.newEqualityDeleteWriter(output, table.spec(), None)
    for row in rows:
        record = jvm.org.apache.iceberg.data.GenericRecord.create(key)
        for column, value in row.items():
            record.setField(column, value)
        writer.write(record)
    writer.close()
    table.newRowDelta().addDeletes(writer.toDeleteFile()).commit()
    spark.sql(f"refresh table {name}")


def expect(spark, name):
    table = spark.table(f"g.d.{name}")
    rows = [list(row) for row in table.orderBy(table.columns[0]).collect()]
    metadata = sorted((ROOT / "d" / name / "metadata").glob("v*.metadata.json"),
                      key=lambda path: int(path.name[1:].split(".")[0]))[-1]
    lines = ["|".join("null" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell)
                      for cell in row) for row in rows]
    return {"metadata": str(metadata.relative_to(ROOT)), "columns": "|".join(table.columns), "lines": lines}


def main(jar, out):
    out = pathlib.Path(out)
    shutil.rmtree(ROOT, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    spark = session(jar)
    tables = {"equality": equality, "positions": positions, "partitions": partitions, "vectors": vectors}
    expected = {}
    for name, make in tables.items():
        make(spark)
        expected[name] = expect(spark, name)
    spark.stop()
    out.mkdir(parents=True)
    (out / "expected").mkdir()
    for name, content in expected.items():
        copy(name, content, out)
        lines = [content["metadata"], content["columns"], *content["lines"]]
        (out / "expected" / f"{name}.txt").write_text("\n".join(lines) + "\n")
    shutil.rmtree(ROOT)


def copy(name, content, out):
    """What the last metadata file needs, and no more."""
    for file in sorted((ROOT / "d" / name).rglob("*")):
        older = file.name.endswith(".metadata.json") and str(file.relative_to(ROOT)) != content["metadata"]
        if file.is_file() and not older and file.suffix in (".json", ".avro", ".parquet", ".puffin"):
            target = out / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
