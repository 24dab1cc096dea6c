"""What functions may return, made one pyarrow.Table of plain types. Imports only what is there."""

import sys

import pyarrow as pa

from . import arrow_types

ACCEPTED = (
    "a pyarrow Table, RecordBatch or RecordBatchReader, a pandas DataFrame or Series, a polars "
    "DataFrame or LazyFrame, a DuckDB relation, or a list of dicts"
)


class BadResult(Exception):
    def __init__(self, message, type_name="", column=""):
        super().__init__(message)
        self.type_name = type_name
        self.column = column


def _class_of(value, package, *names):
    """Whether the value is of a class of that package, without importing it."""
    for kind in type(value).__mro__:
        module = getattr(kind, "__module__", "") or ""
        if kind.__name__ in names and module.split(".")[0].lstrip("_") == package:
            return True
    return False


class Converter:
    """Makes a table of the result of one function."""

    def __init__(self, function, contract):
        self.function = function
        self.contract = contract  # column name -> type as text
        self.warnings = []

    def table(self, value):
        try:
            table = self._table(value)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            words = " ".join(str(part) for part in error.args)
            raise BadResult(
                "the result of %s() cannot become a table: %s" % (self.function, words),
                type(value).__name__,
            ) from error
        return self._plain(table)

    def _table(self, value):
        if isinstance(value, pa.Table):
            return value
        if isinstance(value, pa.RecordBatch):
            return pa.Table.from_batches([value])
        if isinstance(value, pa.RecordBatchReader):
            return value.read_all()
        if _class_of(value, "pandas", "DataFrame"):
            return self._from_pandas(value)
        if _class_of(value, "pandas", "Series"):
            name = self.function if value.name is None else str(value.name)
            return self._from_pandas(value.to_frame(name=name))
        if _class_of(value, "polars", "LazyFrame"):
            value = value.collect()
        if _class_of(value, "polars", "DataFrame"):
            return value.to_arrow()
        if _class_of(value, "duckdb", "DuckDBPyRelation"):
            made = value.fetch_arrow_table()
            return made.read_all() if isinstance(made, pa.RecordBatchReader) else made
        if isinstance(value, list):
            return self._from_rows(value)
        if hasattr(value, "__arrow_c_stream__"):
            return pa.RecordBatchReader.from_stream(value).read_all()
        raise BadResult(self._wrong(value), type(value).__name__)

    def _wrong(self, value):
        if value is None:
            return "%s() returned nothing: return %s" % (self.function, ACCEPTED)
        kind = type(value)
        name = kind.__name__
        if kind.__module__ != "builtins":
            name = kind.__module__ + "." + name
        return "%s() returned %s, which is no table: return %s" % (self.function, name, ACCEPTED)

    def _from_rows(self, rows):
        for row in rows:
            if not isinstance(row, dict):
                raise BadResult(
                    "%s() returned a list of %s: a list must hold dicts, one per row"
                    % (self.function, type(row).__name__),
                    "list",
                )
        if rows:
            names = list(dict.fromkeys(name for row in rows for name in row))
            return pa.table({name: pa.array([r.get(name) for r in rows]) for name in names})
        types = [(n, arrow_types.type_of_contract(t)) for n, t in self.contract.items()]
        if not types or any(kind is None for _, kind in types):
            raise BadResult(
                "%s() returned an empty list, which has no columns: return an empty table with "
                "a schema, or declare the model's columns" % self.function,
                "list",
            )
        return pa.schema(types).empty_table()

    def _from_pandas(self, frame):
        pandas = sys.modules["pandas"]
        index = frame.index
        names = [name for name in index.names if name is not None]
        if names and not any(name in frame.columns for name in names):
            frame = frame.reset_index()
        elif names or not isinstance(index, pandas.RangeIndex):
            self.warnings.append(
                "the index of the DataFrame that %s() returned was dropped: name it, or call "
                "reset_index(), to keep it" % self.function
            )
        duplicates = frame.columns[frame.columns.duplicated()]
        if len(duplicates) > 0:
            raise self._duplicate(str(duplicates[0]))
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if table.num_rows == 0:  # an empty object column has no type of its own: it is text
            for i, field in enumerate(table.schema):
                if pa.types.is_null(field.type):
                    table = table.set_column(i, field.name, pa.chunked_array([], pa.string()))
        return table

    def _duplicate(self, name):
        return BadResult(
            "two columns of the result of %s() are named %r, rename one" % (self.function, name),
            column=name,
        )

    def _plain(self, table):
        fields, columns = [], []
        for i, field in enumerate(table.schema):
            if field.name in (f.name for f in fields):
                raise self._duplicate(field.name)
            kind = self._type_for(field)
            columns.append(self._cast(table.column(i), field.name, kind))
            fields.append(pa.field(field.name, kind, True))
        if not fields:
            raise BadResult("the result of %s() has no columns" % self.function)
        return pa.Table.from_arrays(columns, schema=pa.schema(fields))

    def _type_for(self, field):
        if pa.types.is_null(field.type):
            named = arrow_types.type_of_contract(self.contract.get(field.name, ""))
            if named is not None:
                return named
            raise BadResult(
                "column %r of the result of %s() holds nothing but nulls, so its type is unknown: "
                "cast it, or name its type in the model's schema" % (field.name, self.function),
                column=field.name,
            )
        try:
            return arrow_types.plain(field.type)
        except arrow_types.Unsupported as error:
            raise BadResult(
                "column %r of the result of %s() has the type %s, which no table can hold"
                % (field.name, self.function, error),
                column=field.name,
            ) from error

    def _cast(self, column, name, kind):
        if column.type == kind:
            return column
        try:
            if pa.types.is_dictionary(column.type):
                column = pa.chunked_array(
                    [chunk.dictionary_decode() for chunk in column.chunks], column.type.value_type
                )
            elif getattr(pa.types, "is_run_end_encoded", lambda _: False)(column.type):
                import pyarrow.compute as pc

                decoded = [pc.run_end_decode(chunk) for chunk in column.chunks]
                column = pa.chunked_array(decoded, column.type.value_type)
            return column if column.type == kind else column.cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise BadResult(
                "column %r of the result of %s() does not fit the type %s: %s"
                % (name, self.function, kind, error),
                column=name,
            ) from error
