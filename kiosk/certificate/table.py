"""The table of a page: rows with their labels, groups, and the rules around them."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.certificate.flow import RowBox, groups
from kiosk.certificate.measure import ASCENT, LABEL_PAD, VALUE_PAD, Line, Measure
from kiosk.certificate.places import Page, Rule, TextRun
from kiosk.certificate.wrap import gap_count, line_width

FRAME = 0.9  # points: the table's outer rule
HAIRLINE = 0.4
_LABEL_LEADING = 1.3
_SMALLEST_LABEL = 5.0  # points


class Table:
    """Draws the rows of one page after another; remembers which group the last page ended in."""

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self._before = ""

    def draw(self, page: Page, rows: Sequence[RowBox], top: float) -> float:
        """Draws the rows from ``top`` down; returns the lower edge."""
        if not rows:
            return top
        y = top
        for first, run in groups(rows):
            if y < top:
                self._across(page, self.measure.left, y, HAIRLINE)
            if run[0].group:
                self._group(page, run, y, going_on=first and run[0].group == self._before)
            for i, row in enumerate(run):
                if i:
                    self._across(page, self.measure.label_x, y, HAIRLINE)
                self._row(page, row, y)
                y -= row.height
        self._frame(page, top, y)
        self._before = rows[-1].group
        return y

    def _across(self, page: Page, start: float, y: float, width: float) -> None:
        page.rules.append(Rule(start, y, self.measure.right, y, width))

    def _frame(self, page: Page, top: float, bottom: float) -> None:
        measure = self.measure
        page.rules.append(Rule(measure.value_x, top, measure.value_x, bottom, HAIRLINE))
        for x in (measure.left, measure.right):
            page.rules.append(Rule(x, top + FRAME / 2, x, bottom - FRAME / 2, FRAME))
        for y in (top, bottom):
            self._across(page, measure.left, y, FRAME)

    def _group(self, page: Page, run: Sequence[RowBox], top: float, going_on: bool) -> None:
        measure = self.measure
        height = sum(row.height for row in run)
        width = measure.label_x - measure.left - 2 * LABEL_PAD
        self._label(page, run[0].group, measure.left, width, top, height, going_on)
        x = measure.label_x
        page.rules.append(Rule(x, top, x, top - height, HAIRLINE))

    def _row(self, page: Page, row: RowBox, top: float) -> None:
        measure, grouped = self.measure, bool(row.group)
        start, width = measure.label_start(grouped), measure.label_width(grouped)
        self._label(page, row.label, start, width, top, row.height, row.continued)
        size, leading = measure.look.text_size, measure.leading
        y = top - (row.height - len(row.lines) * leading) / 2
        for line in row.lines:
            baseline = y - (leading - size) / 2 - ASCENT * size
            if line:
                page.runs.append(TextRun(measure.value_x + VALUE_PAD, baseline, size, line))
            y -= leading

    def _label(
        self,
        page: Page,
        text: str,
        x: float,
        width: float,
        top: float,
        height: float,
        going_on: bool,
    ) -> None:
        """A label spread over its column (均等割付), in the middle of its cell."""
        size, lines = self._fitted(text, width, height, going_on)
        leading = size * _LABEL_LEADING
        y = top - (height - len(lines) * leading) / 2
        for line, spread in lines:
            baseline = y - (leading - size) / 2 - ASCENT * size
            page.runs.append(_spread(line, x + LABEL_PAD, baseline, size, width, spread))
            y -= leading

    def _fitted(
        self, text: str, width: float, height: float, going_on: bool
    ) -> tuple[float, list[tuple[Line, bool]]]:
        """The label's lines, smaller where a low cell needs it."""
        measure = self.measure
        size = measure.look.label_size
        while True:
            lines = [(line, True) for line in measure.wrapped(text, size, width)]
            if going_on:
                words = measure.form.file.words.continued
                lines += [(line, False) for line in measure.wrapped(words, size, width)]
            if len(lines) * size * _LABEL_LEADING <= height or size <= _SMALLEST_LABEL:
                return size, lines
            size = max(_SMALLEST_LABEL, size - 0.5)


def _spread(line: Line, x: float, y: float, size: float, width: float, spread: bool) -> TextRun:
    """The line from edge to edge; in the middle if it is not to be spread or is one character."""
    natural = line_width(line, size)
    gaps = gap_count(line)
    spacing = max(0.0, (width - natural) / gaps) if spread and gaps > 0 else 0.0
    return TextRun(x + (width - natural - spacing * gaps) / 2, y, size, line, spacing)
