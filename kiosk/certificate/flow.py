"""Rows onto pages: what stays together, where a long row is parted, what the last page gets."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kiosk.certificate.measure import Line, Measure

_SPLIT_LINES = 6  # a value of fewer lines is moved whole
_KEEP_LINES = 2  # lines or rows that stay together on either side of a page's end
_WHOLE = 0.3  # of a page: a group up to this height is never parted


@dataclass(frozen=True, slots=True)
class RowBox:
    """A row, or the part of a row that is on one page."""

    group: str
    label: str
    lines: tuple[Line, ...]
    height: float
    continued: bool = False


Unit = list[RowBox]  # rows that are not parted


def groups(rows: Sequence[RowBox]) -> Iterator[tuple[bool, list[RowBox]]]:
    """Neighbouring rows of one group, and whether they are the first on the page."""
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or not rows[i].group or rows[i].group != rows[start].group:
            yield start == 0, list(rows[start:i])
            start = i


def _height(unit: Sequence[RowBox]) -> float:
    return sum(row.height for row in unit)


def units_of(rows: Sequence[RowBox], page: float) -> list[Unit]:
    """Rows that stay together: small groups whole, long groups without a lone first or last row."""

    def keep(run: list[RowBox]) -> list[Unit]:
        return [run] if run and _height(run) <= _WHOLE * page else [[row] for row in run]

    units: list[Unit] = []
    for _, run in groups(rows):
        if _height(run) <= _WHOLE * page or len(run) < 2 * _KEEP_LINES:
            units += keep(run)
        else:
            units += keep(run[:_KEEP_LINES])
            units += [[row] for row in run[_KEEP_LINES:-_KEEP_LINES]]
            units += keep(run[-_KEEP_LINES:])
    return units


class Flow:
    """Units onto pages: a unit of rows is at most 0.3 of a page, a closing at most 0.6."""

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self.room = measure.room(False)
        self.left = measure.room(True)
        self.pages: list[list[Unit]] = [[]]

    def paginate(self, units: Sequence[Unit], closing: float) -> list[list[RowBox]]:
        queue = deque(units)
        while queue:
            unit = queue.popleft()
            if _height(unit) <= self.left:
                self.pages[-1].append(unit)
                self.left -= _height(unit)
                continue
            parts = self.split(unit, self.lines_in(self.left))
            if parts is None and not self.pages[-1] and len(self.pages) > 1:
                raise ValueError("1ページに入らない行があります。label を短くしてください")
            if parts is not None:
                self.pages[-1].append([parts[0]])
            queue.appendleft(unit if parts is None else [parts[1]])
            self.pages.append([])
            self.left = self.room
        if closing > self.left:
            self.pages.append(self.taken_along())
        return [[row for unit in page for row in unit] for page in self.pages]

    def lines_in(self, height: float) -> int:
        spare = height - self.measure.row_height(0)
        return max(0, int(spare / self.measure.leading))

    def split(self, unit: Unit, lines: int) -> tuple[RowBox, RowBox] | None:
        """A long row parted after ``lines``, with at least two lines on either side."""
        row = unit[0]
        lines = min(lines, len(row.lines) - _KEEP_LINES)
        if len(unit) > 1 or len(row.lines) < _SPLIT_LINES or lines < _KEEP_LINES:
            return None
        head, tail = row.lines[:lines], row.lines[lines:]
        return (
            replace(row, lines=head, height=self.measure.row_height(len(head))),
            replace(row, lines=tail, height=self.measure.row_height(len(tail)), continued=True),
        )

    def taken_along(self) -> list[Unit]:
        """What the last page takes from the one before, so that its table is not empty."""
        page = self.pages[-1]
        taken: list[Unit] = []
        while page and sum(len(row.lines) for unit in taken for row in unit) < _KEEP_LINES:
            parts = self.split(page[-1], len(page[-1][0].lines) - _KEEP_LINES)
            if parts is not None:
                page[-1] = [parts[0]]
                taken.insert(0, [parts[1]])
                break
            if len(page) == 1:
                break
            taken.insert(0, page.pop())
        return taken
