"""Text in a date's place that could not be read: a day that never was, or words that say none."""

from __future__ import annotations

import re
import unicodedata

from kiosk.domain.recorded_dates import digits_for_kanji

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ーｰ"), "-")
#: Written out as a day or a month of an era or of a Western year; read, it is one or it never was.
_ERAS = (
    "明治|大正|昭和|平成|令和|慶応|慶應|元治|文久|万延|安政|嘉永|弘化|天保|文政|文化|享和|寛政"
    "|[MTSHR明大昭平令]"
)
_DATED = re.compile(
    rf"(?:(?:{_ERAS})\.?(?:元|[0-9]{{1,3}})|(?:西暦)?[0-9]{{4}})"
    r"(?:年?|年度|[年./・-][0-9]{1,2}(?:月|(?:月|[./・-])[0-9]{1,2}日?)?)"
    r"|[MTSHR][0-9]{6}|[0-9]{8}",
    re.IGNORECASE,
)


#: Letters, digits and signs without one word of Japanese; ? and * stand for what cannot be read.
_NO_WORDS = re.compile(r"[!-)+->@-~]+")


def no_words(text: str) -> bool:
    """Whether this is a slip of the file and nothing that a book says: ``37712``, ``N/A``.

    H1?.4.1 is a date of which a digit cannot be read.
    """
    flat = "".join(unicodedata.normalize("NFKC", text).split()).translate(_DASHES)
    return bool(_NO_WORDS.fullmatch(flat)) and any(one.isalnum() for one in flat)


def impossible_date(text: str) -> bool:
    """Whether this is written out as a date, for one that could not be read.

    平成15年2月30日 and 慶応3年 say a day that never was, or one of another calendar: somebody's
    slip, to be put right. きのう and 台帳汚損 say none, and can be kept as they are.
    """
    flat = digits_for_kanji("".join(unicodedata.normalize("NFKC", text).split()))
    return bool(_DATED.fullmatch(flat.translate(_DASHES)))
