"""Latency against the ledger's size, drawn as SVG by hand."""

from __future__ import annotations

from math import log10
from pathlib import Path


def plot(path: Path, points: dict[int, tuple[float, float]]) -> None:
    """Median and p99 in ms against the ledger's size, both axes logarithmic by hand."""

    def place(size: int, ms: float) -> tuple[float, float]:
        return 80 + 150 * (log10(size) - 3.7), 260 - 80 * (log10(max(ms, 0.1)) + 0.5)

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="560" height="320" '
        'font-family="sans-serif" font-size="13"><rect width="560" height="320" fill="#fff"/>'
        '<text x="80" y="30" font-size="15">Keystroke in the process</text>'
        '<text x="520" y="316" text-anchor="end" fill="#555">entries in the ledger</text>'
    ]
    for ms in (1, 10, 50):
        _, y = place(10_000, ms)
        parts.append(f'<path d="M80 {y:.0f}H520" stroke="#ccc"/>'
                     f'<text x="20" y="{y + 4:.0f}">{ms} ms</text>')  # fmt: skip
    for which, (name, colour) in enumerate((("p50", "#0a58ca"), ("p99", "#b02a37"))):
        at = [place(size, values[which]) for size, values in sorted(points.items())]
        line = " ".join(f"{x:.0f},{y:.0f}" for x, y in at)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), size in zip(at, sorted(points), strict=True):
            said = f"{points[size][which]:.1f}"
            parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4" fill="{colour}"/>'
                         f'<text x="{x:.0f}" y="{y - 10:.0f}" text-anchor="middle">'
                         f"{name} {said}</text>")  # fmt: skip
    for size in sorted(points):
        parts.append(
            f'<text x="{place(size, 1)[0]:.0f}" y="296" text-anchor="middle">{size:,}</text>'
        )
    path.write_text("\n".join([*parts, "</svg>"]), encoding="utf-8")
