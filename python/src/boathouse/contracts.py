"""Column contracts: schemas as classes, and the types their columns may have."""

from __future__ import annotations

from typing import Optional, Union


class _ColumnType(type):
    """Lets ``Float64 | None`` (may be null) work in every supported Python."""

    def __or__(cls, other: object) -> object:  # type: ignore[override]
        return Union[cls, other]

    def __ror__(cls, other: object) -> object:  # type: ignore[override]
        return Union[other, cls]


class Any(metaclass=_ColumnType):
    """Any type: the column must be there, its type is not checked."""


class Bool(metaclass=_ColumnType):
    """True or false."""


class Int32(metaclass=_ColumnType):
    """Whole number of 32 bits."""


class Int64(metaclass=_ColumnType):
    """Whole number of 64 bits."""


class Float64(metaclass=_ColumnType):
    """Floating-point number of 64 bits."""


class String(metaclass=_ColumnType):
    """Text in UTF-8."""


class Binary(metaclass=_ColumnType):
    """Bytes."""


class Date32(metaclass=_ColumnType):
    """Date, in days."""


class Date64(metaclass=_ColumnType):
    """Date, in milliseconds; stored in days."""


class TimestampMicro(metaclass=_ColumnType):
    """Date and time without zone, in microseconds."""


class TimestampNano(metaclass=_ColumnType):
    """Date and time without zone, in nanoseconds; stored in microseconds where that is exact."""


class TimestampMicroUTC(metaclass=_ColumnType):
    """Moment in UTC, in microseconds."""


class TimestampNanoUTC(metaclass=_ColumnType):
    """Moment in UTC, in nanoseconds; stored in microseconds where that is exact."""


class TableField:
    """What is said of a column besides its type, inside ``Annotated[type, TableField(...)]``."""

    def __init__(
        self,
        name: Optional[str] = None,
        doc: Optional[str] = None,
        lineage: object = None,
        title: Optional[str] = None,
        nullable: Optional[bool] = None,
    ) -> None:
        """
        Args:
            name: of the column, where it is no Python identifier.
            doc: what the column holds.
            lineage: the column it comes from: ``Other['column']`` or ``"table['column']"``.
            title: a short name for people.
            nullable: whether it may be null; usually written ``type | None``.
        """
        self.name = name
        self.doc = doc
        self.lineage = lineage
        self.title = title
        self.nullable = nullable


class _SchemaType(type):
    def __getitem__(cls, column: str) -> object:
        """The annotation of a column, for ``lineage``."""
        for owner in cls.__mro__:
            annotations = owner.__dict__.get("__annotations__")
            if annotations is None and hasattr(owner, "__annotate__"):
                annotations = getattr(owner, "__annotations__", {})
            for name, annotation in (annotations or {}).items():
                if name == column or _column_name(annotation) == column:
                    return annotation
        raise KeyError(f"{cls.__name__} has no column {column!r}")


def _column_name(annotation: object) -> Optional[str]:
    for extra in getattr(annotation, "__metadata__", ()):
        if isinstance(extra, TableField):
            return extra.name
    return None


class TableSchema(metaclass=_SchemaType):
    """Base of contracts: each annotated attribute is a column.

    Example::

        class Trips(TableSchema):
            pickup: TimestampMicroUTC
            miles: Annotated[Float64 | None, TableField(doc='distance in miles')]
    """


