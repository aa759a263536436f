"""One measured quantity as a distribution, and the limit it is held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; ``share`` is 0..1. Raises ValueError of nothing."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


@dataclass(frozen=True, slots=True)
class Figure:
    """``values`` in ``unit``; the ``share`` percentile of them must not be above ``limit``.

    An endless limit: told, and not judged.
    """

    what: str
    unit: str
    values: tuple[float, ...]
    share: float
    limit: float

    @property
    def held(self) -> bool:
        return percentile(self.values, self.share) <= self.limit

    def __str__(self) -> str:
        said = "  ".join(
            f"p{share * 100:g} {percentile(self.values, share):.2f}"
            for share in sorted({0.5, 0.95, 0.99, self.share})
        )
        mark = ("ok  " if isfinite(self.limit) else "told") if self.held else "OVER"
        held = f"limit p{self.share * 100:g} {self.limit:g}" if isfinite(self.limit) else "no limit"
        return f"{mark} {self.what}: {said} {self.unit} (n={len(self.values)}, {held})"

    def as_row(self) -> dict[str, Any]:
        return {
            "what": self.what, "unit": self.unit, "n": len(self.values), "held": self.held,
            "p50": percentile(self.values, 0.5), "p95": percentile(self.values, 0.95),
            "p99": percentile(self.values, 0.99), "share": self.share,
            "limit": self.limit if isfinite(self.limit) else None,
        }  # fmt: skip
