"""Loading a ledger by the command: how fast, and that memory does not grow with the file."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from admin.ledger.sample import write_sample
from tests.bench.figures import Figure

SMALL, LARGE = 30_000, 300_000
SEED = 11
#: Milliseconds a row: 300,000 rows in ten minutes.
ROW_MS = 2.0
#: Peak memory of the large load to that of the small one.
GROWTH = 1.15


#: Runs a command and says its processor seconds and peak KiB. A small process of its own:
#: Linux counts the memory of whoever starts a program to the program's peak (getrusage(2)).
_WATCH = """
import resource, subprocess, sys
log = open(sys.argv[1], "w")
code = subprocess.run(sys.argv[2:], stdout=log, stderr=log).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def _load(folder: Path, rows: int) -> tuple[float, float]:
    """Processor seconds and peak MB of the process that loads ``rows`` rows into a new database."""
    path, log = folder / f"{rows}.csv", folder / f"{rows}.log"
    write_sample(path, rows, SEED)
    command = [sys.executable, "-m", "admin", "import-ledger", str(path),
               "--database", f"sqlite:///{folder / f'{rows}.db'}"]  # fmt: skip
    begun = time.monotonic()
    watched = subprocess.run(
        [sys.executable, "-c", _WATCH, str(log), *command], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    code, seconds, peak_kib = watched.stdout.split()
    if code != "0":
        raise RuntimeError(log.read_text(encoding="utf-8"))
    sys.stderr.write(f"{rows:,} rows loaded in {time.monotonic() - begun:.0f} s\n")
    return float(seconds), int(peak_kib) / 1024


def measure(folder: Path, _: argparse.Namespace) -> list[Figure]:
    """Processor time of the large load, which is its time on a quiet machine; both peaks stand in
    the last figure's name."""
    _, small = _load(folder, SMALL)
    took, large = _load(folder, LARGE)
    at = f"(load {os.getloadavg()[0]:.1f})"
    peaks = f"peak of {LARGE:,} rows ({large:.0f} MB) to {SMALL:,} ({small:.0f} MB)"
    return [
        Figure(
            f"processor time of a row loaded, of {LARGE:,} {at}",
            "ms",
            (took * 1000 / LARGE,),
            0.5,
            ROW_MS,
        ),
        Figure(peaks, "times", (large / small,), 0.5, GROWTH),
    ]
