"""One column of a slip, from the top down: headings, facts, sentences, rules, a QR code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from kiosk.certificate.code_place import QUIET, code_boxes, qr_rows
from kiosk.certificate.form import Form
from kiosk.certificate.measure import ASCENT, Line
from kiosk.certificate.places import MM, PAGE_HEIGHT, PAGE_WIDTH, Page, Rule, TextRun
from kiosk.certificate.wrap import gap_count, line_width, wrap

_LEADING = 1.5
_LABEL_SHARE = 0.36  # of the column: labels; values begin behind
_HAIRLINE = 0.5


@dataclass(frozen=True, slots=True)
class Paper:
    """``height`` None: a roll, as long as what is on it. Points; ``dpi`` of the head."""

    name: str
    width: float
    height: float | None
    margin: float
    size: float  # of the letters
    dpi: int


#: 80 mm paper; heads print 72 mm of it (576 dots at 203 dpi).
ROLL_80 = Paper("roll-80", 80 * MM, None, 5.5 * MM, 9.5, 203)
#: 58 mm paper; heads print 48 mm of it (384 dots at 203 dpi).
ROLL_58 = Paper("roll-58", 58 * MM, None, 5.5 * MM, 8.0, 203)
A4 = Paper("a4", PAGE_WIDTH, PAGE_HEIGHT, 35 * MM, 13.0, 203)
PAPERS = {paper.name: paper for paper in (ROLL_80, ROLL_58, A4)}


class Column:
    """Collects what is drawn; heights are known at the end only, so drawing waits for ``page``.

    Raises ValueError when a sheet is not high enough or a word not to be broken is too wide.
    """

    def __init__(self, form: Form, paper: Paper) -> None:
        self.form, self.paper = form, paper
        self.left, self.right = paper.margin, paper.width - paper.margin
        self.missing: list[str] = []
        self.used = paper.margin  # points from the top
        self._steps: list[Callable[[Page, float], None]] = []

    # --- what stands in the column ----------------------------------------------------------

    def heading(self, title: str, below: str) -> None:
        self._centred(title, self.paper.size * 1.6, 0.3)
        self._centred(below, self.paper.size * 0.9, 0.0)
        self.rule()

    def fact(self, label: str, value: str, strong: bool = False) -> None:
        """Label on the left, value behind it; a strong one is larger."""
        size = self.paper.size
        start = self.left + _LABEL_SHARE * (self.right - self.left)
        value_size = size * (1.35 if strong else 1.0)
        lines = self._parted(value, value_size, self.right - start)
        top, labels = self.used, self._wrapped(label, size, start - self.left - 0.5 * size)
        for n, line in enumerate(labels):
            self._run(line, self.left, top + n * size * _LEADING, size, value_size * ASCENT)
        for line in lines:
            self._run(line, start, self.used, value_size, value_size * ASCENT)
            self.used += value_size * _LEADING
        self.used = max(self.used, top + len(labels) * size * _LEADING)

    def _parted(self, value: str, size: float, width: float) -> list[Line]:
        """A value of two parts that is too wide for one line is broken between them."""
        if line_width(self.shape(value), size) > width:
            value = value.replace("　", "\n")
        return self._wrapped(value, size, width)

    def number(self, label: str, value: str) -> None:
        """What staff are told or look for: in the middle, large, its label above."""
        self._centred(label, self.paper.size * 0.9, 0.0)
        self._centred(value, self.paper.size * 2.2, 0.05)

    def sum(self, label: str, value: str) -> None:
        """Label on the left, amount at the right edge, large."""
        size, large = self.paper.size, self.paper.size * 1.7
        line = self.shape(value)
        x = self.right - line_width(line, large)
        self._run(self.shape(label), self.left, self.used, size, large * ASCENT)
        self._run(line, x, self.used, large, large * ASCENT)
        self.used += large * _LEADING

    def stamp_box(self, label: str, side: float) -> None:
        """An empty square at the right edge, in points, for a stamp on paper; its name above it."""
        left, top, size = self.right - side, self.used, self.paper.size * 0.8
        below = top + size * _LEADING
        width = line_width(self.shape(label), size)
        self._run(self.shape(label), left + (side - width) / 2, top, size, size * ASCENT)
        self.used = below + side

        def draw(page: Page, height: float) -> None:
            x, y = self.right, height - below
            corners = ((left, y), (x, y), (x, y - side), (left, y - side), (left, y))
            for (x0, y0), (x1, y1) in pairwise(corners):
                page.rules.append(Rule(x0, y0, x1, y1, _HAIRLINE))

        self._steps.append(draw)

    def text(self, text: str) -> None:
        self._lines(text, self.paper.size)

    def small(self, text: str) -> None:
        self.gap(0.4 * self.paper.size)
        self._lines(text, self.paper.size * 0.8)

    def rule(self) -> None:
        self.gap(0.4 * self.paper.size)
        at = self.used

        def draw(page: Page, height: float) -> None:
            page.rules.append(Rule(self.left, height - at, self.right, height - at, _HAIRLINE))

        self._steps.append(draw)
        self.gap(0.6 * self.paper.size)

    def code(self, text: str, module_mm: float, version: int) -> None:
        """A QR code in the middle, its modules whole dots."""
        dots = max(1, round(module_mm / 25.4 * self.paper.dpi))
        rows = qr_rows(text, version)
        side = (len(rows) + 2 * QUIET) * dots / self.paper.dpi * 72
        at, x = self.used, (self.paper.width - side) / 2

        def draw(page: Page, height: float) -> None:
            size = (self.paper.width, height)
            page.boxes += code_boxes(rows, x, height - at, dots, self.paper.dpi, size)

        self._steps.append(draw)
        self.used += side

    def gap(self, points: float) -> None:
        self.used += points

    def place(self, draw: Callable[[Page, float], None]) -> None:
        """Anything else; called with the page and its height in points."""
        self._steps.append(draw)

    # --- the page ---------------------------------------------------------------------------

    def size(self) -> tuple[float, float]:
        """Points. A roll is cut behind the last line."""
        height = self.paper.height or self.used + self.paper.margin
        return self.paper.width, height

    def page(self) -> Page:
        _, height = self.size()
        if self.used > height - self.paper.margin + 0.01:
            raise ValueError("the slip does not fit the paper")
        page = Page()
        for draw in self._steps:
            draw(page, height)
        return page

    # --- lines ------------------------------------------------------------------------------

    def shape(self, text: str) -> Line:
        found, missing = self.form.fonts.shape(text)
        self.missing += missing
        return tuple(found)

    def _wrapped(self, text: str, size: float, width: float) -> list[Line]:
        lines: list[Line] = []
        for part in text.split("\n"):
            lines += [tuple(line) for line in wrap(self.shape(part), size, width)]
        if any(line_width(line, size) > width + 0.5 for line in lines):
            raise ValueError("a word is wider than the paper")
        return lines

    def _lines(self, text: str, size: float) -> None:
        for line in self._wrapped(text, size, self.right - self.left):
            self._run(line, self.left, self.used, size, size * ASCENT)
            self.used += size * _LEADING

    def _centred(self, text: str, size: float, em: float) -> None:
        line = self.shape(text)
        width = line_width(line, size) + em * size * gap_count(line)
        if width > self.right - self.left:
            size *= (self.right - self.left) / width
            width = self.right - self.left
        self._run(line, (self.paper.width - width) / 2, self.used, size, size * ASCENT, em * size)
        self.used += size * _LEADING

    def _run(
        self, line: Line, x: float, top: float, size: float, ascent: float, spacing: float = 0.0
    ) -> None:
        if not line:
            return

        def draw(page: Page, height: float) -> None:
            page.runs.append(TextRun(x, height - top - ascent, size, line, spacing))

        self._steps.append(draw)
