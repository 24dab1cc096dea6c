#!/usr/bin/env bash
# The bicycle shop, through the command line alone: imports, three models, figures, main untouched.
# usage: adventureworks.sh PROGRAM [FOLDER_WITH_THE_CSV_FILES]
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
program="$(realpath "${1:?usage: adventureworks.sh PROGRAM [FILES]}")"
files="${2:-${BOATHOUSE_ADVENTUREWORKS:-$root/../shared/data/adventureworks}}"
if [ ! -d "$files" ]; then
  echo "no AdventureWorks files in $files (set BOATHOUSE_ADVENTUREWORKS)" >&2
  exit 1
fi
files="$(realpath "$files")"
project="$root/examples/adventureworks"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export BOATHOUSE_LAKE="$work/lake" HOME="$work"
export UV_NO_INDEX=1 UV_FIND_LINKS="${UV_FIND_LINKS:-$root/build/deps/wheels}"

bh() { "$program" "$@"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
# The one value of a query with one row and one column.
value() { bh query "$1" -r "${2:-ada.adventure}" -n adventure --format csv | tail -n 1 | tr -d '"\r'; }
equals() { local got; got="$(value "$1" "${3:-ada.adventure}")"; [ "$got" = "$2" ] || fail "$1: expected $2, got $got"; }
near() {
  local got; got="$(value "$1")"
  python3 -c 'import sys; sys.exit(abs(float(sys.argv[1]) - float(sys.argv[2])) > 1e-3)' "$got" "$2" ||
    fail "$1: expected $2 within 0.001, got $got"
}
type_of() {
  local got
  got="$(bh table get "$1" -n adventure -r ada.adventure -O json | python3 -c '
import json, sys
print(next(f["type"] for f in json.load(sys.stdin)["fields"] if f["name"] == sys.argv[1]))' "$2")"
  [ "$got" = "$3" ] || fail "$1.$2: expected type $3, got $got"
}

tables=(product product_category product_subcategory sale territories)
names=(Products Product_Categories Product_Subcategories Sales_2017 Territories)
rows=(293 4 37 29481 10)

bh branch create ada.adventure --from main
bh namespace create adventure -b ada.adventure
before="$(bh branch get main -O json)"

for i in "${!tables[@]}"; do
  file="$files/AdventureWorks_${names[$i]}.csv"
  bh table create --name "${tables[$i]}" --search-uri "$file" -b ada.adventure -n adventure
  equals "SELECT count(*) FROM ${tables[$i]}" 0
  for round in first second; do  # the second import adds nothing
    bh table import --name "${tables[$i]}" --search-uri "$file" -b ada.adventure -n adventure
    equals "SELECT count(*) FROM ${tables[$i]}" "${rows[$i]}"
  done
done

type_of sale OrderDate string
type_of sale StockDate string
type_of product ProductCost double
type_of product ProductPrice double
type_of product ProductKey long
type_of sale ProductKey long
type_of territories SalesTerritoryKey long

for round in first second; do  # a second run changes no count
  bh run --project-dir "$project" -r ada.adventure
  equals "SELECT count(*) FROM dim_product" 293
  equals "SELECT count(*) FROM dim_country" 6
  equals "SELECT count(*) FROM fact_sale" 29481
  equals "SELECT min(order_date)::VARCHAR FROM fact_sale" 2017-01-01
  equals "SELECT max(order_date)::VARCHAR FROM fact_sale" 2017-06-30
  equals "SELECT count(DISTINCT order_date) FROM fact_sale" 181
  equals "SELECT count(DISTINCT order_number) FROM fact_sale" 11839
  near "SELECT sum(revenue) FROM fact_sale" 9185449.4473
  near "SELECT sum(cost) FROM fact_sale" 5296420.4725
  near "SELECT sum(profit) FROM fact_sale" 3889028.9748
done
equals "SELECT count(*) FROM fact_sale JOIN dim_product USING (product_key) JOIN dim_country USING (country_key)" 29481

[ "$before" = "$(bh branch get main -O json)" ] || fail "main moved before the merge"
if bh table get fact_sale -n adventure -r main >/dev/null 2>&1; then fail "main has fact_sale before the merge"; fi
bh branch merge ada.adventure --into main
equals "SELECT count(*) FROM fact_sale" 29481 main
echo "adventureworks: all figures hold"
