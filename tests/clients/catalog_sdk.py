#!/usr/bin/env python3
"""Drives the unmodified SDK of Bauplan through the catalog of a running server and asserts what comes back.

usage: catalog_sdk.py        BAUPLAN_API_ENDPOINT and BAUPLAN_API_KEY say where and who (user ada, an admin)
The server's main holds the tables titanic, taxi and zones in the namespace bauplan. Everything made here is deleted.
"""
import bauplan
from bauplan import exceptions as errors


def refuses(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise SystemExit(f"no {kind.__name__}")


def branches(client):
    made = client.create_branch("ada.sdk", from_ref="main")
    assert made.name == "ada.sdk"
    refuses(errors.BranchExistsError, lambda: client.create_branch("ada.sdk", from_ref="main"))
    assert client.create_branch("ada.sdk", from_ref="main", if_not_exists=True).hash == made.hash
    assert client.has_branch("ada.sdk") and not client.has_branch("ada.none")
    assert "main" in [branch.name for branch in client.get_branches(user="~", limit=10)]
    assert all("main" in branch.name for branch in client.get_branches(name="main"))
    refuses(errors.DeleteBranchForbiddenError, lambda: client.delete_branch("main"))
    refuses(errors.InvalidRefError, lambda: client.create_branch("ada.bad", from_ref="not a valid ref!!!"))
    refuses(errors.BranchNotFoundError, lambda: client.get_branch("ada.none"))


def tags(client):
    tag = client.create_tag("v1", from_ref="main")
    assert client.get_tag("v1").hash == tag.hash
    assert client.has_tag("v1") and not client.has_branch("v1")
    refuses(errors.TagExistsError, lambda: client.create_tag("v1", from_ref="main"))
    refuses(errors.NotATagRefError, lambda: client.rename_tag("main", "x"))
    assert client.rename_tag("v1", "v2").name == "v2"
    refuses(errors.TagNotFoundError, lambda: client.get_tag("v1"))


def namespaces_and_merge(client):
    assert client.create_namespace("fresh", branch="ada.sdk", commit_properties={"k": "v"}).name == "fresh"
    refuses(errors.NamespaceExistsError, lambda: client.create_namespace("fresh", branch="ada.sdk"))
    refuses(errors.NotAWriteBranchRefError, lambda: client.create_namespace("fresh", branch="v2"))
    refuses(errors.NamespaceIsNotEmptyError, lambda: client.delete_namespace("bauplan", branch="ada.sdk"))
    assert client.has_namespace("fresh", ref="ada.sdk") and not client.has_namespace("fresh", ref="main")
    merged = client.merge_branch(source_ref="ada.sdk", into_branch="main", commit_message="Update it",
                                 commit_properties={"z": "1"})
    assert merged.name == "main" and client.has_namespace("fresh", ref="main")
    refuses(errors.NotAWriteBranchRefError, lambda: client.merge_branch(source_ref="ada.sdk", into_branch="v2"))
    refuses(errors.BranchNotFoundError, lambda: client.merge_branch(source_ref="ada.sdk", into_branch="ada.none"))


def commits(client):
    newest = next(iter(client.get_commits("main", limit=5)))
    assert newest.message == "Update it" and newest.author.name == "ada" and len(newest.parent_hashes) == 2
    assert newest.properties["z"] == "1"
    found = [commit.message for commit in client.get_commits("main", filter_by_message="Update", limit=5)]
    assert found and all("Update" in message for message in found)
    assert list(client.get_commits("main", filter="commit.properties.z == '1'", limit=1))
    refuses(errors.BadRequestError, lambda: list(client.get_commits("main", filter="commit.")))
    refuses(errors.RefNotFoundError, lambda: list(client.get_commits("nowhere")))


def tables(client):
    assert len(list(client.get_tables(ref="main", limit=3))) == 3
    table = client.get_table("titanic", ref="main")
    assert (table.name, table.namespace) == ("titanic", "bauplan") and table.fields
    assert "gone" in str(refuses(errors.TableNotFoundError, lambda: client.get_table("gone", ref="main")))
    refuses(errors.NamespaceNotFoundError, lambda: client.get_table("gone", ref="main", namespace="none"))
    client.create_branch("ada.tables", from_ref="main")
    revert = {"source_ref": "main", "into_branch": "ada.tables"}
    refuses(errors.SameRefError, lambda: client.revert_table("titanic", **revert))
    client.delete_table("titanic", branch="ada.tables")
    assert client.delete_table("titanic", branch="ada.tables", if_exists=True).name == "ada.tables"
    client.revert_table("titanic", **revert)
    refuses(errors.RevertDestinationTableExistsError, lambda: client.revert_table("titanic", **revert))
    refuses(errors.RevertIdenticalTableError, lambda: client.revert_table("titanic", replace=True, **revert))


def remove_all(client):
    for branch in ("ada.tables", "main"):
        client.delete_namespace("fresh", branch=branch)
        assert client.delete_namespace("fresh", branch=branch, if_exists=True).name == branch
    assert client.rename_branch("ada.tables", "ada.renamed").name == "ada.renamed"
    client.delete_branch("ada.renamed")
    client.delete_branch("ada.sdk")
    client.delete_tag("v2")


def main():
    client = bauplan.Client()
    for step in (branches, tags, namespaces_and_merge, commits, tables, remove_all):
        step(client)
        print(f"{step.__name__}: ok")


if __name__ == "__main__":
    main()
