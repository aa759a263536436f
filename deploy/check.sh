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

# Every test has databases of its own, which live for a second: in memory, where there is room, the
# run does not wait for a disk. Programs are started from there too, so it must not be noexec.
mib_of() { awk -v key="$1:" '$1 == key { print int($2 / 1024) }' /proc/meminfo 2>/dev/null; }
free_mib() { df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }'; }
runs_programs() { ! grep -qE "^[^ ]+ $1 [^ ]+ [^ ]*noexec" /proc/mounts; }
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && runs_programs /dev/shm &&
    [ "$(free_mib /dev/shm)" -ge 4096 ] && [ "$(mib_of MemAvailable)" -ge 8192 ]; then
    TMPDIR=$(mktemp -d /dev/shm/daicho.XXXX)
    chmod 755 "$TMPDIR" # PostgreSQL runs as somebody else than root
    export TMPDIR
    set -- "${1:-not long}" --basetemp="$TMPDIR/t" # short: sockets' paths end at 108 bytes, unix(7)
    trap 'rm -rf "$TMPDIR"' EXIT
    trap 'exit 130' INT TERM
fi
export DAICHO_REQUIRE_POSTGRES=1 DAICHO_REQUIRE_WINDOW=1 DAICHO_REQUIRE_CARDS=1 DAICHO_REQUIRE_PEERS=1
# The files in their own order: those that open windows come early and do not end the run alone.
[ $# -gt 0 ] || set -- "not long"
$PY -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q -m "$@"
