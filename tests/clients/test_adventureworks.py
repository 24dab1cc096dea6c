#!/usr/bin/env python3
"""A small warehouse made with nothing but the stock client: plans of tables, tables, imports, a run, queries.

usage: test_adventureworks.py PROGRAM CLIENTS_FOLDER [VERSION...]
The CSV files are in BOATHOUSE_ADVENTUREWORKS, as for tests/scenarios/adventureworks.sh."""
import os
import pathlib

from server import check, main, plain

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = pathlib.Path(os.environ.get("BOATHOUSE_ADVENTUREWORKS", ROOT.parent / "shared" / "data" / "adventureworks")).resolve()
PROJECT = ROOT / "examples" / "adventureworks"
BRANCH = "ada.dev"
HERE = ("-n", "adventure", "-b", BRANCH)
TABLES = {
    "product": ("Products", 293), "product_category": ("Product_Categories", 4),
    "product_subcategory": ("Product_Subcategories", 37), "sale": ("Sales_2017", 29481), "territories": ("Territories", 10)}


def uri(table):
    return f"file://{FILES}/AdventureWorks_{TABLES[table][0]}.csv"


def value(client, sql):
    rows = client.json("query", "-r", BRANCH, "-n", "adventure", sql)["results"]
    check(len(rows) == 1 and len(rows[0]) == 1, sql, rows)
    return next(iter(rows[0].values()))


def branch(server, client):
    client.run("branch", "create", BRANCH, "--from-ref", "main")
    client.run("namespace", "create", "adventure", "-b", BRANCH)


def tables_in_one_step(server, client):
    for table in ("product", "product_category"):
        client.run("table", "create", table, *HERE, "--search-uri", uri(table))
        check(value(client, f"select count(*) as n from {table}") == 0, table, "is created empty")
    again = client.run("table", "create", "product", *HERE, "--search-uri", uri("product"), code=1)
    check("exists already" in plain(again.stderr), again.stderr)
    client.run("table", "create", "product", *HERE, "--search-uri", uri("product"), "--replace")
    fields = {f["name"]: f["type"] for f in client.json("table", "get", "adventure.product", "-r", BRANCH)["fields"]}
    check(fields["ProductKey"] == "long" and fields["ProductCost"] == "double", fields)


def tables_by_their_plan(server, client):
    saved = server.work / "plan.yaml"
    for table in ("product_subcategory", "territories"):
        client.run("table", "create-plan", table, *HERE, "--search-uri", uri(table), "--save-plan", str(saved))
        missing = client.run("table", "get", f"adventure.{table}", "-r", BRANCH, code=1)
        check(table in missing.stderr, "a plan creates nothing", missing.stderr)
        client.run("table", "create-plan-apply", "--plan", str(saved))
        check(value(client, f"select count(*) as n from {table}") == 0, table)


def a_plan_that_was_edited(server, client):
    saved = server.work / "edited.yaml"
    client.run("table", "create-plan", "edited", *HERE, "--search-uri", uri("sale"), "--save-plan", str(saved),
               "--partitioned-by", "TerritoryKey, bucket(4, ProductKey)")
    text = saved.read_text()
    said = "        - datatype: long\n      dst_datatype:\n        - datatype: long\n"
    check(text.count(said) == 5 and "conflicts: []" in text and uri("sale").rsplit("/", 1)[1] in text, text)
    both = text.replace(said, said + "        - datatype: string\n")
    for wrong, code in ((text.replace("datatype: long", "datatype: lnog"), "InvalidArgument"), ("version: 1\n", "InvalidArgument"),
                        ("[", "InvalidArgument"), (both, "FailedPrecondition")):
        saved.write_text(wrong)
        refused = client.run("table", "create-plan-apply", "--plan", str(saved), code=1)
        check(code in plain(refused.stderr), refused.stderr)
    saved.write_text(text.replace(said, said.replace("dst_datatype:\n        - datatype: long", "dst_datatype:\n        - datatype: string")))
    client.run("table", "create-plan-apply", "--plan", str(saved))
    table = client.json("table", "get", "adventure.edited", "-r", BRANCH)
    check({f["type"] for f in table["fields"]} == {"string"}, table)
    check([p["transform"] for p in table["partitions"]] == ["identity", "bucket[4]"], table["partitions"])
    client.run("table", "import", "edited", *HERE, "--search-uri", uri("sale"))
    check(value(client, "select count(distinct ProductKey || '') as n from edited") > 100, "the values are text")
    client.run("table", "rm", "adventure.edited", "-b", BRANCH)


def a_table_through_the_package(server, client):
    client.python(f"""
import bauplan
client = bauplan.Client()
planned = client.plan_table_creation('sale', {uri("sale")!r}, branch={BRANCH!r}, namespace='adventure')
assert planned.error is None and planned.can_auto_apply, planned
(file,) = planned.files_to_be_imported
assert file.endswith('/AdventureWorks_Sales_2017.csv'), file
assert planned.ctx.table_name == 'sale' and planned.ctx.namespace == 'adventure', planned.ctx
assert not client.has_table('sale', {BRANCH!r}, namespace='adventure')
client.apply_table_creation_plan(planned)
assert client.has_table('sale', {BRANCH!r}, namespace='adventure')
table = client.create_table('adventure.sale', {uri("sale")!r}, branch={BRANCH!r}, replace=True, partitioned_by='TerritoryKey')
assert table.name == 'sale' and table.namespace == 'adventure', table
assert [p.transform for p in table.partitions] == ['identity'], table
for wrong in ('file:///etc/hostname', {uri("sale") + ".none"!r}):
    try:
        client.create_table('wrong', wrong, branch={BRANCH!r})
    except bauplan.exceptions.BauplanError as error:
        print(error)
    else:
        raise SystemExit(wrong + ' made a table')
kinds = [job.kind for job in client.get_jobs(filter_by_kinds=bauplan.JobKind.TABLE_PLAN_CREATE)]
assert len(kinds) >= 7, kinds
""")


def rows(server, client):
    for table, (_, many) in TABLES.items():
        for _ in range(2):  # the second import finds every file imported already
            client.run("table", "import", table, *HERE, "--search-uri", uri(table))
            check(value(client, f"select count(*) as n from {table}") == many, table)


def models(server, client):
    client.run("run", "-r", BRANCH, "-n", "adventure", folder=PROJECT, timeout=300)
    for table, many in (("dim_product", 293), ("dim_country", 6), ("fact_sale", 29481)):
        check(value(client, f"select count(*) as n from {table}") == many, table)
    revenue = float(value(client, "select sum(revenue) as revenue from fact_sale"))
    check(abs(revenue - 9185449.4473) < 1e-3, revenue)


if __name__ == "__main__":
    check(FILES.is_dir(), f"no AdventureWorks files in {FILES} (set BOATHOUSE_ADVENTUREWORKS)")
    main([branch, tables_in_one_step, tables_by_their_plan, a_plan_that_was_edited, a_table_through_the_package, rows,
          models], "--import-folder", str(FILES))
