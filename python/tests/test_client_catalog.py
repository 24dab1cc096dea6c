"""The catalog's requests against a server that answers what the test says."""

import dataclasses
import datetime
import json
import threading

import boathouse
import pytest
from boathouse import exceptions
from boathouse.client import Client, errors, parsing

HEAD = {"type": "BRANCH", "name": "main", "hash": "aa"}
TABLE = {
    "id": "01234567-89ab-4cde-8f01-23456789abcd",
    "name": "titanic",
    "namespace": "bauplan",
    "last_updated_ms": 1700000000123,
    "fields": [{"id": 1, "name": "a", "required": False, "type": "long", "doc": "why"}],
    "metadata_location": "s3://b/m.json",
    "properties": {"comment": "ships"},
}


def ok(data, ref=None, token=None):
    return 200, {"data": data, "ref": ref, "metadata": {"pagination_token": token}}


def refused(status, word, **context):
    return status, {"error": {"type": word, "message": f"{word}!", "context": context}}


def branches(names, **more):
    return ok([{"name": name, "hash": "aa"} for name in names], **more)


def test_pages_follow_the_token_to_the_end(server, client):
    pages = {None: (["a", "b"], "2"), "2": (["c"], "3"), "3": (["d"], None)}

    def answer(query, body):
        names, token = pages[query.get("pagination_token")]
        return branches(names, token=token)

    server.rest["GET", "/catalog/v0/branches"] = answer
    assert [branch.name for branch in client.get_branches()] == ["a", "b", "c", "d"]
    assert [branch.name for branch in client.get_branches(limit=3)] == ["a", "b", "c"]
    asked = [target for target, _ in server.seen[3:]]
    assert "max_records=3" in asked[0] and "max_records=1&pagination_token=2" in asked[1]


@pytest.mark.parametrize("token", ["", None])
def test_pages_end_at_an_empty_token_and_at_an_empty_page(server, client, token):
    server.rest["GET", "/catalog/v0/branches"] = lambda q, b: branches(["a"], token=token)
    assert len(list(client.get_branches())) == 1
    server.rest["GET", "/catalog/v0/branches"] = lambda q, b: branches([], token="more")
    assert list(client.get_branches()) == []


def test_a_limit_of_nothing_asks_nothing_and_a_negative_one_is_refused(server, client):
    assert list(client.get_branches(limit=0)) == [] and server.seen == []
    with pytest.raises(ValueError, match="limit"):
        client.get_branches(limit=-1)


def test_lists_fail_in_the_call_and_not_in_the_loop(server, client):
    server.rest["GET", "/catalog/v0/refs/x/tables"] = lambda q, b: refused(
        404, "REF_NOT_FOUND", input_ref="x"
    )
    with pytest.raises(exceptions.RefNotFoundError) as caught:
        client.get_tables("x")
    assert caught.value.kind == exceptions.ApiErrorKind.RefNotFound("x")


def test_every_kind_of_refusal_has_its_exception_and_its_names():
    context = {"ref": HEAD, "head_ref": HEAD, "source_ref": HEAD, "destination_ref": HEAD}
    for word, kind in errors._KINDS.items():
        parts = dataclasses.fields(kind)
        names = {part.name: f"the {part.name}" for part in parts if part.name not in context}
        for part in parts:
            if part.type == "Ref":
                names["ref" if part.name == "catalog_ref" else part.name] = HEAD
        error = errors.http_error(409, {"type": word, "message": "m", "context": names})
        assert type(error).__name__ == kind.__name__ + "Error"
        assert isinstance(error.kind, kind) and error.type == word and error.code == 409
        assert all(getattr(error.kind, part.name) for part in parts)
    assert len(errors._KINDS) == 34


@pytest.mark.parametrize(
    "status, expected",
    [
        (400, "BadRequestError"),
        (401, "UnauthorizedError"),
        (403, "ForbiddenError"),
        (404, "NotFoundError"),
        (405, "MethodNotAllowedError"),
        (409, "ConflictError"),
        (429, "TooManyRequestsError"),
        (500, "InternalError"),
        (502, "BadGatewayError"),
        (503, "ServiceUnavailableError"),
        (504, "GatewayTimeoutError"),
        (418, "BauplanHTTPError"),
    ],
)
def test_an_unknown_refusal_is_told_by_its_status(status, expected):
    for error in ({"type": "NEW_THING"}, {"type": "BRANCH_NOT_FOUND", "context": {}}):
        found = errors.http_error(status, error)
        assert type(found).__name__ == expected and found.kind is None


@pytest.mark.parametrize("content", [b"<html>", b"", b"[]", b'{"data": 1}', b'{"metadata": {}}'])
def test_a_reply_that_is_none_of_ours_says_so(server, client, content):
    server.rest["GET", "/catalog/v0/branches/x"] = lambda q, b: (502, content)
    with pytest.raises(exceptions.BadGatewayError, match="invalid response"):
        client.get_branch("x")


def test_a_branch_without_a_hash_is_an_invalid_response(server, client):
    server.rest["GET", "/catalog/v0/branches/x"] = lambda q, b: ok({"name": "x"})
    with pytest.raises(exceptions.BauplanHTTPError, match="invalid response: KeyError"):
        client.get_branch("x")


