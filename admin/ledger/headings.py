"""Where a table begins: the line of its headings, below whatever titles stand above it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

#: Rows looked through for the headings.
HEAD_ROWS = 30
Line = tuple[int, list[str]]
#: How many of the wanted headings a row does not have.
Missing = Callable[[Sequence[str]], int]


def from_headings(
    rows: Iterator[Line], missing: Missing, *, header_row: int | None, double: bool
) -> tuple[int, Iterator[Line]]:
    """How many wanted headings are not there, and the rows from the headings on.

    The first row that has them all, or the one that has the most; ``header_row`` fixes it. 0 is a
    table without headings: blank ones are put over it.
    """
    if header_row == 0:
        first = next(rows, None)
        if first is None:
            return 0, iter(())
        blank = (first[0], [""] * len(first[1]))
        return missing(blank[1]), itertools.chain([blank, first], rows)
    if header_row is not None:
        rows = itertools.dropwhile(lambda line: line[0] < header_row, rows)
    head: list[Line] = []
    best, least = 0, -1
    for line in itertools.islice(rows, 1 + double if header_row else HEAD_ROWS):
        head.append(line)
        at = len(head) - 1 - double
        if at < 0:
            continue
        lacking = missing(_joined(head[at : at + 1 + double]))
        if least < 0 or lacking < least:
            best, least = at, lacking
        if lacking == 0:
            break
    if not head:
        return missing([]), iter(())
    chosen = head[best : best + 1 + double]
    headings = (chosen[0][0], _joined(chosen))
    return max(least, 0), itertools.chain([headings], head[best + len(chosen) :], rows)


def _joined(lines: Sequence[Line]) -> list[str]:
    """One row of headings out of one or two; a heading above goes on over blank cells beside it."""
    if len(lines) < 2:
        return list(lines[0][1])
    above, below = (list(cells) for _, cells in lines)
    width = max(len(above), len(below))
    above += [""] * (width - len(above))
    below += [""] * (width - len(below))
    over, joined = "", []
    for upper, lower in zip(above, below, strict=True):
        if upper.strip() or not lower.strip():
            over = upper.strip()
        joined.append(f"{over} {lower.strip()}".strip())
    return joined
