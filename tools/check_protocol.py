#!/usr/bin/env python3
"""Holds docs/protocol against the sources: every route, query parameter, error type and method is described, and no other.

usage: check_protocol.py [root]"""
import pathlib
import re
import sys

import yaml

METHODS = ("get", "post", "put", "patch", "delete", "head")
PREFIX = "/iceberg/v1/{prefix}"
# Answered by the router itself, or before there is a prefix.
FIXED = {("get", "/healthz"), ("get", "/metrics"), ("get", "/iceberg/v1/config"), ("post", "/iceberg/v1/oauth/tokens")}
# From here on the numbers of fields are ours.
EXTENSIONS_FROM = 1000


def star(path):
    return re.sub(r"\{[^}]*\}", "*", path)


def account_routes(root):
    """The handler looks at its names itself: `Is(request, "GET", 1)` below the function of a resource."""
    path = root / "src/server/rest/accounts_handler.cc"
    if not path.exists():
        return
    for resource, body in re.findall(r"AccountsHandler::(\w+)\([^)]*\) \{(.*?)\n\}", path.read_text(), re.DOTALL):
        for keys, method, names in re.findall(r'(keys && )?!?Is\(request, "([A-Z]+)", (\d)\)', body):
            rest = "/*" * (int(names) - (1 if keys else 0)) + ("/keys" if keys else "")
            yield method.lower(), f"/boathouse/v0/{resource.lower()}{rest}"


def routes(root):
    """Method and path of everything the sources answer."""
    found = set(FIXED) | set(account_routes(root))
    catalog = (root / "src/server/rest/catalog_handler.cc").read_text()
    for method, parts in re.findall(r'\{"([A-Z]+)",\s*\{([^}]*)\},\s*rest::', catalog):
        found.add((method.lower(), "/catalog/v0/" + "/".join(re.findall(r'"([^"]*)"', parts))))
    iceberg = (root / "src/server/iceberg/iceberg_handler.cc").read_text()
    for method, path in re.findall(r'"([A-Z]+) /v1/\{prefix\}([^"]*)"', iceberg):
        found.add((method.lower(), star(PREFIX + path)))
    return found


def refs_of(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from refs_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs_of(value)


def resolve(document, ref):
    node = document
    for part in ref.removeprefix("#/").split("/"):
        if not isinstance(node, dict) or part not in node:
            return None
        node = node[part]
    return node


def check_operations(root, document):
    described, ids = {}, []
    for path, item in document["paths"].items():
        shared = [resolve(document, ref) for ref in refs_of(item.get("parameters", []))]
        for method in METHODS:
            if method not in item:
                continue
            described[(method, star(path))] = item[method]
            ids.append(item[method]["operationId"])
            own = [resolve(document, ref) for ref in refs_of(item[method].get("parameters", []))]
            named = {p["name"] for p in shared + own if p and p["in"] == "path"}
            if named != set(re.findall(r"\{([^}]*)\}", path)):
                yield f"{method} {path}: its parameters in the path are {sorted(named)}"
    known = {(method, star(path)) for method, path in routes(root)}
    for method, path in sorted(known - set(described)):
        yield f"{method} {path} is served and not described"
    for method, path in sorted(set(described) - known):
        yield f"{method} {path} is described and not served"
    for one in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"two operations are called {one}"


def check_openapi(root, document):
    for ref in sorted(set(refs_of(document))):
        if resolve(document, ref) is None:
            yield f"there is nothing at {ref}"
    yield from check_operations(root, document)
    sources = "".join(path.read_text() for path in sorted((root / "src/server/rest").glob("*.cc")))
    asked = set(re.findall(r'(?:Query\(|Flag\(call, )"([^"]*)"\)', sources))
    parameters = document["components"]["parameters"].values()
    described = {p["name"] for p in parameters if p["in"] == "query"}
    for name in sorted(asked - described):
        yield f"the query parameter {name} is read and not described"
    kinds = set(re.findall(r'\{"([A-Z_]+)", \d{3}, \{', (root / "src/wire/error_kind.cc").read_text()))
    listed = set(document["components"]["schemas"]["ErrorType"]["anyOf"][0]["enum"])
    if kinds != listed or not kinds:
        yield f"the error types differ: {sorted(kinds ^ listed)}"
    operations = [op for item in document["paths"].values() for name, op in item.items() if name in METHODS]
    for kind in sorted({kind for op in operations for kind in op.get("x-error-types", [])} - kinds):
        yield f"{kind} is no error type"


def check_proto(root):
    """The page names each method; what is ours says so."""
    page = (root / "docs/protocol/README.md").read_text()
    text = (root / "proto/commander.proto").read_text()
    for method in re.findall(r"^\s*rpc (\w+)\(", text, re.MULTILINE):
        if f"`{method}`" not in page:
            yield f"docs/protocol/README.md does not name {method}"
    for name, number in re.findall(r"^\s*[\w.<>, ]+ (\w+) = (\d+)(?: \[[^\]]*\])?;", text, re.MULTILINE):
        if (int(number) >= EXTENSIONS_FROM) != name.startswith("boathouse_"):
            yield f"proto/commander.proto: {name} = {number}: what is ours begins with boathouse_, from {EXTENSIONS_FROM} on"
    for path in sorted((root / "proto").glob("*.proto")):
        if f"proto/{path.name})" not in page:
            yield f"docs/protocol/README.md does not name {path.name}"


def main(root):
    document = yaml.safe_load((root / "docs/protocol/openapi.yaml").read_text())
    found = [*check_openapi(root, document), *check_proto(root)]
    for line in found:
        print(line)
    if found:
        return 1
    print(f"protocol ok: {len(routes(root))} routes")
    return 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1])))
