"""The Parquet files that benchmarks read: sales, products and a wide table.

The values come from hashes of row numbers, so the files are always the same; pyarrow writes them with its defaults, as
most files in the world are written.
"""

import pathlib

import duckdb
import pyarrow.parquet

ROWS_PER_FILE = 2_000_000
BYTES_PER_ROW = 34  # of sales as these files hold them, measured
PRODUCTS = 100_000
WIDE_COLUMNS = 100
WIDE_ROWS = 200_000
DAYS = 2 * 365

# {rows} rows from number {first} on, sold on {days} days from day {day} on, in their order.
SALES = """
WITH numbers AS (SELECT {first} + range AS n, range AS place FROM range({rows})),
rolls AS (
  SELECT n, place, (hash(n) >> 1)::BIGINT AS a, (hash(n + 1000000007) >> 1)::BIGINT AS b, (hash(n + 2000000011) >> 1)::BIGINT AS c,
    (hash(n + 3000000019) >> 1)::BIGINT AS d
  FROM numbers)
SELECT
  n AS sale_id,
  a % {products} AS product_id,
  b % 1500000 AS customer_id,
  DATE '2023-01-01' + ({day} + place * {days} // {rows})::INTEGER AS sold_on,
  TIMESTAMP '2023-01-01' + to_microseconds(({day} + place * {days} // {rows}) * 86400000000 + c % 86400000000) AS sold_at,
  (1 + d % 50)::INTEGER AS quantity,
  round(5 + 300 * ((a >> 20) % 10000) / 10000.0 * ((b >> 20) % 10000) / 10000.0, 2)::DOUBLE AS price,
  ((c >> 20) % 11 / 100.0)::DOUBLE AS discount,
  CASE WHEN (d >> 20) % 50 = 0 THEN NULL ELSE ((d >> 30) % 9 / 100.0)::DOUBLE END AS tax,
  ['north', 'south', 'east', 'west', 'centre'][1 + (a >> 40) % 5] AS region,
  ['open', 'paid', 'sent', 'returned'][1 + (b >> 40) % 4] AS status,
  ['web', 'shop', 'phone'][1 + (c >> 40) % 3] AS channel,
  ['quick', 'slow', 'red', 'blue', 'old', 'late', 'plain', 'heavy'][1 + (d >> 40) % 8] || ' '
    || ['parcel', 'letter', 'crate', 'pallet', 'box', 'bag', 'drum', 'roll'][1 + (d >> 44) % 8] || ' ' || (d >> 48) % 5000 AS comment
FROM rolls
"""
PRODUCTS_SQL = """
SELECT range AS product_id, 'product ' || range AS name, 'category ' || hash(range) % 40 AS category FROM range({products})
"""


def _write(path: pathlib.Path, sql: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    rows = connection.execute(sql).to_arrow_table()
    pyarrow.parquet.write_table(rows, part)
    part.rename(path)


def make_sales(folder: pathlib.Path, mebibytes: int) -> list[pathlib.Path]:
    """About so many MiB in files of ROWS_PER_FILE rows, in the order of their days."""
    rows = max(100_000, mebibytes * (1 << 20) // BYTES_PER_ROW)
    count = -(-rows // ROWS_PER_FILE)
    wanted = [folder / f"sales-{mebibytes}-{i:03}-of-{count:03}.parquet" for i in range(count)]
    for other in set(folder.glob("sales-*.parquet")) - set(wanted):
        other.unlink()
    for i, path in enumerate(wanted):
        first, last = i * rows // count, (i + 1) * rows // count
        day, end = i * DAYS // count, (i + 1) * DAYS // count
        if not path.exists():
            _write(path, SALES.format(first=first, rows=last - first, day=day, days=max(1, end - day), products=PRODUCTS))
    return wanted


def make_products(folder: pathlib.Path) -> pathlib.Path:
    path = folder / "products.parquet"
    if not path.exists():
        _write(path, PRODUCTS_SQL.format(products=PRODUCTS))
    return path


def make_wide(folder: pathlib.Path) -> pathlib.Path:
    path = folder / "wide.parquet"
    if not path.exists():
        columns = ", ".join(f"(hash(range + {i} * 7919) % 1000003 / 1000.0)::DOUBLE AS c{i}" for i in range(WIDE_COLUMNS))
        _write(path, f"SELECT {columns} FROM range({WIDE_ROWS})")
    return path
