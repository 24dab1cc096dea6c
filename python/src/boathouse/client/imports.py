"""Tables from files: plan, create, fill, or show files that lie elsewhere."""

from __future__ import annotations

from typing import List, Mapping, Optional, Sequence, Union

from ..exceptions import (
    InvalidPlanError,
    TableCreatePlanApplyStatusError,
    TableCreatePlanStatusError,
)
from ..schema import Table
from ..state import (
    ExternalTableCreateContext,
    ExternalTableCreateState,
    TableCreatePlanApplyState,
    TableCreatePlanContext,
    TableCreatePlanState,
    TableDataImportContext,
    TableDataImportState,
)
from .arguments import (
    AnyBranch,
    AnyNamespace,
    AnyTable,
    optional_branch,
    optional_namespace,
    table_text,
)
from .following import SUCCESS, follow, ignore, settle
from .protocol import commander as wire
from .rpc import job_timeout_s
from .tables import Tables


class Imports(Tables):
    """All of these are jobs. ``args``: flags for the server; ``priority``: 1 to 10, 10 first;
    ``client_timeout``: seconds after which the job is cancelled, default 1800."""

    def plan_table_creation(
        self,
        table: AnyTable,
        search_uri: str,
        *,
        branch: Optional[AnyBranch] = None,
        namespace: Optional[AnyNamespace] = None,
        partitioned_by: Optional[str] = None,
        replace: Optional[bool] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
        raise_on_error: bool = False,
    ) -> TableCreatePlanState:
        """Looks at files and says what table they would make, as a document that can be edited.

        Args:
            search_uri: pattern of the files, e.g. ``s3://bucket/trips/*.parquet``.
            partitioned_by: e.g. ``"day(pickup), zone"``.
            replace: whether the table may replace one of its name.
            raise_on_error: raise JobFailedError unless the job succeeds.

        Raises:
            BauplanJobError: the server refused, or the connection was lost.
        """
        limit_s = job_timeout_s(client_timeout)
        request = wire.TableCreatePlanRequest(
            job_request_common=self._jobs.submission(args, priority),
            branch_name=optional_branch(branch),
            table_name=table_text(table),
            namespace=optional_namespace(namespace),
            search_string=search_uri,
            table_replace=bool(replace),
            table_partitioned_by=partitioned_by,
        )
        reply, job_id = self._jobs.submit("TableCreatePlan", request, wire.TableCreatePlanResponse)
        partitions = reply.table_partitioned_by if reply.HasField("table_partitioned_by") else None
        state = TableCreatePlanState(
            job_id=job_id,
            ctx=TableCreatePlanContext(
                branch_name=reply.branch_name,
                table_name=reply.table_name,
                table_replace=reply.table_replace,
                table_partitioned_by=partitions,
                namespace=reply.namespace,
                search_string=reply.search_string,
            ),
        )

        def on_event(event: wire.RunnerEvent) -> None:
            if event.WhichOneof("event") == "table_create_plan_done_event":
                _take_plan(state, event.table_create_plan_done_event)

        outcome = follow(self._jobs, job_id, limit_s, on_event)
        settle(state, outcome, raise_on_error)
        return state

    def apply_table_creation_plan(
        self,
        plan: Union[TableCreatePlanState, str],
        *,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> TableCreatePlanApplyState:
        """Creates the empty table that a plan describes.

        Args:
            plan: what ``plan_table_creation`` returned, or its document.

        Raises:
            InvalidPlanError: there is no document.
            TableCreatePlanApplyStatusError: the job failed.
            BauplanJobError: the server refused, or the connection was lost.
        """
        limit_s = job_timeout_s(client_timeout)
        document = plan.plan if isinstance(plan, TableCreatePlanState) else plan
        if not isinstance(document, str) or not document.strip():
            raise InvalidPlanError("there is no plan to apply")
        request = wire.TableCreatePlanApplyRequest(
            job_request_common=self._jobs.submission(args, priority), plan_yaml=document
        )
        _, job_id = self._jobs.submit(
            "TableCreatePlanApply", request, wire.TableCreatePlanApplyResponse
        )
        outcome = follow(self._jobs, job_id, limit_s, ignore)
        state = TableCreatePlanApplyState(job_id, outcome.status, outcome.error)
        if outcome.status != SUCCESS:
            raise TableCreatePlanApplyStatusError(outcome.error or outcome.status, state)
        return state

    def create_table(
        self,
        table: AnyTable,
        search_uri: str,
        *,
        branch: Optional[AnyBranch] = None,
        namespace: Optional[AnyNamespace] = None,
        partitioned_by: Optional[str] = None,
        replace: Optional[bool] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> Table:
        """Creates an empty table with the columns of files; ``import_data`` fills it.

        Args:
            as for ``plan_table_creation``.

        Raises:
            TableCreatePlanStatusError: no plan could be made, or it needs a person's decision:
                plan, edit and apply it in steps.
            TableCreatePlanApplyStatusError: the plan could not be applied.
            BauplanJobError: the server refused, or the connection was lost.
        """
        state = self.plan_table_creation(
            table,
            search_uri,
            branch=branch,
            namespace=namespace,
            partitioned_by=partitioned_by,
            replace=replace,
            args=args,
            priority=priority,
            client_timeout=client_timeout,
        )
        if state.error or state.job_status != SUCCESS:
            raise TableCreatePlanStatusError(state.error or str(state.job_status), state)
        if not state.plan:
            raise TableCreatePlanStatusError("the job made no plan", state)
        if not state.can_auto_apply:
            words = "the files' columns disagree: plan, edit the plan, then apply it"
            raise TableCreatePlanStatusError(words, state)
        self.apply_table_creation_plan(
            state, args=args, priority=priority, client_timeout=client_timeout
        )
        made = state.ctx
        return self.get_table(made.table_name, made.branch_name, namespace=made.namespace)

    def import_data(
        self,
        table: AnyTable,
        search_uri: str,
        *,
        branch: Optional[AnyBranch] = None,
        namespace: Optional[AnyNamespace] = None,
        continue_on_error: bool = False,
        import_duplicate_files: bool = False,
        best_effort: bool = False,
        preview: Optional[str] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
        detach: bool = False,
        raise_on_error: bool = False,
    ) -> TableDataImportState:
        """Appends files to a table. Files that the table has already are skipped.

        Args:
            search_uri: pattern of the files.
            continue_on_error: go on when a file cannot be read.
            import_duplicate_files: do not skip what was imported before.
            best_effort: leave out columns the table does not have.
            detach: return as soon as the job is accepted.
            raise_on_error: raise JobFailedError unless the job succeeds.

        Raises:
            BauplanJobError: the server refused, e.g. for an external table.
            JobFailedError: it took longer than ``client_timeout``, or it failed and
                ``raise_on_error`` is true.
        """
        limit_s = job_timeout_s(client_timeout)
        request = wire.TableDataImportRequest(
            job_request_common=self._jobs.submission(args, priority),
            branch_name=optional_branch(branch),
            table_name=table_text(table),
            namespace=optional_namespace(namespace),
            search_string=search_uri,
            import_duplicate_files=import_duplicate_files,
            best_effort=best_effort,
            continue_on_error=continue_on_error,
            preview=preview or "",
        )
        reply, job_id = self._jobs.submit("TableDataImport", request, wire.TableDataImportResponse)
        state = TableDataImportState(job_id=job_id, ctx=_import_context(reply))
        if not detach:
            outcome = follow(self._jobs, job_id, limit_s, ignore)
            settle(state, outcome, raise_on_error)
        return state

    def create_external_table_from_parquet(
        self,
        table: AnyTable,
        search_patterns: Sequence[str],
        *,
        branch: Optional[AnyBranch] = None,
        namespace: Optional[AnyNamespace] = None,
        overwrite: bool = False,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
        detach: bool = False,
        raise_on_error: bool = False,
    ) -> ExternalTableCreateState:
        """Shows Parquet files that lie elsewhere as a table that is only read.

        Args:
            search_patterns: patterns of the files.
            overwrite: whether a table of this name may be replaced.
            detach: return as soon as the job is accepted.
            raise_on_error: raise JobFailedError unless the job succeeds.

        Raises:
            BauplanJobError: the server refused, or the connection was lost.
            JobFailedError: it took longer than ``client_timeout``, or it failed and
                ``raise_on_error`` is true.
        """
        limit_s = job_timeout_s(client_timeout)
        request = wire.ExternalTableCreateRequest(
            job_request_common=self._jobs.submission(args, priority),
            branch_name=optional_branch(branch),
            table_name=table_text(table),
            namespace=optional_namespace(namespace),
            input_files=wire.SearchUris(uris=_patterns(search_patterns)),
            overwrite=overwrite,
        )
        reply, job_id = self._jobs.submit(
            "ExternalTableCreate", request, wire.ExternalTableCreateResponse
        )
        state = ExternalTableCreateState(
            job_id=job_id,
            ctx=ExternalTableCreateContext(reply.branch_name, reply.table_name, reply.namespace),
        )
        if not detach:
            outcome = follow(self._jobs, job_id, limit_s, ignore)
            settle(state, outcome, raise_on_error)
        return state


def _patterns(search_patterns: Sequence[str]) -> List[str]:
    if isinstance(search_patterns, str):
        raise TypeError("search_patterns is text, must be a list of texts")
    return list(search_patterns)


def _take_plan(state: TableCreatePlanState, done: wire.TableCreatePlanDoneEvent) -> None:
    state.plan = done.plan_as_yaml or None
    state.can_auto_apply = done.can_auto_apply
    state.files_to_be_imported = list(done.files_to_be_imported)
    state.error = done.error_message or None


def _import_context(reply: wire.TableDataImportResponse) -> TableDataImportContext:
    query = reply.transformation_query if reply.HasField("transformation_query") else None
    return TableDataImportContext(
        branch_name=reply.branch_name,
        table_name=reply.table_name,
        namespace=reply.namespace,
        search_string=reply.search_string,
        import_duplicate_files=reply.import_duplicate_files,
        best_effort=reply.best_effort,
        continue_on_error=reply.continue_on_error,
        transformation_query=query,
        preview=reply.preview,
    )
