"""Random tables, predicates and projections: the program's two readers, DuckDB and PyIceberg must agree.

Prints its seed; BOATHOUSE_SEED repeats a run."""
import datetime
import decimal
import os
import random
import subprocess

import pyarrow as pa

from program import Program
from tables import Peers, rows

QUESTIONS = 40
UTC = datetime.timezone.utc


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    KINDS = {
        "flag": pa.bool_(), "small": pa.int32(), "big": pa.int64(), "real": pa.float64(), "single": pa.float32(),
        "price": pa.decimal128(12, 2), "day": pa.date32(), "at": pa.timestamp("us"),
        "zoned": pa.timestamp("us", "UTC"), "text": pa.string(), "Mixed Case": pa.string(), "raw": pa.binary(),
        "clock": pa.time64("us"), "list": pa.list_(pa.int64()), "pair": pa.struct([("x", pa.int32()), ("y", pa.string())]),
    }
    NESTED = ("raw", "clock", "list", "pair")

    def value(self, kind):
        r = self.random
        moment = datetime.datetime(2024, 1, 1) + datetime.timedelta(
            days=r.randint(-400, 400), microseconds=r.choice([0, 1, 500_000, 999_999]))
        if pa.types.is_boolean(kind):
            return r.random() < 0.5
        if kind == pa.int32():
            return r.choice([r.randint(-5, 5), 2**31 - 1, -2**31])
        if pa.types.is_integer(kind):
            return r.choice([r.randint(-20, 20), 2**53, 2**53 + 1, 2**63 - 1, -2**63])
        if pa.types.is_floating(kind):
            return r.choice([r.randint(-6, 6) / 2, float("nan"), float("inf"), float("-inf"), -0.0, 0.0])
        if pa.types.is_decimal(kind):
            return decimal.Decimal(r.randint(-10**4, 10**4)) / 100
        if pa.types.is_date(kind):
            return moment.date()
        if pa.types.is_timestamp(kind):
            return moment.replace(tzinfo=UTC) if kind.tz else moment
        if pa.types.is_string(kind):
            return r.choice(["", "a", "ab", "abc", "b", "é", "\U0001f600", "zz" * 20, "zz" * 20 + "a", "10", "9"])
        if pa.types.is_binary(kind):
            return bytes(r.randrange(256) for _ in range(r.randrange(3)))
        if pa.types.is_time(kind):
            return datetime.time(r.randrange(24), r.randrange(60), 0, r.choice([0, 999_999]))
        if pa.types.is_list(kind):
            return [r.choice([None, r.randint(0, 9)]) for _ in range(r.randrange(3))]
        return {"x": r.choice([None, 1, 2]), "y": r.choice([None, "u"])}

    def table(self, names, count):
        nulls = {name: self.random.choice([0, 0.2, 1]) if self.random.random() < 0.7 else 0 for name in names}
        clustered = self.random.random() < 0.5
        columns = []
        for name in names:
            values = [None if self.random.random() < nulls[name] else self.value(self.KINDS[name])
                      for _ in range(count)]
            if clustered and name in ("small", "big", "day", "text"):
                values = sorted((v for v in values if v is not None)) + [None] * values.count(None)
            columns.append(pa.array(values, self.KINDS[name]))
        return pa.table(columns, names=names)

    def literal(self, kind):
        value = self.value(kind)
        if isinstance(value, bool):
            return str(value)
        if isinstance(value, float):
            return repr(value) if value == value and abs(value) != float("inf") else f"'{value}'::DOUBLE"
        if isinstance(value, (int, decimal.Decimal)):
            return str(value)
        if isinstance(value, datetime.datetime):
            return f"TIMESTAMP{'TZ' if value.tzinfo else ''} '{value.isoformat(sep=' ')}'"
        if isinstance(value, datetime.date):
            return self.random.choice(["DATE ", ""]) + f"'{value.isoformat()}'"
        return "'" + value.replace("'", "''") + "'"

    def leaf(self, names):
        r = self.random
        name = r.choice([n for n in names if n not in self.NESTED] or names)
        kind, column = self.KINDS[name], f'"{name}"'
        shape = r.random()
        if name in self.NESTED or shape < 0.15:
            return f"{column} IS {r.choice(['', 'NOT '])}NULL"
        if shape < 0.3:
            return f"{column} {r.choice(['', 'NOT '])}IN ({self.literal(kind)}, {self.literal(kind)})"
        if shape < 0.4:
            return f"{column} BETWEEN {self.literal(kind)} AND {self.literal(kind)}"
        if pa.types.is_string(kind) and shape < 0.55:
            return f"{column} LIKE '{r.choice(['a', 'zz', 'é', ''])}%'"
        if pa.types.is_integer(kind) and shape < 0.6:
            return f"{column} {r.choice(['=', '<', '>='])} {r.choice(['1.5', '9007199254740992e0', '2.0', '-3e0'])}"
        left, right = column, self.literal(kind)
        if r.random() < 0.2:
            left, right = right, left
        return f"{left} {r.choice(['=', '<>', '<', '<=', '>', '>='])} {right}"

    def predicate(self, names, depth=0):
        shape = self.random.random()
        if depth < 2 and shape < 0.5:
            word = self.random.choice([" AND ", " OR "])
            return "(" + word.join(self.predicate(names, depth + 1) for _ in range(2)) + ")"
        if shape < 0.6:
            return f"NOT ({self.leaf(names)})"
        return self.leaf(names)

    def partitions(self, names):
        choices = {"small": ["small", "bucket(3, small)", "truncate(4, small)"], "big": ["bucket(4, big)"],
                   "text": ["text", "truncate(2, text)", "bucket(3, text)"], "day": ["month(day)", "day(day)"],
                   "at": ["month(at)", "year(at)"], "zoned": ["year(zoned)"], "flag": ["flag"], "real": ["real"],
                   "price": ["truncate(1000, price)"]}
        able = [n for n in names if n in choices]
        if not able or self.random.random() < 0.4:
            return []
        return ["--partitioned-by", self.random.choice(choices[self.random.choice(able)])]


