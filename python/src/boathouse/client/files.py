"""Results as files. A file appears under its name only when it is complete."""

from __future__ import annotations

import contextlib
import csv
import datetime
import decimal
import json
import math
import os
import pathlib
from typing import Any, Iterator, List, Optional

import pyarrow
from pyarrow import parquet

from ..exceptions import BauplanQueryError
from .arguments import AnyPath
from .results import Results

JSON_FORMATS = ("json", "jsonl")


@contextlib.contextmanager
def _replacing(path: AnyPath) -> Iterator[pathlib.Path]:
    """A name beside the target, which takes the target's place at the end or disappears."""
    target = pathlib.Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_parquet(path: AnyPath, results: Results) -> pathlib.Path:
    with _replacing(path) as partial:
        with parquet.ParquetWriter(partial, results.schema) as writer:
            for batch in results.batches():
                writer.write_batch(batch)
    return pathlib.Path(path)


def write_csv(path: AnyPath, results: Results) -> pathlib.Path:
    """With a header line; null is an empty field.

    Raises:
        BauplanQueryError: a column is a list, struct or map, which a line cannot hold.
    """
    for column in results.schema:
        if pyarrow.types.is_nested(column.type):
            results.close()
            raise BauplanQueryError(f"column {column.name!r} is {column.type}: not for CSV")
    with _replacing(path) as partial:
        with open(partial, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(results.schema.names)
            for batch in results.batches():
                columns = [_csv_texts(column) for column in batch.columns]
                writer.writerows(zip(*columns))
    return pathlib.Path(path)


def write_json(path: AnyPath, results: Results, file_format: str) -> pathlib.Path:
    """``json``: one array of objects; ``jsonl``: one object a line. Null values are left out."""
    lines = file_format == "jsonl"
    with _replacing(path) as partial:
        with open(partial, "w", encoding="utf-8") as file:
            file.write("" if lines else "[")
            between = ""
            for row in _json_rows(results):
                file.write(between + row)
                between = "\n" if lines else ","
            file.write(("\n" if between else "") if lines else "]")
    return pathlib.Path(path)


def _json_rows(results: Results) -> Iterator[str]:
    for batch in results.batches():
        keys = [_quoted(name) + ":" for name in batch.schema.names]
        columns = [_json_texts(column) for column in batch.columns]
        for row in zip(*columns):
            pairs = [key + text for key, text in zip(keys, row) if text is not None]
            yield "{" + ",".join(pairs) + "}"


def _json_texts(column: pyarrow.Array) -> List[Optional[str]]:
    """Each value as JSON; none for null."""
    if pyarrow.types.is_timestamp(column.type):
        texts = _moment_texts(column)
        return [None if text is None else _quoted(text) for text in texts]
    return [None if value is None else _json_text(value) for value in _values(column)]


def _json_text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "null"
    if isinstance(value, (int, decimal.Decimal)):
        return str(value)
    if isinstance(value, dict):
        pairs = [(key, item) for key, item in value.items() if item is not None]
        return "{" + ",".join(f"{_quoted(str(k))}:{_json_text(item)}" for k, item in pairs) + "}"
    if isinstance(value, list):
        if value and all(isinstance(item, tuple) and len(item) == 2 for item in value):
            return _json_text(dict(value))
        return "[" + ",".join(_json_text(item) for item in value) + "]"
    return _quoted(_plain_text(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _values(column: pyarrow.Array) -> List[Any]:
    """Python values; a float of 32 bits as the shortest number that means it."""
    values: List[Any] = column.to_pylist()
    if pyarrow.types.is_float32(column.type):
        return [None if v is None else float(t) for v, t in zip(values, _cast_texts(column))]
    return values


def _cast_texts(column: pyarrow.Array) -> List[Any]:
    texts: List[Any] = column.cast(pyarrow.string()).to_pylist()
    return texts


def _csv_texts(column: pyarrow.Array) -> List[Any]:
    if pyarrow.types.is_timestamp(column.type):
        return ["" if text is None else text for text in _moment_texts(column)]
    return [_csv_text(value) for value in _values(column)]


def _csv_text(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else repr(value)
    return value if isinstance(value, (int, str)) else _plain_text(value)


def _plain_text(value: Any) -> str:
    """What is neither a number nor nested, as text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.time):
        return _with_fraction(value.strftime("%H:%M:%S"), value.microsecond, 6)
    if isinstance(value, datetime.datetime):
        zone = "Z" if value.tzinfo else ""
        return _with_fraction(value.strftime("%Y-%m-%dT%H:%M:%S"), value.microsecond, 6) + zone
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


_DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_EPOCH = datetime.datetime(1970, 1, 1)


def _moment_texts(column: pyarrow.Array) -> List[Optional[str]]:
    """ISO 8601 with all digits there are, which Python's own dates would cut; Z for UTC."""
    digits = _DIGITS[column.type.unit]
    zone = "Z" if column.type.tz else ""
    texts: List[Optional[str]] = []
    for ticks in column.cast(pyarrow.int64()).to_pylist():
        if ticks is None:
            texts.append(None)
            continue
        seconds, part = divmod(ticks, 10**digits)
        moment = (_EPOCH + datetime.timedelta(seconds=seconds)).isoformat()
        texts.append(_with_fraction(moment, part, digits) + zone)
    return texts


def _with_fraction(text: str, part: int, digits: int) -> str:
    """The digits of the second in threes, as many as are not zero."""
    if not part:
        return text
    fraction = str(part).rjust(digits, "0")
    while fraction.endswith("000"):
        fraction = fraction[:-3]
    return f"{text}.{fraction}"
