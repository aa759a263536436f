"""What the resting terminal costs: processor time at the attract screen, as a share of a core."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tests.bench.figures import Figure
from tests.visit.__main__ import Played
from tests.visit.section import Section

REST_S = 30


def measure(folder: Path, _chosen: argparse.Namespace) -> list[Figure]:
    """Percent of one core, heartbeat and printer look included."""
    with Section(folder / "data") as section:
        out = folder / "idle"
        out.mkdir()
        if Played(section, out).play(out, "ok", "--idle", str(REST_S)):
            raise RuntimeError("the terminal did not open: nothing to measure")
        times = json.loads((out / "times.json").read_text(encoding="utf-8"))
    spent = times["cpu_to"] - times["cpu_from"]
    share = 100 * spent / (times["idle_to"] - times["idle_from"])
    return [Figure("processor at the attract screen", "% of a core", (share,), 1.0, 2.0)]
