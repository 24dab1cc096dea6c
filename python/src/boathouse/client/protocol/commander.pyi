import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class JobRequestOptionalBool(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_REQUEST_OPTIONAL_BOOL_UNSPECIFIED: _ClassVar[JobRequestOptionalBool]
    JOB_REQUEST_OPTIONAL_BOOL_TRUE: _ClassVar[JobRequestOptionalBool]
    JOB_REQUEST_OPTIONAL_BOOL_FALSE: _ClassVar[JobRequestOptionalBool]

class JobKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_KIND_UNSPECIFIED: _ClassVar[JobKind]
    JOB_KIND_CODE_SNAPSHOT_RUN: _ClassVar[JobKind]
    JOB_KIND_QUERY_RUN: _ClassVar[JobKind]
    JOB_KIND_IMPORT_PLAN_CREATE: _ClassVar[JobKind]
    JOB_KIND_IMPORT_PLAN_APPLY: _ClassVar[JobKind]
    JOB_KIND_TABLE_PLAN_CREATE: _ClassVar[JobKind]
    JOB_KIND_TABLE_PLAN_CREATE_APPLY: _ClassVar[JobKind]
    JOB_KIND_TABLE_DATA_IMPORT: _ClassVar[JobKind]
    JOB_KIND_EXTERNAL_TABLE_CREATE: _ClassVar[JobKind]

class JobStateType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_STATE_TYPE_UNSPECIFIED: _ClassVar[JobStateType]
    JOB_STATE_TYPE_NOT_STARTED: _ClassVar[JobStateType]
    JOB_STATE_TYPE_RUNNING: _ClassVar[JobStateType]
    JOB_STATE_TYPE_COMPLETE: _ClassVar[JobStateType]
    JOB_STATE_TYPE_ABORT: _ClassVar[JobStateType]
    JOB_STATE_TYPE_FAIL: _ClassVar[JobStateType]
    JOB_STATE_TYPE_OTHER: _ClassVar[JobStateType]

class Component(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMPONENT_UNSPECIFIED: _ClassVar[Component]
    COMPONENT_RUNNER: _ClassVar[Component]
    COMPONENT_RUNTIME: _ClassVar[Component]
JOB_REQUEST_OPTIONAL_BOOL_UNSPECIFIED: JobRequestOptionalBool
JOB_REQUEST_OPTIONAL_BOOL_TRUE: JobRequestOptionalBool
JOB_REQUEST_OPTIONAL_BOOL_FALSE: JobRequestOptionalBool
JOB_KIND_UNSPECIFIED: JobKind
JOB_KIND_CODE_SNAPSHOT_RUN: JobKind
JOB_KIND_QUERY_RUN: JobKind
JOB_KIND_IMPORT_PLAN_CREATE: JobKind
JOB_KIND_IMPORT_PLAN_APPLY: JobKind
JOB_KIND_TABLE_PLAN_CREATE: JobKind
JOB_KIND_TABLE_PLAN_CREATE_APPLY: JobKind
JOB_KIND_TABLE_DATA_IMPORT: JobKind
JOB_KIND_EXTERNAL_TABLE_CREATE: JobKind
JOB_STATE_TYPE_UNSPECIFIED: JobStateType
JOB_STATE_TYPE_NOT_STARTED: JobStateType
JOB_STATE_TYPE_RUNNING: JobStateType
JOB_STATE_TYPE_COMPLETE: JobStateType
JOB_STATE_TYPE_ABORT: JobStateType
JOB_STATE_TYPE_FAIL: JobStateType
JOB_STATE_TYPE_OTHER: JobStateType
COMPONENT_UNSPECIFIED: Component
COMPONENT_RUNNER: Component
COMPONENT_RUNTIME: Component

class JobRequestCommon(_message.Message):
    __slots__ = ("module_version", "hostname", "args", "debug", "priority", "boathouse_request_id")
    class ArgsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    MODULE_VERSION_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    ARGS_FIELD_NUMBER: _ClassVar[int]
    DEBUG_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    module_version: str
    hostname: str
    args: _containers.ScalarMap[str, str]
    debug: JobRequestOptionalBool
    priority: int
    boathouse_request_id: str
    def __init__(self, module_version: _Optional[str] = ..., hostname: _Optional[str] = ..., args: _Optional[_Mapping[str, str]] = ..., debug: _Optional[_Union[JobRequestOptionalBool, str]] = ..., priority: _Optional[int] = ..., boathouse_request_id: _Optional[str] = ...) -> None: ...

class PlannerLogGenericContext(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PlannerLogFileContext(_message.Message):
    __slots__ = ("path", "line")
    PATH_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    path: str
    line: int
    def __init__(self, path: _Optional[str] = ..., line: _Optional[int] = ...) -> None: ...

class PlannerLog(_message.Message):
    __slots__ = ("level", "message", "generic", "file")
    class LogLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LOG_LEVEL_UNSPECIFIED: _ClassVar[PlannerLog.LogLevel]
        LOG_LEVEL_ERROR: _ClassVar[PlannerLog.LogLevel]
        LOG_LEVEL_WARNING: _ClassVar[PlannerLog.LogLevel]
        LOG_LEVEL_DEBUG: _ClassVar[PlannerLog.LogLevel]
        LOG_LEVEL_INFO: _ClassVar[PlannerLog.LogLevel]
        LOG_LEVEL_TRACE: _ClassVar[PlannerLog.LogLevel]
    LOG_LEVEL_UNSPECIFIED: PlannerLog.LogLevel
    LOG_LEVEL_ERROR: PlannerLog.LogLevel
    LOG_LEVEL_WARNING: PlannerLog.LogLevel
    LOG_LEVEL_DEBUG: PlannerLog.LogLevel
    LOG_LEVEL_INFO: PlannerLog.LogLevel
    LOG_LEVEL_TRACE: PlannerLog.LogLevel
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    GENERIC_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    level: PlannerLog.LogLevel
    message: str
    generic: PlannerLogGenericContext
    file: PlannerLogFileContext
    def __init__(self, level: _Optional[_Union[PlannerLog.LogLevel, str]] = ..., message: _Optional[str] = ..., generic: _Optional[_Union[PlannerLogGenericContext, _Mapping]] = ..., file: _Optional[_Union[PlannerLogFileContext, _Mapping]] = ...) -> None: ...

class JobResponseCommon(_message.Message):
    __slots__ = ("job_id", "debug", "args", "username", "logs")
    class ArgsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    DEBUG_FIELD_NUMBER: _ClassVar[int]
    ARGS_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    LOGS_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    debug: bool
    args: _containers.ScalarMap[str, str]
    username: str
    logs: _containers.RepeatedCompositeFieldContainer[PlannerLog]
    def __init__(self, job_id: _Optional[str] = ..., debug: _Optional[bool] = ..., args: _Optional[_Mapping[str, str]] = ..., username: _Optional[str] = ..., logs: _Optional[_Iterable[_Union[PlannerLog, _Mapping]]] = ...) -> None: ...

class JobId(_message.Message):
    __slots__ = ("id", "snapshot_uri", "dag_graphviz", "dag_ascii", "scheduled_runner_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_URI_FIELD_NUMBER: _ClassVar[int]
    DAG_GRAPHVIZ_FIELD_NUMBER: _ClassVar[int]
    DAG_ASCII_FIELD_NUMBER: _ClassVar[int]
    SCHEDULED_RUNNER_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    snapshot_uri: str
    dag_graphviz: str
    dag_ascii: str
    scheduled_runner_id: str
    def __init__(self, id: _Optional[str] = ..., snapshot_uri: _Optional[str] = ..., dag_graphviz: _Optional[str] = ..., dag_ascii: _Optional[str] = ..., scheduled_runner_id: _Optional[str] = ...) -> None: ...

class JobInfo(_message.Message):
    __slots__ = ("id", "human_readable_status", "kind", "user", "created_at", "started_at", "finished_at", "runner", "status", "kind_type", "error_message", "boathouse_record")
    ID_FIELD_NUMBER: _ClassVar[int]
    HUMAN_READABLE_STATUS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    RUNNER_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    KIND_TYPE_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_RECORD_FIELD_NUMBER: _ClassVar[int]
    id: str
    human_readable_status: str
    kind: str
    user: str
    created_at: _timestamp_pb2.Timestamp
    started_at: _timestamp_pb2.Timestamp
    finished_at: _timestamp_pb2.Timestamp
    runner: str
    status: JobStateType
    kind_type: JobKind
    error_message: str
    boathouse_record: bytes
    def __init__(self, id: _Optional[str] = ..., human_readable_status: _Optional[str] = ..., kind: _Optional[str] = ..., user: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finished_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., runner: _Optional[str] = ..., status: _Optional[_Union[JobStateType, str]] = ..., kind_type: _Optional[_Union[JobKind, str]] = ..., error_message: _Optional[str] = ..., boathouse_record: _Optional[bytes] = ...) -> None: ...

class IntParameterValue(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: int
    def __init__(self, value: _Optional[int] = ...) -> None: ...

class FloatParameterValue(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: float
    def __init__(self, value: _Optional[float] = ...) -> None: ...

class BoolParameterValue(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: bool
    def __init__(self, value: _Optional[bool] = ...) -> None: ...

class StrParameterValue(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: str
    def __init__(self, value: _Optional[str] = ...) -> None: ...

class SecretParameterValue(_message.Message):
    __slots__ = ("value", "key")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    value: str
    key: str
    def __init__(self, value: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class VaultParameterValue(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: str
    def __init__(self, value: _Optional[str] = ...) -> None: ...

class Parameter(_message.Message):
    __slots__ = ("name", "int_value", "float_value", "bool_value", "str_value", "secret_value", "vault_value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    INT_VALUE_FIELD_NUMBER: _ClassVar[int]
    FLOAT_VALUE_FIELD_NUMBER: _ClassVar[int]
    BOOL_VALUE_FIELD_NUMBER: _ClassVar[int]
    STR_VALUE_FIELD_NUMBER: _ClassVar[int]
    SECRET_VALUE_FIELD_NUMBER: _ClassVar[int]
    VAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    int_value: IntParameterValue
    float_value: FloatParameterValue
    bool_value: BoolParameterValue
    str_value: StrParameterValue
    secret_value: SecretParameterValue
    vault_value: VaultParameterValue
    def __init__(self, name: _Optional[str] = ..., int_value: _Optional[_Union[IntParameterValue, _Mapping]] = ..., float_value: _Optional[_Union[FloatParameterValue, _Mapping]] = ..., bool_value: _Optional[_Union[BoolParameterValue, _Mapping]] = ..., str_value: _Optional[_Union[StrParameterValue, _Mapping]] = ..., secret_value: _Optional[_Union[SecretParameterValue, _Mapping]] = ..., vault_value: _Optional[_Union[VaultParameterValue, _Mapping]] = ...) -> None: ...

class GetBauplanInfoRequest(_message.Message):
    __slots__ = ("api_key",)
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    api_key: str
    def __init__(self, api_key: _Optional[str] = ...) -> None: ...

class RunnerNodeInfo(_message.Message):
    __slots__ = ("public_key", "hostname")
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    public_key: str
    hostname: str
    def __init__(self, public_key: _Optional[str] = ..., hostname: _Optional[str] = ...) -> None: ...

class OrganizationInfo(_message.Message):
    __slots__ = ("id", "name", "slug", "default_parameter_secret_key", "default_parameter_secret_public_key")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_PARAMETER_SECRET_KEY_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_PARAMETER_SECRET_PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    slug: str
    default_parameter_secret_key: str
    default_parameter_secret_public_key: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., slug: _Optional[str] = ..., default_parameter_secret_key: _Optional[str] = ..., default_parameter_secret_public_key: _Optional[str] = ...) -> None: ...

class UserInfo(_message.Message):
    __slots__ = ("id", "username", "first_name", "last_name")
    ID_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    FIRST_NAME_FIELD_NUMBER: _ClassVar[int]
    LAST_NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    username: str
    first_name: str
    last_name: str
    def __init__(self, id: _Optional[str] = ..., username: _Optional[str] = ..., first_name: _Optional[str] = ..., last_name: _Optional[str] = ...) -> None: ...

class GetBauplanInfoResponse(_message.Message):
    __slots__ = ("runners", "user", "client_version", "server_version", "organization_info", "user_info")
    RUNNERS_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    CLIENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_INFO_FIELD_NUMBER: _ClassVar[int]
    USER_INFO_FIELD_NUMBER: _ClassVar[int]
    runners: _containers.RepeatedCompositeFieldContainer[RunnerNodeInfo]
    user: str
    client_version: str
    server_version: str
    organization_info: OrganizationInfo
    user_info: UserInfo
    def __init__(self, runners: _Optional[_Iterable[_Union[RunnerNodeInfo, _Mapping]]] = ..., user: _Optional[str] = ..., client_version: _Optional[str] = ..., server_version: _Optional[str] = ..., organization_info: _Optional[_Union[OrganizationInfo, _Mapping]] = ..., user_info: _Optional[_Union[UserInfo, _Mapping]] = ...) -> None: ...

class CodeSnapshotRunRequest(_message.Message):
    __slots__ = ("job_request_common", "zip_file", "ref", "namespace", "dry_run", "transaction", "strict", "cache", "preview", "project_id", "project_name", "parameters", "public_key")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    ZIP_FILE_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    job_request_common: JobRequestCommon
    zip_file: bytes
    ref: str
    namespace: str
    dry_run: JobRequestOptionalBool
    transaction: str
    strict: str
    cache: str
    preview: str
    project_id: str
    project_name: str
    parameters: _containers.RepeatedCompositeFieldContainer[Parameter]
    public_key: str
    def __init__(self, job_request_common: _Optional[_Union[JobRequestCommon, _Mapping]] = ..., zip_file: _Optional[bytes] = ..., ref: _Optional[str] = ..., namespace: _Optional[str] = ..., dry_run: _Optional[_Union[JobRequestOptionalBool, str]] = ..., transaction: _Optional[str] = ..., strict: _Optional[str] = ..., cache: _Optional[str] = ..., preview: _Optional[str] = ..., project_id: _Optional[str] = ..., project_name: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[Parameter, _Mapping]]] = ..., public_key: _Optional[str] = ...) -> None: ...

class CodeSnapshotRunResponse(_message.Message):
    __slots__ = ("job_response_common", "snapshot_id", "snapshot_uri", "ref", "namespace", "dry_run", "transaction", "strict", "cache", "preview", "user_branch_prefix", "project_id", "project_name", "parameters", "public_key", "dag_ascii")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_URI_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    USER_BRANCH_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    DAG_ASCII_FIELD_NUMBER: _ClassVar[int]
    job_response_common: JobResponseCommon
    snapshot_id: str
    snapshot_uri: str
    ref: str
    namespace: str
    dry_run: bool
    transaction: str
    strict: str
    cache: str
    preview: str
    user_branch_prefix: str
    project_id: str
    project_name: str
    parameters: _containers.RepeatedCompositeFieldContainer[Parameter]
    public_key: str
    dag_ascii: str
    def __init__(self, job_response_common: _Optional[_Union[JobResponseCommon, _Mapping]] = ..., snapshot_id: _Optional[str] = ..., snapshot_uri: _Optional[str] = ..., ref: _Optional[str] = ..., namespace: _Optional[str] = ..., dry_run: _Optional[bool] = ..., transaction: _Optional[str] = ..., strict: _Optional[str] = ..., cache: _Optional[str] = ..., preview: _Optional[str] = ..., user_branch_prefix: _Optional[str] = ..., project_id: _Optional[str] = ..., project_name: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[Parameter, _Mapping]]] = ..., public_key: _Optional[str] = ..., dag_ascii: _Optional[str] = ...) -> None: ...

class CodeSnapshotReRunRequest(_message.Message):
    __slots__ = ("job_request_common", "re_run_job_id", "ref", "namespace", "dry_run", "transaction", "strict", "cache", "preview")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    RE_RUN_JOB_ID_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    job_request_common: JobRequestCommon
    re_run_job_id: str
    ref: str
    namespace: str
    dry_run: JobRequestOptionalBool
    transaction: str
    strict: str
    cache: str
    preview: str
    def __init__(self, job_request_common: _Optional[_Union[JobRequestCommon, _Mapping]] = ..., re_run_job_id: _Optional[str] = ..., ref: _Optional[str] = ..., namespace: _Optional[str] = ..., dry_run: _Optional[_Union[JobRequestOptionalBool, str]] = ..., transaction: _Optional[str] = ..., strict: _Optional[str] = ..., cache: _Optional[str] = ..., preview: _Optional[str] = ...) -> None: ...

class CodeSnapshotReRunResponse(_message.Message):
    __slots__ = ("job_response_common", "re_run_job_id", "ref", "namespace", "dry_run", "transaction", "strict", "cache", "preview", "user_branch_prefix")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    RE_RUN_JOB_ID_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    USER_BRANCH_PREFIX_FIELD_NUMBER: _ClassVar[int]
    job_response_common: JobResponseCommon
    re_run_job_id: str
    ref: str
    namespace: str
    dry_run: bool
    transaction: str
    strict: str
    cache: str
    preview: str
    user_branch_prefix: str
    def __init__(self, job_response_common: _Optional[_Union[JobResponseCommon, _Mapping]] = ..., re_run_job_id: _Optional[str] = ..., ref: _Optional[str] = ..., namespace: _Optional[str] = ..., dry_run: _Optional[bool] = ..., transaction: _Optional[str] = ..., strict: _Optional[str] = ..., cache: _Optional[str] = ..., preview: _Optional[str] = ..., user_branch_prefix: _Optional[str] = ...) -> None: ...

class QueryRunRequest(_message.Message):
    __slots__ = ("job_request_common", "ref", "sql_query", "cache", "namespace", "boathouse_rows_max")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    SQL_QUERY_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_ROWS_MAX_FIELD_NUMBER: _ClassVar[int]
    job_request_common: JobRequestCommon
    ref: str
    sql_query: str
    cache: str
    namespace: str
    boathouse_rows_max: int
    def __init__(self, job_request_common: _Optional[_Union[JobRequestCommon, _Mapping]] = ..., ref: _Optional[str] = ..., sql_query: _Optional[str] = ..., cache: _Optional[str] = ..., namespace: _Optional[str] = ..., boathouse_rows_max: _Optional[int] = ...) -> None: ...

class QueryRunResponse(_message.Message):
    __slots__ = ("job_response_common", "sql_query", "ref", "namespace", "cache")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    SQL_QUERY_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    job_response_common: JobResponseCommon
    sql_query: str
    ref: str
    namespace: str
    cache: str
    def __init__(self, job_response_common: _Optional[_Union[JobResponseCommon, _Mapping]] = ..., sql_query: _Optional[str] = ..., ref: _Optional[str] = ..., namespace: _Optional[str] = ..., cache: _Optional[str] = ...) -> None: ...

class TableCreatePlanRequest(_message.Message):
    __slots__ = ("job_request_common", "branch_name", "table_name", "namespace", "search_string", "table_replace", "table_partitioned_by")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_STRING_FIELD_NUMBER: _ClassVar[int]
    TABLE_REPLACE_FIELD_NUMBER: _ClassVar[int]
    TABLE_PARTITIONED_BY_FIELD_NUMBER: _ClassVar[int]
    job_request_common: JobRequestCommon
    branch_name: str
    table_name: str
    namespace: str
    search_string: str
    table_replace: bool
    table_partitioned_by: str
    def __init__(self, job_request_common: _Optional[_Union[JobRequestCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., search_string: _Optional[str] = ..., table_replace: _Optional[bool] = ..., table_partitioned_by: _Optional[str] = ...) -> None: ...

class TableCreatePlanResponse(_message.Message):
    __slots__ = ("job_response_common", "branch_name", "table_name", "namespace", "search_string", "table_replace", "user_branch_prefix", "table_partitioned_by")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_STRING_FIELD_NUMBER: _ClassVar[int]
    TABLE_REPLACE_FIELD_NUMBER: _ClassVar[int]
    USER_BRANCH_PREFIX_FIELD_NUMBER: _ClassVar[int]
    TABLE_PARTITIONED_BY_FIELD_NUMBER: _ClassVar[int]
    job_response_common: JobResponseCommon
    branch_name: str
    table_name: str
    namespace: str
    search_string: str
    table_replace: bool
    user_branch_prefix: str
    table_partitioned_by: str
    def __init__(self, job_response_common: _Optional[_Union[JobResponseCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., search_string: _Optional[str] = ..., table_replace: _Optional[bool] = ..., user_branch_prefix: _Optional[str] = ..., table_partitioned_by: _Optional[str] = ...) -> None: ...

class TableCreatePlanApplyRequest(_message.Message):
    __slots__ = ("job_request_common", "plan_yaml")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    PLAN_YAML_FIELD_NUMBER: _ClassVar[int]
    job_request_common: JobRequestCommon
    plan_yaml: str
    def __init__(self, job_request_common: _Optional[_Union[JobRequestCommon, _Mapping]] = ..., plan_yaml: _Optional[str] = ...) -> None: ...

class TableCreatePlanApplyResponse(_message.Message):
    __slots__ = ("job_response_common",)
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    job_response_common: JobResponseCommon
    def __init__(self, job_response_common: _Optional[_Union[JobResponseCommon, _Mapping]] = ...) -> None: ...

class TableDataImportRequest(_message.Message):
    __slots__ = ("job_request_common", "branch_name", "table_name", "namespace", "search_string", "import_duplicate_files", "best_effort", "continue_on_error", "transformation_query", "preview")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_STRING_FIELD_NUMBER: _ClassVar[int]
    IMPORT_DUPLICATE_FILES_FIELD_NUMBER: _ClassVar[int]
    BEST_EFFORT_FIELD_NUMBER: _ClassVar[int]
    CONTINUE_ON_ERROR_FIELD_NUMBER: _ClassVar[int]
    TRANSFORMATION_QUERY_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    job_request_common: JobRequestCommon
    branch_name: str
    table_name: str
    namespace: str
    search_string: str
    import_duplicate_files: bool
    best_effort: bool
    continue_on_error: bool
    transformation_query: str
    preview: str
    def __init__(self, job_request_common: _Optional[_Union[JobRequestCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., search_string: _Optional[str] = ..., import_duplicate_files: _Optional[bool] = ..., best_effort: _Optional[bool] = ..., continue_on_error: _Optional[bool] = ..., transformation_query: _Optional[str] = ..., preview: _Optional[str] = ...) -> None: ...

class TableDataImportResponse(_message.Message):
    __slots__ = ("job_response_common", "branch_name", "table_name", "namespace", "search_string", "import_duplicate_files", "best_effort", "continue_on_error", "transformation_query", "preview", "user_branch_prefix")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_STRING_FIELD_NUMBER: _ClassVar[int]
    IMPORT_DUPLICATE_FILES_FIELD_NUMBER: _ClassVar[int]
    BEST_EFFORT_FIELD_NUMBER: _ClassVar[int]
    CONTINUE_ON_ERROR_FIELD_NUMBER: _ClassVar[int]
    TRANSFORMATION_QUERY_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    USER_BRANCH_PREFIX_FIELD_NUMBER: _ClassVar[int]
    job_response_common: JobResponseCommon
    branch_name: str
    table_name: str
    namespace: str
    search_string: str
    import_duplicate_files: bool
    best_effort: bool
    continue_on_error: bool
    transformation_query: str
    preview: str
    user_branch_prefix: str
    def __init__(self, job_response_common: _Optional[_Union[JobResponseCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., search_string: _Optional[str] = ..., import_duplicate_files: _Optional[bool] = ..., best_effort: _Optional[bool] = ..., continue_on_error: _Optional[bool] = ..., transformation_query: _Optional[str] = ..., preview: _Optional[str] = ..., user_branch_prefix: _Optional[str] = ...) -> None: ...

class SearchUris(_message.Message):
    __slots__ = ("uris",)
    URIS_FIELD_NUMBER: _ClassVar[int]
    uris: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, uris: _Optional[_Iterable[str]] = ...) -> None: ...

class ExternalTableCreateRequest(_message.Message):
    __slots__ = ("job_request_common", "branch_name", "table_name", "namespace", "input_files", "overwrite")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    INPUT_FILES_FIELD_NUMBER: _ClassVar[int]
    OVERWRITE_FIELD_NUMBER: _ClassVar[int]
    job_request_common: JobRequestCommon
    branch_name: str
    table_name: str
    namespace: str
    input_files: SearchUris
    overwrite: bool
    def __init__(self, job_request_common: _Optional[_Union[JobRequestCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., input_files: _Optional[_Union[SearchUris, _Mapping]] = ..., overwrite: _Optional[bool] = ...) -> None: ...

class ExternalTableCreateResponse(_message.Message):
    __slots__ = ("job_response_common", "branch_name", "table_name", "namespace", "user_branch_prefix")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    USER_BRANCH_PREFIX_FIELD_NUMBER: _ClassVar[int]
    job_response_common: JobResponseCommon
    branch_name: str
    table_name: str
    namespace: str
    user_branch_prefix: str
    def __init__(self, job_response_common: _Optional[_Union[JobResponseCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., user_branch_prefix: _Optional[str] = ...) -> None: ...

class GetJobsRequest(_message.Message):
    __slots__ = ("job_ids", "all_users", "filter_users", "filter_kind", "filter_status", "filter_created_after", "filter_created_before", "filter_kinds", "filter_statuses", "max_records", "pagination_token", "boathouse_records")
    JOB_IDS_FIELD_NUMBER: _ClassVar[int]
    ALL_USERS_FIELD_NUMBER: _ClassVar[int]
    FILTER_USERS_FIELD_NUMBER: _ClassVar[int]
    FILTER_KIND_FIELD_NUMBER: _ClassVar[int]
    FILTER_STATUS_FIELD_NUMBER: _ClassVar[int]
    FILTER_CREATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    FILTER_CREATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    FILTER_KINDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_STATUSES_FIELD_NUMBER: _ClassVar[int]
    MAX_RECORDS_FIELD_NUMBER: _ClassVar[int]
    PAGINATION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_RECORDS_FIELD_NUMBER: _ClassVar[int]
    job_ids: _containers.RepeatedScalarFieldContainer[str]
    all_users: bool
    filter_users: _containers.RepeatedScalarFieldContainer[str]
    filter_kind: JobKind
    filter_status: JobStateType
    filter_created_after: _timestamp_pb2.Timestamp
    filter_created_before: _timestamp_pb2.Timestamp
    filter_kinds: _containers.RepeatedScalarFieldContainer[JobKind]
    filter_statuses: _containers.RepeatedScalarFieldContainer[JobStateType]
    max_records: int
    pagination_token: str
    boathouse_records: bool
    def __init__(self, job_ids: _Optional[_Iterable[str]] = ..., all_users: _Optional[bool] = ..., filter_users: _Optional[_Iterable[str]] = ..., filter_kind: _Optional[_Union[JobKind, str]] = ..., filter_status: _Optional[_Union[JobStateType, str]] = ..., filter_created_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., filter_created_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., filter_kinds: _Optional[_Iterable[_Union[JobKind, str]]] = ..., filter_statuses: _Optional[_Iterable[_Union[JobStateType, str]]] = ..., max_records: _Optional[int] = ..., pagination_token: _Optional[str] = ..., boathouse_records: _Optional[bool] = ...) -> None: ...

class GetJobsResponse(_message.Message):
    __slots__ = ("jobs", "pagination_token")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    PAGINATION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[JobInfo]
    pagination_token: str
    def __init__(self, jobs: _Optional[_Iterable[_Union[JobInfo, _Mapping]]] = ..., pagination_token: _Optional[str] = ...) -> None: ...

class GetLogsRequest(_message.Message):
    __slots__ = ("job_id", "start", "end", "limit")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    start: int
    end: int
    limit: int
    def __init__(self, job_id: _Optional[str] = ..., start: _Optional[int] = ..., end: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class GetLogsResponse(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[RunnerEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[RunnerEvent, _Mapping]]] = ...) -> None: ...

class GetJobContextRequest(_message.Message):
    __slots__ = ("job_ids", "start", "end", "limit", "include_logs", "include_snapshot", "boathouse_records")
    JOB_IDS_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_LOGS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_RECORDS_FIELD_NUMBER: _ClassVar[int]
    job_ids: _containers.RepeatedScalarFieldContainer[str]
    start: int
    end: int
    limit: int
    include_logs: bool
    include_snapshot: bool
    boathouse_records: bool
    def __init__(self, job_ids: _Optional[_Iterable[str]] = ..., start: _Optional[int] = ..., end: _Optional[int] = ..., limit: _Optional[int] = ..., include_logs: _Optional[bool] = ..., include_snapshot: _Optional[bool] = ..., boathouse_records: _Optional[bool] = ...) -> None: ...

class BauplanRef(_message.Message):
    __slots__ = ("name", "hash")
    class RefType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REF_TYPE_UNSPECIFIED: _ClassVar[BauplanRef.RefType]
        REF_TYPE_COMMIT: _ClassVar[BauplanRef.RefType]
        REF_TYPE_BRANCH: _ClassVar[BauplanRef.RefType]
        REF_TYPE_TRANSACTION_BRANCH: _ClassVar[BauplanRef.RefType]
    REF_TYPE_UNSPECIFIED: BauplanRef.RefType
    REF_TYPE_COMMIT: BauplanRef.RefType
    REF_TYPE_BRANCH: BauplanRef.RefType
    REF_TYPE_TRANSACTION_BRANCH: BauplanRef.RefType
    NAME_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    name: str
    hash: str
    def __init__(self, name: _Optional[str] = ..., hash: _Optional[str] = ...) -> None: ...

class ModelNode(_message.Message):
    __slots__ = ("model_id", "model_name")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    model_name: str
    def __init__(self, model_id: _Optional[str] = ..., model_name: _Optional[str] = ...) -> None: ...

class ModelEdge(_message.Message):
    __slots__ = ("source_id", "destination_id")
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_ID_FIELD_NUMBER: _ClassVar[int]
    source_id: str
    destination_id: str
    def __init__(self, source_id: _Optional[str] = ..., destination_id: _Optional[str] = ...) -> None: ...

class JobContext(_message.Message):
    __slots__ = ("job_id", "project_id", "project_name", "ref", "branch", "transaction_branch", "code_snapshot", "models", "model_deps", "job_events", "error_message", "sql_query", "boathouse_record")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    BRANCH_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_BRANCH_FIELD_NUMBER: _ClassVar[int]
    CODE_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    MODEL_DEPS_FIELD_NUMBER: _ClassVar[int]
    JOB_EVENTS_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SQL_QUERY_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_RECORD_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    project_id: str
    project_name: str
    ref: str
    branch: str
    transaction_branch: BauplanRef
    code_snapshot: bytes
    models: _containers.RepeatedCompositeFieldContainer[ModelNode]
    model_deps: _containers.RepeatedCompositeFieldContainer[ModelEdge]
    job_events: _containers.RepeatedCompositeFieldContainer[RunnerEvent]
    error_message: str
    sql_query: str
    boathouse_record: bytes
    def __init__(self, job_id: _Optional[str] = ..., project_id: _Optional[str] = ..., project_name: _Optional[str] = ..., ref: _Optional[str] = ..., branch: _Optional[str] = ..., transaction_branch: _Optional[_Union[BauplanRef, _Mapping]] = ..., code_snapshot: _Optional[bytes] = ..., models: _Optional[_Iterable[_Union[ModelNode, _Mapping]]] = ..., model_deps: _Optional[_Iterable[_Union[ModelEdge, _Mapping]]] = ..., job_events: _Optional[_Iterable[_Union[RunnerEvent, _Mapping]]] = ..., error_message: _Optional[str] = ..., sql_query: _Optional[str] = ..., boathouse_record: _Optional[bytes] = ...) -> None: ...

class JobError(_message.Message):
    __slots__ = ("job_id", "error_msg", "error_code", "error_type", "boathouse_detail")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_MSG_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    ERROR_TYPE_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_DETAIL_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    error_msg: str
    error_code: int
    error_type: str
    boathouse_detail: str
    def __init__(self, job_id: _Optional[str] = ..., error_msg: _Optional[str] = ..., error_code: _Optional[int] = ..., error_type: _Optional[str] = ..., boathouse_detail: _Optional[str] = ...) -> None: ...

class GetJobContextResponse(_message.Message):
    __slots__ = ("job_contexts", "errors")
    JOB_CONTEXTS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    job_contexts: _containers.RepeatedCompositeFieldContainer[JobContext]
    errors: _containers.RepeatedCompositeFieldContainer[JobError]
    def __init__(self, job_contexts: _Optional[_Iterable[_Union[JobContext, _Mapping]]] = ..., errors: _Optional[_Iterable[_Union[JobError, _Mapping]]] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("job_id", "boathouse_record")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_RECORD_FIELD_NUMBER: _ClassVar[int]
    job_id: JobId
    boathouse_record: bool
    def __init__(self, job_id: _Optional[_Union[JobId, _Mapping]] = ..., boathouse_record: _Optional[bool] = ...) -> None: ...

class CancelJobResponse(_message.Message):
    __slots__ = ("status", "message", "boathouse_record")
    class CancelStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CANCEL_STATUS_UNSPECIFIED: _ClassVar[CancelJobResponse.CancelStatus]
        CANCEL_STATUS_SUCCESS: _ClassVar[CancelJobResponse.CancelStatus]
        CANCEL_STATUS_FAILURE: _ClassVar[CancelJobResponse.CancelStatus]
    CANCEL_STATUS_UNSPECIFIED: CancelJobResponse.CancelStatus
    CANCEL_STATUS_SUCCESS: CancelJobResponse.CancelStatus
    CANCEL_STATUS_FAILURE: CancelJobResponse.CancelStatus
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_RECORD_FIELD_NUMBER: _ClassVar[int]
    status: CancelJobResponse.CancelStatus
    message: str
    boathouse_record: bytes
    def __init__(self, status: _Optional[_Union[CancelJobResponse.CancelStatus, str]] = ..., message: _Optional[str] = ..., boathouse_record: _Optional[bytes] = ...) -> None: ...

class GetSnapshotInfoRequest(_message.Message):
    __slots__ = ("snapshot_sha", "boathouse_any_size")
    SNAPSHOT_SHA_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_ANY_SIZE_FIELD_NUMBER: _ClassVar[int]
    snapshot_sha: str
    boathouse_any_size: bool
    def __init__(self, snapshot_sha: _Optional[str] = ..., boathouse_any_size: _Optional[bool] = ...) -> None: ...

class SnapshotInfo(_message.Message):
    __slots__ = ("snapshot_zip", "created_at")
    SNAPSHOT_ZIP_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    snapshot_zip: bytes
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, snapshot_zip: _Optional[bytes] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetSnapshotInfoResponse(_message.Message):
    __slots__ = ("snapshot_info",)
    SNAPSHOT_INFO_FIELD_NUMBER: _ClassVar[int]
    snapshot_info: SnapshotInfo
    def __init__(self, snapshot_info: _Optional[_Union[SnapshotInfo, _Mapping]] = ...) -> None: ...

class SubscribeLogsRequest(_message.Message):
    __slots__ = ("job_id", "boathouse_events", "boathouse_from")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_EVENTS_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_FROM_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    boathouse_events: bool
    boathouse_from: int
    def __init__(self, job_id: _Optional[str] = ..., boathouse_events: _Optional[bool] = ..., boathouse_from: _Optional[int] = ...) -> None: ...

class SubscribeLogsResponse(_message.Message):
    __slots__ = ("job_id", "runner_event")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    RUNNER_EVENT_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    runner_event: RunnerEvent
    def __init__(self, job_id: _Optional[str] = ..., runner_event: _Optional[_Union[RunnerEvent, _Mapping]] = ...) -> None: ...

class RunnerEvent(_message.Message):
    __slots__ = ("task_start", "task_completion", "job_completion", "runtime_user_log", "flight_server_start", "import_plan_created", "apply_plan_done", "table_create_plan_done_event", "table_create_plan_apply_done_event", "global_liveliness_heartbeat", "boathouse_event")
    TASK_START_FIELD_NUMBER: _ClassVar[int]
    TASK_COMPLETION_FIELD_NUMBER: _ClassVar[int]
    JOB_COMPLETION_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_USER_LOG_FIELD_NUMBER: _ClassVar[int]
    FLIGHT_SERVER_START_FIELD_NUMBER: _ClassVar[int]
    IMPORT_PLAN_CREATED_FIELD_NUMBER: _ClassVar[int]
    APPLY_PLAN_DONE_FIELD_NUMBER: _ClassVar[int]
    TABLE_CREATE_PLAN_DONE_EVENT_FIELD_NUMBER: _ClassVar[int]
    TABLE_CREATE_PLAN_APPLY_DONE_EVENT_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_LIVELINESS_HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    BOATHOUSE_EVENT_FIELD_NUMBER: _ClassVar[int]
    task_start: TaskStartEvent
    task_completion: TaskCompleteEvent
    job_completion: JobCompleteEvent
    runtime_user_log: RuntimeLogEvent
    flight_server_start: FlightServerStartEvent
    import_plan_created: ImportPlanCreatedEvent
    apply_plan_done: ApplyPlanDoneEvent
    table_create_plan_done_event: TableCreatePlanDoneEvent
    table_create_plan_apply_done_event: TableCreatePlanApplyDoneEvent
    global_liveliness_heartbeat: GlobalLivelinessHeartbeat
    boathouse_event: BoathouseEvent
    def __init__(self, task_start: _Optional[_Union[TaskStartEvent, _Mapping]] = ..., task_completion: _Optional[_Union[TaskCompleteEvent, _Mapping]] = ..., job_completion: _Optional[_Union[JobCompleteEvent, _Mapping]] = ..., runtime_user_log: _Optional[_Union[RuntimeLogEvent, _Mapping]] = ..., flight_server_start: _Optional[_Union[FlightServerStartEvent, _Mapping]] = ..., import_plan_created: _Optional[_Union[ImportPlanCreatedEvent, _Mapping]] = ..., apply_plan_done: _Optional[_Union[ApplyPlanDoneEvent, _Mapping]] = ..., table_create_plan_done_event: _Optional[_Union[TableCreatePlanDoneEvent, _Mapping]] = ..., table_create_plan_apply_done_event: _Optional[_Union[TableCreatePlanApplyDoneEvent, _Mapping]] = ..., global_liveliness_heartbeat: _Optional[_Union[GlobalLivelinessHeartbeat, _Mapping]] = ..., boathouse_event: _Optional[_Union[BoathouseEvent, _Mapping]] = ...) -> None: ...

class BoathouseEvent(_message.Message):
    __slots__ = ("sequence", "event", "record")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    event: bytes
    record: bytes
    def __init__(self, sequence: _Optional[int] = ..., event: _Optional[bytes] = ..., record: _Optional[bytes] = ...) -> None: ...

class TaskMetadata(_message.Message):
    __slots__ = ("level", "human_readable_task_type", "task_type", "function_name", "line_number", "file_name", "model_name")
    class TaskLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TASK_LEVEL_UNSPECIFIED: _ClassVar[TaskMetadata.TaskLevel]
        TASK_LEVEL_DAG: _ClassVar[TaskMetadata.TaskLevel]
        TASK_LEVEL_SYSTEM: _ClassVar[TaskMetadata.TaskLevel]
    TASK_LEVEL_UNSPECIFIED: TaskMetadata.TaskLevel
    TASK_LEVEL_DAG: TaskMetadata.TaskLevel
    TASK_LEVEL_SYSTEM: TaskMetadata.TaskLevel
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    HUMAN_READABLE_TASK_TYPE_FIELD_NUMBER: _ClassVar[int]
    TASK_TYPE_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_NAME_FIELD_NUMBER: _ClassVar[int]
    LINE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    level: TaskMetadata.TaskLevel
    human_readable_task_type: str
    task_type: str
    function_name: str
    line_number: int
    file_name: str
    model_name: str
    def __init__(self, level: _Optional[_Union[TaskMetadata.TaskLevel, str]] = ..., human_readable_task_type: _Optional[str] = ..., task_type: _Optional[str] = ..., function_name: _Optional[str] = ..., line_number: _Optional[int] = ..., file_name: _Optional[str] = ..., model_name: _Optional[str] = ...) -> None: ...

class TaskStartEvent(_message.Message):
    __slots__ = ("task_metadata", "timestamp", "task_id", "task_name")
    TASK_METADATA_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_NAME_FIELD_NUMBER: _ClassVar[int]
    task_metadata: TaskMetadata
    timestamp: _timestamp_pb2.Timestamp
    task_id: str
    task_name: str
    def __init__(self, task_metadata: _Optional[_Union[TaskMetadata, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., task_id: _Optional[str] = ..., task_name: _Optional[str] = ...) -> None: ...

class TaskCompleteEvent(_message.Message):
    __slots__ = ("success", "failure", "cancel", "timeout", "skipped", "task_metadata", "timestamp", "task_id", "task_name")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    TASK_METADATA_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_NAME_FIELD_NUMBER: _ClassVar[int]
    success: TaskSuccess
    failure: TaskFailure
    cancel: TaskCancelled
    timeout: TaskTimeout
    skipped: TaskSkipped
    task_metadata: TaskMetadata
    timestamp: _timestamp_pb2.Timestamp
    task_id: str
    task_name: str
    def __init__(self, success: _Optional[_Union[TaskSuccess, _Mapping]] = ..., failure: _Optional[_Union[TaskFailure, _Mapping]] = ..., cancel: _Optional[_Union[TaskCancelled, _Mapping]] = ..., timeout: _Optional[_Union[TaskTimeout, _Mapping]] = ..., skipped: _Optional[_Union[TaskSkipped, _Mapping]] = ..., task_metadata: _Optional[_Union[TaskMetadata, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., task_id: _Optional[str] = ..., task_name: _Optional[str] = ...) -> None: ...

class RuntimeTableColumnInfo(_message.Message):
    __slots__ = ("column_name", "column_type", "values")
    COLUMN_NAME_FIELD_NUMBER: _ClassVar[int]
    COLUMN_TYPE_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    column_name: str
    column_type: str
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, column_name: _Optional[str] = ..., column_type: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...

class RuntimeTablePreview(_message.Message):
    __slots__ = ("columns", "table_name")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[RuntimeTableColumnInfo]
    table_name: str
    def __init__(self, columns: _Optional[_Iterable[_Union[RuntimeTableColumnInfo, _Mapping]]] = ..., table_name: _Optional[str] = ...) -> None: ...

class TaskSuccess(_message.Message):
    __slots__ = ("message", "runtime_table_preview")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_TABLE_PREVIEW_FIELD_NUMBER: _ClassVar[int]
    message: str
    runtime_table_preview: _containers.RepeatedCompositeFieldContainer[RuntimeTablePreview]
    def __init__(self, message: _Optional[str] = ..., runtime_table_preview: _Optional[_Iterable[_Union[RuntimeTablePreview, _Mapping]]] = ...) -> None: ...

class TaskSkipped(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TaskFailure(_message.Message):
    __slots__ = ("component", "error_message", "error_code", "stack_trace", "is_fatal")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    STACK_TRACE_FIELD_NUMBER: _ClassVar[int]
    IS_FATAL_FIELD_NUMBER: _ClassVar[int]
    component: Component
    error_message: str
    error_code: int
    stack_trace: str
    is_fatal: bool
    def __init__(self, component: _Optional[_Union[Component, str]] = ..., error_message: _Optional[str] = ..., error_code: _Optional[int] = ..., stack_trace: _Optional[str] = ..., is_fatal: _Optional[bool] = ...) -> None: ...

class TaskCancelled(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class TaskTimeout(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: str
    def __init__(self, message: _Optional[str] = ...) -> None: ...

class JobCompleteEvent(_message.Message):
    __slots__ = ("success", "failure", "cancellation", "timeout", "rejected", "heartbeat_failure", "job_id")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    CANCELLATION_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FAILURE_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    success: JobSuccess
    failure: JobFailure
    cancellation: JobCancellation
    timeout: JobTimeout
    rejected: JobRejected
    heartbeat_failure: JobHeartbeatFailure
    job_id: str
    def __init__(self, success: _Optional[_Union[JobSuccess, _Mapping]] = ..., failure: _Optional[_Union[JobFailure, _Mapping]] = ..., cancellation: _Optional[_Union[JobCancellation, _Mapping]] = ..., timeout: _Optional[_Union[JobTimeout, _Mapping]] = ..., rejected: _Optional[_Union[JobRejected, _Mapping]] = ..., heartbeat_failure: _Optional[_Union[JobHeartbeatFailure, _Mapping]] = ..., job_id: _Optional[str] = ...) -> None: ...

class JobSuccess(_message.Message):
    __slots__ = ("msg",)
    MSG_FIELD_NUMBER: _ClassVar[int]
    msg: str
    def __init__(self, msg: _Optional[str] = ...) -> None: ...

class JobFailure(_message.Message):
    __slots__ = ("component", "error_message", "stack_trace", "error_code")
    class ErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ERROR_CODE_UNSPECIFIED: _ClassVar[JobFailure.ErrorCode]
        ERROR_CODE_RUNTIME_TASK_USER_ERROR: _ClassVar[JobFailure.ErrorCode]
        ERROR_CODE_RUNTIME_INTERNAL_ERROR: _ClassVar[JobFailure.ErrorCode]
    ERROR_CODE_UNSPECIFIED: JobFailure.ErrorCode
    ERROR_CODE_RUNTIME_TASK_USER_ERROR: JobFailure.ErrorCode
    ERROR_CODE_RUNTIME_INTERNAL_ERROR: JobFailure.ErrorCode
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STACK_TRACE_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    component: Component
    error_message: str
    stack_trace: str
    error_code: JobFailure.ErrorCode
    def __init__(self, component: _Optional[_Union[Component, str]] = ..., error_message: _Optional[str] = ..., stack_trace: _Optional[str] = ..., error_code: _Optional[_Union[JobFailure.ErrorCode, str]] = ...) -> None: ...

class JobCancellation(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class JobTimeout(_message.Message):
    __slots__ = ("msg",)
    MSG_FIELD_NUMBER: _ClassVar[int]
    msg: str
    def __init__(self, msg: _Optional[str] = ...) -> None: ...

class JobRejected(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class JobHeartbeatFailure(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class FlightServerStartEvent(_message.Message):
    __slots__ = ("endpoint", "job_id", "task_id", "num_rows", "use_tls", "connection_method", "magic_token")
    class ServerAccessMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SERVER_ACCESS_METHOD_UNSPECIFIED: _ClassVar[FlightServerStartEvent.ServerAccessMethod]
        SERVER_ACCESS_METHOD_PRIVATE_LINK: _ClassVar[FlightServerStartEvent.ServerAccessMethod]
        SERVER_ACCESS_METHOD_PUBLIC_INTERNET: _ClassVar[FlightServerStartEvent.ServerAccessMethod]
    SERVER_ACCESS_METHOD_UNSPECIFIED: FlightServerStartEvent.ServerAccessMethod
    SERVER_ACCESS_METHOD_PRIVATE_LINK: FlightServerStartEvent.ServerAccessMethod
    SERVER_ACCESS_METHOD_PUBLIC_INTERNET: FlightServerStartEvent.ServerAccessMethod
    ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    NUM_ROWS_FIELD_NUMBER: _ClassVar[int]
    USE_TLS_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_METHOD_FIELD_NUMBER: _ClassVar[int]
    MAGIC_TOKEN_FIELD_NUMBER: _ClassVar[int]
    endpoint: str
    job_id: str
    task_id: str
    num_rows: int
    use_tls: bool
    connection_method: FlightServerStartEvent.ServerAccessMethod
    magic_token: str
    def __init__(self, endpoint: _Optional[str] = ..., job_id: _Optional[str] = ..., task_id: _Optional[str] = ..., num_rows: _Optional[int] = ..., use_tls: _Optional[bool] = ..., connection_method: _Optional[_Union[FlightServerStartEvent.ServerAccessMethod, str]] = ..., magic_token: _Optional[str] = ...) -> None: ...

class RuntimeLogEvent(_message.Message):
    __slots__ = ("level", "output_stream", "type", "emit_timestamp_ns", "msg", "task_metadata", "job_id")
    class LogLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LOG_LEVEL_UNSPECIFIED: _ClassVar[RuntimeLogEvent.LogLevel]
        LOG_LEVEL_ERROR: _ClassVar[RuntimeLogEvent.LogLevel]
        LOG_LEVEL_WARNING: _ClassVar[RuntimeLogEvent.LogLevel]
        LOG_LEVEL_DEBUG: _ClassVar[RuntimeLogEvent.LogLevel]
        LOG_LEVEL_INFO: _ClassVar[RuntimeLogEvent.LogLevel]
        LOG_LEVEL_TRACE: _ClassVar[RuntimeLogEvent.LogLevel]
    LOG_LEVEL_UNSPECIFIED: RuntimeLogEvent.LogLevel
    LOG_LEVEL_ERROR: RuntimeLogEvent.LogLevel
    LOG_LEVEL_WARNING: RuntimeLogEvent.LogLevel
    LOG_LEVEL_DEBUG: RuntimeLogEvent.LogLevel
    LOG_LEVEL_INFO: RuntimeLogEvent.LogLevel
    LOG_LEVEL_TRACE: RuntimeLogEvent.LogLevel
    class OutputStream(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTPUT_STREAM_UNSPECIFIED: _ClassVar[RuntimeLogEvent.OutputStream]
        OUTPUT_STREAM_STDOUT: _ClassVar[RuntimeLogEvent.OutputStream]
        OUTPUT_STREAM_STDERR: _ClassVar[RuntimeLogEvent.OutputStream]
    OUTPUT_STREAM_UNSPECIFIED: RuntimeLogEvent.OutputStream
    OUTPUT_STREAM_STDOUT: RuntimeLogEvent.OutputStream
    OUTPUT_STREAM_STDERR: RuntimeLogEvent.OutputStream
    class LogType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LOG_TYPE_UNSPECIFIED: _ClassVar[RuntimeLogEvent.LogType]
        LOG_TYPE_SYSTEM: _ClassVar[RuntimeLogEvent.LogType]
        LOG_TYPE_USER: _ClassVar[RuntimeLogEvent.LogType]
    LOG_TYPE_UNSPECIFIED: RuntimeLogEvent.LogType
    LOG_TYPE_SYSTEM: RuntimeLogEvent.LogType
    LOG_TYPE_USER: RuntimeLogEvent.LogType
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_STREAM_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    EMIT_TIMESTAMP_NS_FIELD_NUMBER: _ClassVar[int]
    MSG_FIELD_NUMBER: _ClassVar[int]
    TASK_METADATA_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    level: RuntimeLogEvent.LogLevel
    output_stream: RuntimeLogEvent.OutputStream
    type: RuntimeLogEvent.LogType
    emit_timestamp_ns: int
    msg: str
    task_metadata: TaskMetadata
    job_id: str
    def __init__(self, level: _Optional[_Union[RuntimeLogEvent.LogLevel, str]] = ..., output_stream: _Optional[_Union[RuntimeLogEvent.OutputStream, str]] = ..., type: _Optional[_Union[RuntimeLogEvent.LogType, str]] = ..., emit_timestamp_ns: _Optional[int] = ..., msg: _Optional[str] = ..., task_metadata: _Optional[_Union[TaskMetadata, _Mapping]] = ..., job_id: _Optional[str] = ...) -> None: ...

class TableCreatePlanDoneEvent(_message.Message):
    __slots__ = ("task_metadata", "timestamp", "task_id", "task_name", "plan_as_yaml", "success", "error_message", "files_to_be_imported", "can_auto_apply")
    TASK_METADATA_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_NAME_FIELD_NUMBER: _ClassVar[int]
    PLAN_AS_YAML_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FILES_TO_BE_IMPORTED_FIELD_NUMBER: _ClassVar[int]
    CAN_AUTO_APPLY_FIELD_NUMBER: _ClassVar[int]
    task_metadata: TaskMetadata
    timestamp: _timestamp_pb2.Timestamp
    task_id: str
    task_name: str
    plan_as_yaml: str
    success: bool
    error_message: str
    files_to_be_imported: _containers.RepeatedScalarFieldContainer[str]
    can_auto_apply: bool
    def __init__(self, task_metadata: _Optional[_Union[TaskMetadata, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., task_id: _Optional[str] = ..., task_name: _Optional[str] = ..., plan_as_yaml: _Optional[str] = ..., success: _Optional[bool] = ..., error_message: _Optional[str] = ..., files_to_be_imported: _Optional[_Iterable[str]] = ..., can_auto_apply: _Optional[bool] = ...) -> None: ...

class TableCreatePlanApplyDoneEvent(_message.Message):
    __slots__ = ("task_metadata", "timestamp", "task_id", "task_name", "success", "error_message")
    TASK_METADATA_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_NAME_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    task_metadata: TaskMetadata
    timestamp: _timestamp_pb2.Timestamp
    task_id: str
    task_name: str
    success: bool
    error_message: str
    def __init__(self, task_metadata: _Optional[_Union[TaskMetadata, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., task_id: _Optional[str] = ..., task_name: _Optional[str] = ..., success: _Optional[bool] = ..., error_message: _Optional[str] = ...) -> None: ...

class ImportPlanCreatedEvent(_message.Message):
    __slots__ = ("task_metadata", "timestamp", "task_id", "task_name", "plan_as_yaml", "success", "error_message")
    TASK_METADATA_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_NAME_FIELD_NUMBER: _ClassVar[int]
    PLAN_AS_YAML_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    task_metadata: TaskMetadata
    timestamp: _timestamp_pb2.Timestamp
    task_id: str
    task_name: str
    plan_as_yaml: str
    success: bool
    error_message: str
    def __init__(self, task_metadata: _Optional[_Union[TaskMetadata, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., task_id: _Optional[str] = ..., task_name: _Optional[str] = ..., plan_as_yaml: _Optional[str] = ..., success: _Optional[bool] = ..., error_message: _Optional[str] = ...) -> None: ...

class ApplyPlanDoneEvent(_message.Message):
    __slots__ = ("task_metadata", "timestamp", "task_id", "task_name", "success", "error_message")
    TASK_METADATA_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_NAME_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    task_metadata: TaskMetadata
    timestamp: _timestamp_pb2.Timestamp
    task_id: str
    task_name: str
    success: bool
    error_message: str
    def __init__(self, task_metadata: _Optional[_Union[TaskMetadata, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., task_id: _Optional[str] = ..., task_name: _Optional[str] = ..., success: _Optional[bool] = ..., error_message: _Optional[str] = ...) -> None: ...

class GlobalLivelinessHeartbeat(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
