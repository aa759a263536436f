"""What openpyxl's reading row by row does not say of a sheet: merged cells, and formulas at all."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from openpyxl.utils.cell import coordinate_to_tuple

from admin.ledger.cells import Unreadable
from admin.ledger.words import refusal

_CHUNK = 1 << 20
#: Longest piece that is looked for; so much of a chunk is looked at again with the next.
_OVERLAP = 64
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s+ref=[\"']([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})[\"']"
)
#: More merged cells than this are no ledger.
MERGED_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """``merged`` as the file writes them: ``J2:J3``."""

    formulas: bool
    merged: tuple[str, ...]


def sheet_facts(path: Path, member: str) -> SheetFacts:
    """Look through a sheet's XML once. Raises what zipfile raises, ValueError for too many."""
    formulas, rest = False, b""
    merged: dict[str, None] = {}
    with zipfile.ZipFile(path) as packed, packed.open(member.lstrip("/")) as sheet:
        while chunk := sheet.read(_CHUNK):
            part = rest + chunk
            formulas = formulas or _FORMULA.search(part) is not None
            merged |= dict.fromkeys(one.decode() for one in _MERGED.findall(part))
            if len(merged) > MERGED_LIMIT:
                raise ValueError("merged cells")
            rest = part[-_OVERLAP:]
    return SheetFacts(formulas, tuple(merged))


class Merged:
    """The merged cells of a sheet, marked in its rows from top to bottom."""

    def __init__(self, ranges: tuple[str, ...]) -> None:
        boxes = []
        for name in ranges:
            start, _, end = name.partition(":")
            (top, left), (bottom, right) = coordinate_to_tuple(start), coordinate_to_tuple(end)
            boxes.append((top, bottom, left, right, name))
        self._waiting = sorted(boxes, reverse=True)  # the one that begins first is the last
        self._open: list[tuple[int, int, int, int, str]] = []

    def mark(self, line: int, cells: list[str]) -> None:
        """A blank cell that belongs to a merged one holds nothing of its own: say so in it."""
        while self._waiting and self._waiting[-1][0] <= line:
            self._open.append(self._waiting.pop())
        self._open = [one for one in self._open if one[1] >= line]
        for _, _, first, last, name in self._open:
            for at in range(first - 1, min(last, len(cells))):
                if not cells[at]:
                    cells[at] = Unreadable(refusal("merged", where=name))
