"""``python -m tests.bench``: what the product promises of speed, as distributions on this machine.

Times on a shared machine vary threefold: read the ratios and percentiles, not single figures.
Each line says what was measured, how often, and the limit it is held to. Exit 1 if one is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import idle, ledger, load, printing, recall, search, touch, visit
from tests.bench.figures import Figure

PARTS: dict[str, Callable[[Path, argparse.Namespace], list[Figure]]] = {
    "touch": touch.measure,
    "visit": visit.measure,
    "idle": idle.measure,
    "search": search.measure,
    "recall": recall.measure,
    "load": load.measure,
    "ledger": ledger.measure,
    "printing": printing.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="only these")
    parser.add_argument(
        "--entries", type=int, help="size of the ledger: 200,000 for search, a million for ledger"
    )
    parser.add_argument("--keep", type=Path, help="where the part ledger keeps what it has made")
    parser.add_argument("--visits", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    chosen = parser.parse_args()
    # Kivy's usual log takes the whole process's lines and stderr; here they are the figures' own.
    os.environ |= {"KIVY_LOG_MODE": "MIXED", "KIVY_NO_CONSOLELOG": "1"}
    chosen.out.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    for name in chosen.parts or PARTS:
        sys.stderr.write(f"{name}…\n")
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            found = PARTS[name](Path(folder), chosen)
        for figure in found:
            sys.stdout.write(f"{figure}\n")
            sys.stdout.flush()
        figures += found
    rows = [figure.as_row() for figure in figures]
    (chosen.out / "figures.json").write_text(
        json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return 0 if all(figure.held for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
