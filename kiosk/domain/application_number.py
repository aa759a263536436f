"""An application's number (申請番号) as paper says it and staff type it.

An application is known by a UUID, which nobody can read out at a counter. Its first 48 bits, all
random in a UUID of version 4 (RFC 9562, section 5.4), tell applications apart: with a million of
them two share a number once in 500 times, and then staff see both.
"""

from __future__ import annotations

import re
import unicodedata
import uuid

_SHOWN = re.compile(r"A?([0-9A-F]{12})")
_DASHES = dict.fromkeys(map(ord, "‐‑–—−ー―-"), None)


def application_number(application_id: str) -> str:
    """``A-3F9C-21BE-7C10``; what is no UUID stays as it is."""
    try:
        digits = uuid.UUID(application_id).hex[:12].upper()
    except ValueError:
        return application_id
    return f"A-{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def ids_begin(typed: str) -> str | None:
    """What the ids with this number begin with, in any width and case; a whole id is one too.
    None if the text is no such number."""
    flat = "".join(unicodedata.normalize("NFKC", typed).split()).upper().translate(_DASHES)
    if re.fullmatch("[0-9A-F]{32}", flat):
        return str(uuid.UUID(flat))
    found = _SHOWN.fullmatch(flat)
    if found is None:
        return None
    return f"{found[1][:8]}-{found[1][8:]}-".lower()
