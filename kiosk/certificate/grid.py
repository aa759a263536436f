"""The dots of a print head under a page: what is placed on them comes out dot for dot.

A page is rendered ``ceil(points x dpi / 72)`` dots wide, stretched by that rounding (pypdfium2 and
poppler alike); places here are stretched with it. Source: measured on both, see decision 12.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Dots by which a picture is drawn in from its edges: PDFium rounds a picture's place outwards,
#: and without this a rounding of 1e-6 would stretch it by a dot.
_SHY = 0.02


@dataclass(frozen=True, slots=True)
class Grid:
    """The dots of one page of ``width`` x ``height`` points at ``dpi``."""

    dpi: int
    width: float
    height: float

    @property
    def columns(self) -> int:
        return math.ceil(self.width * self.dpi / 72)

    @property
    def rows(self) -> int:
        return math.ceil(self.height * self.dpi / 72)

    def dots(self, millimetres: float) -> int:
        """A length in whole dots, to the nearest."""
        return round(millimetres * self.dpi / 25.4)

    def x(self, column: float) -> float:
        """Points from the left edge to the left side of a column of dots."""
        return column * self.width / self.columns

    def y(self, row: float) -> float:
        """Points from the lower edge to the upper side of a row of dots, counted from the top."""
        return self.height - row * self.height / self.rows

    def picture(self, column: int, row: int, width: int, height: int) -> tuple[float, ...]:
        """x, y, width and height in points of a picture whose dots are the grid's."""
        left, right = self.x(column + _SHY), self.x(column + width - _SHY)
        top, bottom = self.y(row + _SHY), self.y(row + height - _SHY)
        return left, bottom, right - left, top - bottom
