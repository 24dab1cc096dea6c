"""Write functions over tables: decorators, inputs and column contracts.

Everything here is inert: a decorated function stays the function it was, so it can be called,
tested and type-checked like any other. What the decorators say is read from the source when the
project is run.
"""

from . import standard_expectations
from .authoring import Model, Parameter, expectation, extras, model, python, resources
from .contracts import (
    Any,
    Binary,
    Bool,
    Date32,
    Date64,
    Float64,
    Int32,
    Int64,
    String,
    TableField,
    TableSchema,
    TimestampMicro,
    TimestampMicroUTC,
    TimestampNano,
    TimestampNanoUTC,
)

__version__ = "0.1.0"

__all__ = [
    "Any",
    "Binary",
    "Bool",
    "Date32",
    "Date64",
    "Float64",
    "Int32",
    "Int64",
    "Model",
    "Parameter",
    "String",
    "TableField",
    "TableSchema",
    "TimestampMicro",
    "TimestampMicroUTC",
    "TimestampNano",
    "TimestampNanoUTC",
    "expectation",
    "extras",
    "model",
    "python",
    "resources",
    "standard_expectations",
]