def ask_both_ways(lake, questions):
    """[(direct, reference)] as pyarrow tables."""
    lines = "".join(f"{metadata}\t{lake.folder / 'tmp' / f'q{i}'}\t{sql}\n" for i, (metadata, sql) in enumerate(questions))
    done = subprocess.run([os.environ["READ_BOTH_WAYS"], lake.folder / "lake"], input=lines, text=True,
                          capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    answers = iter(done.stdout.splitlines())
    out = []
    for i, (_, sql) in enumerate(questions):
        pair = []
        for way in ("direct", "reference"):
            said = next(answers)
            assert said.startswith(way) and "error" not in said, (said, sql)
            with pa.ipc.open_file(lake.folder / "tmp" / f"q{i}.{way}") as reader:
                pair.append(reader.read_all())
        out.append(pair)
    return out


def check(lake, seed, plain):
    generator, peers = Generator(seed), Peers()
    names = [n for n in generator.KINDS if generator.random.random() < 0.75 and not (plain and n in generator.NESTED)]
    names = names or ["small"]
    parts = [generator.table(names, generator.random.choice([1, 7, 60])) for _ in range(3)]
    lake.ingest("t", parts[0], *generator.partitions(names))
    for part in parts[1:]:
        lake.add("t", part)
    whole = pa.concat_tables(parts)
    metadata = peers.same(lake, "t", whole)
    # A table of DuckDB's own: what SQL means without anybody's pruning.
    peers.duckdb.execute(f"create table t as select * from iceberg_scan('{metadata.removeprefix('file://')}')")
    questions = []
    for _ in range(QUESTIONS):
        chosen = generator.random.sample(names, generator.random.randint(1, len(names)))
        columns = ", ".join(f'"{n}"' for n in chosen)
        questions.append(f"SELECT {columns} FROM t WHERE {generator.predicate(names)}")
    answers = ask_both_ways(lake, [(metadata, sql) for sql in questions])
    for sql, (direct, reference) in zip(questions, answers):
        wanted = rows(peers.duckdb.execute(sql).to_arrow_table())
        assert rows(reference) == wanted, f"seed {seed}: the reference reader differs: {sql}"
        assert rows(direct) == wanted, f"seed {seed}: DuckDB's own Parquet reader differs: {sql}"
        assert direct.schema == reference.schema, f"seed {seed}: other types: {sql}"
    for sql in questions[:3]:
        assert rows(lake.query(sql)) == rows(peers.duckdb.execute(sql).to_arrow_table()), f"seed {seed}: {sql}"
    aggregate = 'SELECT count(*) AS n, ' + ", ".join(f'min("{n}"), max("{n}")' for n in names
                                                      if n not in generator.NESTED) + " FROM t"
    (direct, reference), = ask_both_ways(lake, [(metadata, aggregate.replace(",  FROM", " FROM"))])
    assert rows(direct) == rows(reference) == rows(peers.duckdb.execute(aggregate).to_arrow_table())


def seeds(count):
    fixed = os.environ.get("BOATHOUSE_SEED")
    chosen = [int(fixed)] if fixed else [random.SystemRandom().randrange(10**9) for _ in range(count)]
    print("seeds:", *chosen)
    return chosen


def fresh(work, seed):
    folder = work / str(seed)
    folder.mkdir()
    return Program(os.environ["BOATHOUSE_PROGRAM"], folder)


def test_plain_tables(work):
    for seed in seeds(3):
        check(fresh(work, seed), seed, plain=True)


def test_tables_of_every_kind(work):
    for seed in seeds(3):
        check(fresh(work, seed), seed, plain=False)
