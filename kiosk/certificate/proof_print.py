"""The staff's test print: a ruler, the ground, letters of every size, and a QR code to read.

It shows what a head does with the sheet's finest parts: whether lines are as long as they say,
whether single dots stand, whether 複写 stays unseen and rises on a copy, whether a code is read.
"""

from __future__ import annotations

from kiosk.certificate.grid import Grid
from kiosk.certificate.places import MM, Box, Page, TextRun
from kiosk.certificate.sentences import slip_word
from kiosk.certificate.slip_column import Column
from kiosk.certificate.wrap import line_width
from kiosk.domain.slips import TestPrint

_SIZES = (3.0, 5.0, 7.0, 9.0, 10.5, 14.0)  # points
_SAMPLE = "台帳記載事項証明書 0123456789"
_TICKS_MM = {10: 5.0, 5: 3.5, 1: 2.0}  # every so many millimetres: so long
_RULER_MM = 9.0  # height of the ruler with its numbers
_NUMBER_SIZE = 6.0
_CODE_VERSION = 5
_CODE_MODULE_MM = 0.375
_STEPS = (1, 2, 3, 4)  # dots: widths of the lines in the comb


def draw_test(slip: TestPrint, column: Column) -> Page:
    """Raises ValueError when it does not fit the paper."""
    column.heading(slip_word("test"), slip_word("test_below"))
    _ruler(column)
    _comb(column)
    for size in _SIZES:
        _letters(column, size)
    column.gap(2 * MM)
    column.code(_code(slip), _CODE_MODULE_MM, _CODE_VERSION)
    column.rule()
    column.text(slip_word("test_note"))
    column.small(f"{slip_word('terminal')}　{slip.terminal}　{slip.number}")
    return column.page()


def _code(slip: TestPrint) -> str:
    """Capital letters and digits only, as in the signed code."""
    said = f"TEST {slip.number} {slip.terminal}".upper()
    return "".join(c if c.isascii() and (c.isalnum() or c in " -.") else "-" for c in said)[:60]


def _grid(column: Column, height: float) -> Grid:
    return Grid(column.paper.dpi, column.paper.width, height)


def _ruler(column: Column) -> None:
    """Ticks every millimetre at the nearest dot, numbered every ten."""
    at = column.used
    length = int((column.right - column.left) / MM)
    numbers = {n: column.shape(str(n)) for n in range(0, length + 1, 10)}

    def draw(page: Page, height: float) -> None:
        grid = _grid(column, height)
        left, top = grid.dots(column.left / MM), grid.dots(at / MM)
        for n in range(length + 1):
            long = next(mm for step, mm in _TICKS_MM.items() if n % step == 0)
            page.boxes.append(_box(grid, left + grid.dots(n), top, 2, grid.dots(long)))
        page.boxes.append(_box(grid, left, top, grid.dots(length) + 2, 2))
        for n, line in numbers.items():
            x = grid.x(left + grid.dots(n)) + 1.5
            if n < length - 4:
                page.runs.append(TextRun(x, height - at - 7.5 * MM, _NUMBER_SIZE, line))

    column.place(draw)
    column.gap(_RULER_MM * MM)


def _comb(column: Column) -> None:
    """Lines and gaps of one to four dots: a worn or dirty head closes the gaps."""
    at = column.used

    def draw(page: Page, height: float) -> None:
        grid = _grid(column, height)
        x, top = grid.dots(column.left / MM), grid.dots(at / MM)
        for width in _STEPS:
            for _ in range(24 // width):
                page.boxes.append(_box(grid, x, top, width, grid.dots(4)))
                x += 2 * width
            x += grid.dots(3)

    column.place(draw)
    column.gap(7 * MM)


def _letters(column: Column, size: float) -> None:
    line = column.shape(_SAMPLE)
    at = column.used
    if line_width(line, size) > column.right - column.left:
        return  # a narrow paper shows the smaller ones

    def draw(page: Page, height: float) -> None:
        page.runs.append(TextRun(column.left, height - at - size, size, line))

    column.place(draw)
    column.gap(size * 1.4)


def _box(grid: Grid, left: int, top: int, width: int, height: int) -> Box:
    x, y = grid.x(left), grid.y(top + height)
    return Box(x, y, grid.x(left + width) - x, grid.y(top) - y)
