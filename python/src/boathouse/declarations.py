"""What a project's functions import: decorators, inputs, contracts and checks, all of them inert.

Nothing here needs another package, so that it can be loaded in every function's environment.
"""

from . import standard_expectations
from .authoring import (
    Model,
    ModelCacheStrategy,
    ModelMaterializationStrategy,
    Parameter,
    expectation,
    extras,
    model,
    python,
    resources,
)
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
    "ModelCacheStrategy",
    "ModelMaterializationStrategy",
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
