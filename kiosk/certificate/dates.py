"""How a recorded date reads on the sheet: in full where it was noted short, else as recorded."""

from __future__ import annotations

import re
import unicodedata

from kiosk.domain.eras import ERAS, Era, wareki, wareki_year
from kiosk.domain.ledger import RecordedDate

#: 平成12年7月3日 in any width of digits is already how a public document says it.
_IN_FULL = re.compile(r"[^\d]{2}(?:元|(?!0*1年)\d+)年\d+月\d+日")


def sheet_date(recorded: RecordedDate) -> str:
    """``2019-05-01``, ``R1.5.1`` and ``令和1年5月1日`` -> ``令和元年5月1日``; the rest as recorded.

    A date known only in part is never completed, and one written in the era before (papers of
    spring 2019 say 平成31年5月) keeps the era that the ledger gives it.
    """
    flat = unicodedata.normalize("NFKC", recorded.text).strip()
    if not recorded.exact or _IN_FULL.fullmatch(flat):
        return recorded.text
    try:
        era, _ = wareki_year(recorded.earliest)
    except ValueError:
        return recorded.text
    named = _era_named(flat)
    return recorded.text if named not in (None, era) else wareki(recorded.earliest)


def _era_named(flat: str) -> Era | None:
    upper = flat.upper()
    for era in ERAS:
        if upper.startswith((era.name, era.name[0], era.letter)):
            return era
    return None
