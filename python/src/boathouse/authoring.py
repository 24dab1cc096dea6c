"""Decorators and inputs. All of them leave the function as it is."""

from __future__ import annotations

import typing
from typing import (
    Any,
    Callable,
    List,
    Literal,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Type,
    TypeVar,
    Union,
)

from .contracts import TableSchema

Function = TypeVar("Function", bound=Callable[..., Any])

ModelMaterializationStrategy = Literal["NONE", "REPLACE", "APPEND", "OVERWRITE_PARTITIONS"]
ModelCacheStrategy = Literal["NONE", "DEFAULT"]

if typing.TYPE_CHECKING:
    from pyarrow import Table as _TableBase
else:
    _TableBase = object


def _inert(function: Function) -> Function:
    return function


def model(
    name: Optional[str] = None,
    columns: Optional[Sequence[str]] = None,
    partitioned_by: Optional[Union[str, List[str], Tuple[str, ...]]] = None,
    materialization_strategy: Optional[ModelMaterializationStrategy] = None,
    cache_strategy: Optional[ModelCacheStrategy] = None,
    overwrite_filter: Optional[str] = None,
    internet_access: Optional[bool] = None,
    **kwargs: Any,
) -> Callable[[Function], Function]:
    """Marks a function from tables to one table.

    Args:
        name: of the table it makes; default the function's name.
        columns: the names of the columns it promises; absent or ``['*']`` = any.
        partitioned_by: columns or transforms, e.g. ``['year(ts)', 'region']``.
        materialization_strategy: ``'NONE'`` (default, in memory only), ``'REPLACE'``,
            ``'APPEND'`` or ``'OVERWRITE_PARTITIONS'``.
        cache_strategy: ``'NONE'`` or ``'DEFAULT'``.
        overwrite_filter: which rows ``'OVERWRITE_PARTITIONS'`` replaces, as SQL over the
            partition columns.
        internet_access: whether the function may reach the network; default no.
    """
    return _inert


def expectation(**kwargs: Any) -> Callable[[Function], Function]:
    """Marks a function from tables to ``bool``: ``True`` passes, ``False`` or an
    ``AssertionError`` fails the check."""
    return _inert


def python(
    version: Optional[str] = None,
    pip: Optional[Mapping[str, str]] = None,
    **kwargs: Any,
) -> Callable[[Function], Function]:
    """Says what the function runs in.

    Args:
        version: of the interpreter, e.g. ``'3.11'``; default the project's.
        pip: package name to version: ``{'pandas': '2.2.0', 'polars': '1.37'}``.
    """
    return _inert


def resources(
    cpus: Optional[Union[int, float]] = None,
    memory: Optional[Union[int, str]] = None,
    memory_swap: Optional[Union[int, str]] = None,
    timeout: Optional[int] = None,
    **kwargs: Any,
) -> Callable[[Function], Function]:
    """Sets the limits of the function.

    Args:
        cpus: processors, fractions allowed.
        memory: text such as ``'1G'``, or a number of megabytes.
        memory_swap: the same for swap.
        timeout: seconds.
    """
    return _inert


def extras(*args: str, **kwargs: Any) -> Callable[[Function], Function]:
    """Asks for optional parts of the package in the function's environment."""
    return _inert


class Model(_TableBase):  # type: ignore[misc]
    """An input: a model of the project or a table of the lake, as default value or in
    ``Annotated``. The function receives a ``pyarrow.Table``."""

    def __init__(
        self,
        name: str,
        columns: Optional[Sequence[str]] = None,
        filter: Optional[str] = None,
        ref: Optional[str] = None,
        projection_schema: Optional[Type[TableSchema]] = None,
        connector: Optional[str] = None,
        connector_config_key: Optional[str] = None,
        connector_config_uri: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        """
        Args:
            name: model, table or ``namespace.table``.
            columns: to read; absent or ``['*']`` = all.
            filter: SQL condition on its columns; ``$name`` is a parameter.
            ref: branch, tag or commit to read the table at; default the run's.
            projection_schema: the columns and types wanted.
            connector: kind of the outside warehouse to read from.
            connector_config_key: name of its stored settings.
            connector_config_uri: address of its stored settings.
        """
        self.name = name
        self.columns = columns
        self.filter = filter
        self.ref = ref
        self.projection_schema = projection_schema
        self.connector = connector
        self.connector_config_key = connector_config_key
        self.connector_config_uri = connector_config_uri

    def __repr__(self) -> str:
        return f"Model({self.name!r})"


class Parameter:
    """An input: a parameter of the project, as default value or in ``Annotated``. The function
    receives its typed value."""

    def __init__(self, param_name: str) -> None:
        """
        Args:
            param_name: as the project file declares it.
        """
        self.param_name = param_name

    @property
    def name(self) -> str:
        return self.param_name

    def __repr__(self) -> str:
        return f"Parameter({self.param_name!r})"
