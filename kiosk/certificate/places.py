"""What lies where on a page: runs of glyphs, rules, the seal. Points, origin lower left of A4."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.certificate.fonts import Glyph

MM = 72 / 25.4
PAGE_WIDTH = 210 * MM
PAGE_HEIGHT = 297 * MM


@dataclass(frozen=True, slots=True)
class TextRun:
    """Glyphs on one baseline. ``spacing`` in points opens the line, but not within a number."""

    x: float
    y: float
    size: float
    glyphs: tuple[Glyph, ...]
    spacing: float = 0.0

    def text(self) -> str:
        return "".join(glyph.sequence for glyph in self.glyphs)


@dataclass(frozen=True, slots=True)
class Rule:
    x0: float
    y0: float
    x1: float
    y1: float
    width: float


@dataclass(frozen=True, slots=True)
class SealPlace:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Box:
    """Filled, below rules and text, in the order given. ``ink`` False: paper white."""

    x: float
    y: float
    width: float
    height: float
    ink: bool = True


@dataclass(slots=True)
class Page:
    runs: list[TextRun] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    seal: SealPlace | None = None
    boxes: list[Box] = field(default_factory=list)

    def text(self) -> str:
        """What the page says, in drawing order."""
        return "".join(run.text() for run in self.runs)
