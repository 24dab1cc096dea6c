"""What may stand as ``filters`` of a scan."""

import pytest
from boathouse.client.condition import NESTING_MAX, check_condition
from boathouse.client.statements import scan_statement

CONDITIONS = [
    "a > 1",
    "a = 'it''s' and \"B c\" <> 2.5e-3",
    "NOT (a IS NULL OR b IS NOT NULL)",
    "a between 1 and 2 and b not in (1, 2, 'x')",
    "a not like '%x' escape '!' or b ilike 'y'",
    "cast(a as decimal(10, 2)) >= -1",
    "a::double precision > 1",
    "ts >= timestamp '2020-01-01 00:00:00' and ts < date '2021-01-01'",
    "ts + interval '1' day > other",
    "case when a > 1 then b else c end = 2",
    "lower(t.b) = upper('x') || 'y'",
    "extract(year from d) = 2020",
    "starts_with(a, 'x')",
    "flag",
    "(a, b) in ((1, 2), (3, 4))",
    "list[1] = 2",
    "a is distinct from b",
    "true",
    "gr\u00f6\u00dfe > 3",
]
OTHERS = [
    "",
    " ",
    "a >",
    "a = 1;",
    "1=1; drop table t",
    "a = 1 -- and so on",
    "a = 1 /* and so on */",
    "a = 1 union select 1",
    "a, b",
    "a = 1 limit 1",
    "a = 1 order by a",
    "a = 1 group by b",
    "(a = 1",
    "a = 1)",
    "a = 1) or (1 = 1",
    "a = 'x",
    'a = "x',
    "a and",
    "and a",
    "a b",
    "a + 1",
    "1",
    "'x'",
    "*",
    "a = 1 as b",
    "a in (select x from y)",
    "exists (select 1)",
    "select 1",
    "a in ()",
    "case end",
    "a is 3",
    "a not 3",
    "a = \\x",
    "a = \x00",
    "1 and a",
    "not 1",
    "((((",
]


@pytest.mark.parametrize("text", CONDITIONS)
def test_one_condition_passes(text):
    assert check_condition(f" {text}\n") == text


@pytest.mark.parametrize("text", OTHERS)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="no single condition"):
        check_condition(text)


def test_nesting_has_a_limit():
    assert check_condition("(" * (NESTING_MAX - 1) + "a" + ")" * (NESTING_MAX - 1))
    with pytest.raises(ValueError, match="too deeply"):
        check_condition("(" * NESTING_MAX + "a" + ")" * NESTING_MAX)


def test_names_are_quoted_where_they_must_be():
    found = scan_statement("t", "n s", ["a", "B c", 'q"q', "*"], "a > 1", 3)
    assert found == 'SELECT a, "B c", "q""q", * FROM "n s".t WHERE a > 1 LIMIT 3'
    assert scan_statement("n.t", "m", None, None, None) == "SELECT * FROM n.t"


@pytest.mark.parametrize("columns, limit", [([], None), ("ab", None), (None, -1)])
def test_no_columns_and_negative_limits_are_refused(columns, limit):
    with pytest.raises(ValueError):
        scan_statement("t", None, columns, None, limit)
