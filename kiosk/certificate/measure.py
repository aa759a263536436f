"""Measures of one form's sheet: its edges, its columns, and how high texts stand in them."""

from __future__ import annotations

from kiosk.certificate.fonts import Glyph
from kiosk.certificate.form import Form
from kiosk.certificate.places import MM, PAGE_HEIGHT, PAGE_WIDTH
from kiosk.certificate.wrap import wrap

TITLE_GAP = 8 * MM  # number line to title, title to table
VALUE_PAD = 3 * MM
LABEL_PAD = 3.2 * MM
#: Part of the em above the baseline; the rest hangs below (ideographs of all fonts used).
ASCENT = 0.88

#: Air above and below a row's lines together, in leadings.
_ROW_PAD = 0.3
_TIGHT_ROW_PAD = 0.14

#: Footer and the gap above it, in its letters' size.
_FOOT = 2.8

Line = tuple[Glyph, ...]


class Measure:
    """Points, origin at the lower left of A4."""

    def __init__(self, form: Form, tight: bool = False) -> None:
        self.form, self.look = form, form.file.layout
        self.left = self.look.margin_side_mm * MM
        self.right = PAGE_WIDTH - self.left
        self.top = PAGE_HEIGHT - self.look.margin_top_mm * MM
        self.bottom = self.look.margin_bottom_mm * MM + _FOOT * self.look.small_size
        self.value_x = self.left + self.look.label_width_mm * MM
        self.label_x = self.left + self.look.group_width_mm * MM
        self.leading = self.look.text_size * self.look.leading
        loose = self.look.row_min_mm * MM - self.leading
        self._row_pad = max(loose, _ROW_PAD * self.leading)
        if tight:
            self._row_pad = min(self._row_pad, _TIGHT_ROW_PAD * self.leading)
        self.value_width = self.right - self.value_x - 2 * VALUE_PAD

    def shape(self, text: str) -> Line:
        return tuple(self.form.fonts.shape(text)[0])

    def wrapped(self, text: str, size: float, width: float) -> tuple[Line, ...]:
        lines: list[Line] = []
        for part in text.split("\n"):
            lines += [tuple(line) for line in wrap(self.shape(part), size, width)]
        return tuple(lines)

    def row_height(self, line_count: int) -> float:
        return line_count * self.leading + self._row_pad

    def label_start(self, grouped: bool) -> float:
        return self.label_x if grouped else self.left

    def label_width(self, grouped: bool) -> float:
        return self.value_x - self.label_start(grouped) - 2 * LABEL_PAD

    def label_lines(self, label: str, grouped: bool) -> tuple[Line, ...]:
        return self.wrapped(label, self.look.label_size, self.label_width(grouped))

    def header_height(self, first: bool) -> float:
        number_line = self.look.text_size
        if not first:
            return number_line + 4 * MM
        subtitle = self.look.small_size + 3 * MM if self.form.file.subtitle else 0.0
        return number_line + TITLE_GAP + self.look.title_size + subtitle + TITLE_GAP

    def room(self, first: bool) -> float:
        """Height for table and closing on a page."""
        return self.top - self.header_height(first) - self.bottom
