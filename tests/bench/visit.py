"""Whole visits: start to staff sign-in, sign-in to attract, confirm to the printer's first byte."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tests.bench.figures import Figure
from tests.visit.__main__ import Played
from tests.visit.section import Section

SPANS = {
    "start of the program to the staff sign-in": ("process_begun", "sign_in_seen", 5.0),
    "sign-in to attract": ("sign_in_pressed", "attract_seen", 10.0),
    "confirm to first byte at the printer": ("issue_pressed", "first_byte", 1.0),
}


def measure(folder: Path, chosen: argparse.Namespace) -> list[Figure]:
    """Seconds, by the visits' own clocks."""
    times: list[dict[str, float]] = []
    with Section(folder / "data") as section:
        for number in range(chosen.visits):
            out = folder / f"visit-{number}"
            out.mkdir()
            if Played(section, out).play(out, "ok"):
                raise RuntimeError("a visit failed: nothing to measure")
            times.append(json.loads((out / "times.json").read_text(encoding="utf-8")))
    return [
        Figure(what, "s", tuple(one[end] - one[begin] for one in times), 0.95, limit)
        for what, (begin, end, limit) in SPANS.items()
    ]
