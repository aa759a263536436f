#!/bin/sh
# What `make test` checks, in the order in which a fault is cheapest to find.
set -eu
cd "$(dirname "$0")/.."
PY=.venv/bin/python
echo "== style"
$PY -m ruff check .
$PY -m ruff format --check .
echo "== types"
$PY -m mypy
echo "== tests"
export DAICHO_REQUIRE_POSTGRES=1 DAICHO_REQUIRE_WINDOW=1 DAICHO_REQUIRE_CARDS=1 DAICHO_REQUIRE_PEERS=1
exec $PY -m pytest -n 2 --dist loadfile -m "${1:-not long}" -q
