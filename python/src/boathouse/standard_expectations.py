"""Checks that come with the product. Each takes a ``pyarrow.Table`` and the name of a column and
returns ``bool``, also for columns without rows and for columns that are all null:

========================  ===========  =====================
check                     no rows      all null
========================  ===========  =====================
no_nulls                  True         False
all_null                  True         True
some_null                 False        True
all_unique                True         True for one row
accepted_values           True         False
mean_...                  False        False (there is no mean)
equal_concatenation       True         True where both are null
========================  ===========  =====================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Sequence

if TYPE_CHECKING:
    import pyarrow


def _column(table: "pyarrow.Table", column_name: str) -> Any:
    if column_name not in table.column_names:
        raise KeyError(f"no column {column_name!r}, there are: {', '.join(table.column_names)}")
    return table.column(column_name)


def expect_column_no_nulls(table: "pyarrow.Table", column_name: str) -> bool:
    """No value is null."""
    return bool(_column(table, column_name).null_count == 0)


def expect_column_all_null(table: "pyarrow.Table", column_name: str) -> bool:
    """Every value is null."""
    column = _column(table, column_name)
    return bool(column.null_count == len(column))


def expect_column_some_null(table: "pyarrow.Table", column_name: str) -> bool:
    """At least one value is null."""
    return bool(_column(table, column_name).null_count > 0)


def expect_column_all_unique(table: "pyarrow.Table", column_name: str) -> bool:
    """No value occurs twice; null counts as a value."""
    import pyarrow.compute as pc

    column = _column(table, column_name)
    return bool(pc.count_distinct(column, mode="all").as_py() == len(column))


def expect_column_not_unique(table: "pyarrow.Table", column_name: str) -> bool:
    """Some value occurs twice."""
    return not expect_column_all_unique(table, column_name)


def expect_column_accepted_values(
    table: "pyarrow.Table", column_name: str, accepted_values: Sequence[Any]
) -> bool:
    """Every value is one of those; null is not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = _column(table, column_name)
    if len(column) == 0:
        return True
    if column.null_count > 0:
        return False
    accepted = pa.array([v for v in accepted_values if v is not None], type=column.type)
    return bool(pc.all(pc.is_in(column, value_set=accepted), min_count=0).as_py())


def _mean(table: "pyarrow.Table", column_name: str) -> Optional[float]:
    import pyarrow.compute as pc

    mean = pc.mean(_column(table, column_name)).as_py()
    return None if mean is None else float(mean)


def expect_column_mean_greater_than(
    table: "pyarrow.Table", column_name: str, value: float
) -> bool:
    """The mean of the values that are not null is above ``value``."""
    mean = _mean(table, column_name)
    return mean is not None and mean > value


def expect_column_mean_greater_or_equal_than(
    table: "pyarrow.Table", column_name: str, value: float
) -> bool:
    """The mean of the values that are not null is at least ``value``."""
    mean = _mean(table, column_name)
    return mean is not None and mean >= value


def expect_column_mean_smaller_than(
    table: "pyarrow.Table", column_name: str, value: float
) -> bool:
    """The mean of the values that are not null is below ``value``."""
    mean = _mean(table, column_name)
    return mean is not None and mean < value


def expect_column_mean_smaller_or_equal_than(
    table: "pyarrow.Table", column_name: str, value: float
) -> bool:
    """The mean of the values that are not null is at most ``value``."""
    mean = _mean(table, column_name)
    return mean is not None and mean <= value


def expect_column_equal_concatenation(
    table: "pyarrow.Table",
    target_column: str,
    columns: Sequence[str],
    separator: str = "",
) -> bool:
    """In every row ``target_column`` is the text of ``columns`` joined by ``separator``; where one
    of them is null, the target must be null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = [_column(table, name).cast(pa.string()) for name in columns]
    target = _column(table, target_column).cast(pa.string())
    if len(target) == 0:
        return True
    joined = pc.binary_join_element_wise(*parts, separator)
    both_null = pc.and_(pc.is_null(joined), pc.is_null(target))
    same = pc.fill_null(pc.equal(joined, target), False)
    return bool(pc.all(pc.or_(both_null, same)).as_py())
