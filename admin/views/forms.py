"""What a browser sends, made safe to store: no control characters, no endless text."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from fastapi import Form, Path, Query

#: Longer than any field of ours, so that the sentence about the length can still be shown.
MAX_TEXT = 4000

STAFF_ID_SHAPE = r"^[A-Za-z0-9][A-Za-z0-9_-]{1,31}$"

Text = Annotated[str, Form(max_length=MAX_TEXT)]
Secret = Annotated[str, Form(max_length=1024)]
#: A certificate as text; the service says what is too long for one.
Pem = Annotated[str, Form(max_length=64_000)]
Asked = Annotated[str, Query(max_length=200)]

IssueId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
TerminalId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
CardId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
StaffId = Annotated[str, Path(pattern=STAFF_ID_SHAPE)]


def one_line(text: str) -> str:
    """Typed text on one line: what is not text is dropped, outer blanks go."""
    kept = "".join(ch if unicodedata.category(ch) not in {"Cc", "Cs"} else " " for ch in text)
    return " ".join(kept.split())


def lines(text: str) -> str:
    """Typed text that may hold line breaks; every other control character is dropped."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (ch for ch in plain if ch == "\n" or unicodedata.category(ch) not in {"Cc", "Cs"})
    return "".join(kept).strip()


def way_back(next_page: str) -> str:
    """Where to go after signing in: a path of our own, else the first page."""
    own = next_page.startswith("/") and not next_page.startswith(("//", "/\\"))
    printable = next_page.isprintable() and "\\" not in next_page
    return next_page if own and printable and len(next_page) <= 500 else "/"
