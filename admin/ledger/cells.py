"""A cell as it came out of a file, and what a file program did to it on the way.

A cell whose content the file does not hold is an ``Unreadable``: an empty text that says why, so
that nobody records it as blank. What Excel left in place of a text (``#N/A``, ``########``,
``2.00301E+11``) is text like any other to a reader, and is told apart here.
"""

from __future__ import annotations

import re

from admin.ledger.words import refusal

#: Source: Excel's help, "ERROR.TYPE"; a row of # is a column that was too narrow when saved.
_EXCEL_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA)|#{2,}"
)
#: A long number as Excel shows it: its last digits are lost.
_ROUNDED = re.compile(r"-?[0-9](?:\.[0-9]+)?E\+[0-9]{1,3}", re.IGNORECASE)


class Unreadable(str):
    """An empty cell that is not empty in the file. ``reason`` is a sentence without a heading."""

    __slots__ = ("reason",)
    reason: str

    def __new__(cls, reason: str) -> Unreadable:
        made = super().__new__(cls, "")
        made.reason = reason
        return made


def cell_fault(cell: str) -> str:
    """Why what stands in the cell is not what the ledger says, as a sentence; "" if it may be."""
    if isinstance(cell, Unreadable):
        return cell.reason
    if "#" not in cell and "E+" not in cell and "e+" not in cell:
        return ""
    text = cell.strip()
    if _EXCEL_ERROR.fullmatch(text):
        return refusal("excel_error", text=text[:12])
    return refusal("excel_rounded") if _ROUNDED.fullmatch(text) else ""


def column_name(position: int) -> str:
    """The column as a spreadsheet names it: 0 -> ``A``, 26 -> ``AA``."""
    name, position = "", position + 1
    while position:
        position, letter = divmod(position - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
