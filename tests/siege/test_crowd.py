"""64 clients at once: branches are made, committed to, read, and deleted; nothing is mixed up and nothing stays."""
import collections
import concurrent.futures
import json
import threading

CLIENTS = 64
ROUNDS = 3
SCHEMA = {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "n", "type": "long", "required": False}]}


def test_branches_commits_queries(server):
    statuses, lock = collections.Counter(), threading.Lock()

    def ask(method, path, body, *wanted):
        status, text = server.ask(method, path, body)
        with lock:
            statuses[method, status] += 1
        assert status in wanted, (method, path, status, text)
        return text

    def client(number):
        for turn in range(ROUNDS):
            branch, table = f"ada.crowd{number}", f"t{turn}"
            ask("POST", "/catalog/v0/branches", {"branch_name": branch, "from_ref": "main"}, 200, 201)
            ask("POST", "/catalog/v0/branches", {"branch_name": branch, "from_ref": "main"}, 409)
            ask("POST", f"/iceberg/v1/{branch}/namespaces/bauplan/tables", {"name": table, "schema": SCHEMA}, 200)
            seen = json.loads(ask("GET", f"/catalog/v0/refs/{branch}/tables", None, 200))["data"]
            assert [one["name"] for one in seen] == [table], seen
            if number % 8 == 0:
                assert server.rows(f"select {number} as n") == [{"n": number}]
            ask("DELETE", f"/catalog/v0/branches/{branch}", None, 200)
            ask("DELETE", f"/catalog/v0/branches/{branch}", None, 404)

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(client, number) for number in range(CLIENTS)]:
            done.result()
    left = json.loads(server.ask("GET", "/catalog/v0/branches?max_records=500")[1])["data"]
    assert [branch["name"] for branch in left if "crowd" in branch["name"]] == []
    assert sum(statuses.values()) == CLIENTS * ROUNDS * 6