def test_if_exists_and_if_not_exists_take_what_the_refusal_tells(server, client):
    route = server.rest
    route["POST", "/catalog/v0/branches"] = lambda q, b: refused(
        409, "BRANCH_EXISTS", branch_name="main", ref=HEAD
    )
    assert client.create_branch("main", "x", if_not_exists=True) == boathouse.schema.Branch(
        "main", "aa"
    )
    with pytest.raises(exceptions.BranchExistsError):
        client.create_branch("main", "x")
    route["DELETE", "/catalog/v0/branches/main/tables/t"] = lambda q, b: refused(
        404, "TABLE_NOT_FOUND", table_name="bauplan.t", input_ref="main", ref=HEAD
    )
    assert client.delete_table("t", "main", if_exists=True).hash == "aa"
    route["DELETE", "/catalog/v0/branches/x"] = lambda q, b: refused(
        404, "BRANCH_NOT_FOUND", branch_name="x"
    )
    assert client.delete_branch("x", if_exists=True) is False


def test_has_answers_no_only_for_what_it_asks_about(server, client):
    route = server.rest
    route["GET", "/catalog/v0/branches/x"] = lambda q, b: refused(
        400, "NOT_A_BRANCH_REF", input_ref="x"
    )
    assert client.has_branch("x") is False
    route["GET", "/catalog/v0/refs/main/tables/t"] = lambda q, b: refused(
        404, "NAMESPACE_NOT_FOUND", namespace_name="n", input_ref="main", ref=HEAD
    )
    with pytest.raises(exceptions.NamespaceNotFoundError):
        client.has_table("t", "main", namespace="n")


def test_names_are_encoded_and_read_things_may_be_passed(server, client):
    branch = boathouse.schema.Branch("ada.d/x y", "ff")
    server.rest["POST", "/catalog/v0/refs/ada.d%2Fx%20y@ff/merge/main"] = lambda q, b: ok(
        None, ref=HEAD
    )
    assert client.merge_branch(branch, "main", commit_body="why").hash == "aa"
    target, body = server.seen[0]
    assert json.loads(body) == {"commit_body": "why"}
    with pytest.raises(TypeError, match="commit_properties"):
        client.merge_branch(branch, "main", commit_properties={"a": 1})
    with pytest.raises(TypeError, match="ref is int"):
        client.get_tables(3)


def test_a_revert_keeps_its_namespace(server, client):
    path = "/catalog/v0/refs/main/tables/other.t/revert/ada.dev"
    server.rest["POST", path] = lambda q, b: ok(None, ref={**HEAD, "name": "ada.dev"})
    reverted = client.revert_table(
        "t", namespace="other", source_ref="main", into_branch="ada.dev", replace=True
    )
    assert reverted.name == "ada.dev" and json.loads(server.seen[0][1]) == {"replace": True}
    with pytest.raises(exceptions.NamespaceUnresolvedError):
        client.revert_table("a.t", namespace="b", source_ref="main", into_branch="x")


def test_a_table_is_read_with_either_name_for_its_time():
    table = parsing.parse_table(TABLE)
    assert table.fqn == "bauplan.titanic" and table.comment == "ships" and table.is_managed()
    assert table.fields[0].doc == "why" and table.records is None
    assert table.last_updated_at == datetime.datetime.fromtimestamp(
        1700000000.123, datetime.timezone.utc
    )
    other = {key: value for key, value in TABLE.items() if key != "last_updated_ms"}
    assert parsing.parse_table({**other, "last_updated_at": 1700000000123}) == table
    assert parsing.parse_table({**TABLE, "kind": "EXTERNAL_TABLE"}).is_external()


@pytest.mark.parametrize("text", ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05+00:00",
                                  "2024-01-02T05:04:05.000000999+02:00", "2024-01-02T03:04:05"])
def test_times_are_read_with_any_zone_and_any_digits(text):
    found = parsing.parse_time(text)
    assert found == datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


def test_a_merge_commit_knows_its_subject_body_and_other_side():
    actor = {"name": "ada", "email": None}
    commit = parsing.parse_commit(
        {
            "ref": HEAD,
            "message": "subject\n\nbody",
            "authors": [actor],
            "authored_date": "2024-01-02T03:04:05Z",
            "committed_date": "2024-01-02T03:04:05Z",
            "committer": actor,
            "parent_ref": {**HEAD, "hash": "p1"},
            "parent_hashes": ["p1", "p2"],
        }
    )
    assert (commit.subject, commit.body, commit.author.name) == ("subject", "body", "ada")
    assert commit.parent_merge_ref.hash == "p2" and commit.properties == {}


def test_one_client_serves_many_threads_over_few_connections(server, client):
    server.rest["GET", "/catalog/v0/branches/x"] = lambda q, b: ok({"name": "x", "hash": "aa"})
    failures = []

    def ask():
        for _ in range(20):
            if client.get_branch("x").hash != "aa":
                failures.append(1)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures and len(server.seen) == 160


def test_no_server_is_an_error_of_ours(server):
    with Client(api_endpoint="http://127.0.0.1:9", api_key="key") as client:
        with pytest.raises(exceptions.BauplanError, match="127.0.0.1:9"):
            client.get_branch("x")


def test_a_server_that_does_not_answer_is_given_up(server):
    blocked = threading.Event()
    server.rest["GET", "/catalog/v0/branches/x"] = lambda q, b: blocked.wait(10) and ok({})
    with Client(api_endpoint=server.endpoint, api_key="key", client_timeout=0.2) as client:
        with pytest.raises(exceptions.BauplanError, match="within 0.2 s"):
            client.get_branch("x")
    blocked.set()
