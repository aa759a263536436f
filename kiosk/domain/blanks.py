"""Blanks and line ends that a ledger may hold and no font draws, as those that paper has.

What is recorded stays as it is, letter by letter; this is only how it is shown and printed.
"""

from __future__ import annotations

import re

#: Line ends of any system, form feed, vertical tab and Unicode's separators: a new line.
_LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
#: A tab parts columns, as the wide blank does; the blanks of other widths are one blank.
_BLANKS = {"\t": "\u3000"} | dict.fromkeys("\x1c\x1d\x1e\x1f\u1680\u202f\u205f", " ")
_BLANKS |= dict.fromkeys(map(chr, range(0x2000, 0x200B)), " ")
_TABLE = str.maketrans(_BLANKS)


def drawn_blanks(text: str) -> str:
    """``text`` with line ends as ``\\n`` and every other blank as one that can be drawn."""
    return _LINE_END.sub("\n", text).translate(_TABLE)


def has_odd_blanks(text: str) -> bool:
    """Whether a blank of ``text`` is drawn as another one; line ends of files are not odd."""
    return not text.isprintable() and drawn_blanks(text) != re.sub("\r\n?", "\n", text)
