"""Reading confirmation numbers: 第H15確認建築江戸川00123号, ERI-17051659, 第UHEC建確28737変1号.

Numbers are opaque: what is compared is their letters and digits without 第, 号, dashes and leading
zeros. What is read out of one is its serial (the last group of digits), the year it names itself,
and whether it is a plan change (変N).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from admin.ledger.number_fold import number_fold
from kiosk.domain.eras import ERAS

_PLAN = re.compile(r"[-(]?(?:計画)?変更?第?(?P<plan>[0-9]+)(?:回|号)?\)?号?$")
_PLAN_WORD = re.compile(r"[-(]?計画変更\)?$")
_NOISE = re.compile(r"[第号\s_.,:;'\"()\[\]「」・、。/\\]+")
_GROUPS = re.compile(r"[0-9]+|[a-z]+|[^0-9a-z-]+")
_COMPACT_GROUPS = re.compile(r"[0-9]+|[a-z]+|/|[^0-9a-z/]+")
_ERA = r"(?P<era>令和|平成|昭和|大正|[rhst令平昭大](?=[0-9元]))(?P<year>元|[0-9]{1,2})"
_WESTERN = r"(?:西暦)?(?P<year>(?:19|20)[0-9]{2})"
_YEARS = (
    re.compile(rf"第?{_ERA}(?:年度?|(?![0-9]))"),
    re.compile(rf"第?{_WESTERN}(?:年度?|(?=[-\s/.第]))"),
)
#: The year behind the number: 第123号(平成15年). Western ones need their 年 there: 123-2003.
_YEARS_BEHIND = (
    re.compile(rf"(?<=[0-9号\s])[\s、,(-]*{_ERA}(?:年度?)?\)?$"),
    re.compile(rf"(?<=[0-9号\s])[\s、,(-]*{_WESTERN}年度?\)?$"),
)
#: Month and day of a date that stands before the number: 平成15年6月1日 第123号.
_DAY_AFTER_YEAR = re.compile(
    r"(?<=年)\s*[0-9]{1,2}\s*月(?:\s*[0-9]{1,2}\s*日)?(?:付け?)?|[./-][0-9]{1,2}[./-][0-9]{1,2}(?=\s)"
)
_SAYS_NUMBER = re.compile(r"第[0-9]|[0-9]号|年[^0-9]*[0-9]|(?:令和|平成|昭和|大正)[0-9]")
#: What papers print in front of a number.
_CAPTION = re.compile(
    r"(?:建築)?(?:確認|検査)?(?:済証|通知書?|済)?の?(?:番号|no\.?(?=[^a-z]))[\s:]*"
    r"|(?:建築)?(?:確認|検査)(?:済証|通知書?)[\s:]*"
)
#: Shortest number of letters and digits that is one of a kind, without a lot beside it.
STRONG_STEM = 7

_FIRST_YEAR = {era.name: era.first_day.year for era in ERAS}
_FIRST_YEAR |= {era.letter.lower(): era.first_day.year for era in ERAS}
_FIRST_YEAR |= {era.name[0]: era.first_day.year for era in ERAS}


def _era_year(match: re.Match[str]) -> int:
    year = 1 if match["year"] == "元" else int(match["year"])
    return _FIRST_YEAR[match["era"]] + year - 1


def asked_number(text: str) -> str:
    """What was typed, folded, without the words that papers print before a number."""
    flat = number_fold(text)
    caption = _CAPTION.match(flat)
    return flat[caption.end() :] if caption else flat


def says_number(text: str) -> bool:
    """Whether a number can be meant: digits, or kanji numerals with 第, 号 or an era at them."""
    flat = number_fold(text)
    return any(one.isdigit() for one in text) or bool(_SAYS_NUMBER.search(flat))


def said_year(text: str) -> tuple[int, str] | None:
    """A year said beside a number: ``平成15年 123``, ``123(H15)`` -> (2003, ``123``).

    The rest is folded.
    """
    flat = asked_number(text)
    for pattern in _YEARS:
        match = pattern.match(flat)
        if match:
            day = _DAY_AFTER_YEAR.match(flat, match.end())
            rest = flat[(day or match).end() :]
            return _year(match), asked_number(rest.lstrip("-度/.、, "))
    for pattern in _YEARS_BEHIND:
        match = pattern.search(flat)
        if match and match.start():
            return _year(match), flat[: match.start()].strip()
    return None


def _year(match: re.Match[str]) -> int:
    return _era_year(match) if match.groupdict().get("era") else int(match["year"])


@dataclass(frozen=True, slots=True)
class Number:
    """A number taken apart. ``compact`` is the whole, ``stem`` is it without 変N."""

    compact: str
    stem: str
    serial: str
    words: tuple[str, ...]  # runs of two or more Latin letters
    year: int | None
    plan: int  # N of 変N; 0 for none

    @property
    def bare(self) -> bool:
        """Digits only: such a number begins anew every year."""
        return self.compact.isdigit()

    @property
    def strong(self) -> bool:
        return not self.stem.isdigit() and len(self.stem) >= STRONG_STEM


def _compact(flat: str) -> str:
    """Groups with leading zeros dropped; two groups of digits keep a sign between them."""
    groups: list[str] = []
    for group in _GROUPS.findall(_NOISE.sub("-", flat)):
        kept = (group.lstrip("0") or "0") if group[0].isdigit() else group
        if groups and groups[-1][-1].isdigit() and kept[0].isdigit():
            groups.append("/")
        groups.append(kept)
    return "".join(groups)


def number_groups(compact: str) -> list[str]:
    """The groups of digits and of letters that a compact number is made of."""
    return [group for group in _COMPACT_GROUPS.findall(compact) if group != "/"]


@lru_cache(maxsize=64)  # a load asks several times for each row's own
def read_number(text: str) -> Number:
    """Take a number apart. Empty text gives empty parts."""
    flat = number_fold(text)
    bare = re.sub(r"号$", "", flat)
    match = _PLAN.search(bare)
    plan = int(match["plan"][:4]) if match else 0
    stem_text = bare[: match.start()] if match else _PLAN_WORD.sub("", bare)
    if not match and stem_text != bare:
        plan = 1
    stem = _compact(stem_text)
    compact = f"{stem}変{plan}" if plan else stem
    digits = re.findall(r"[0-9]+", stem)
    era, western = (pattern.match(flat) for pattern in _YEARS)
    said = era or (western if len(digits) > 1 else None)
    words = tuple(dict.fromkeys(re.findall(r"[a-z]{2,}", stem)))
    return Number(
        compact, stem, digits[-1] if digits else "", words, _year(said) if said else None, plan
    )


def number_terms(text: str) -> list[str]:
    """Search terms of a recorded number: whole, stem, serial, letters, plan change."""
    number = read_number(text)
    if not number.compact:
        return []
    terms = [f"n{number.compact}"]
    if number.plan:
        terms += [f"m{number.stem}", f"v{number.plan}"]
    if number.serial:
        terms.append(f"s{number.serial}")
    return terms + [f"w{word}" for word in number.words]


#: 備考: the confirmation that a change belongs to, where its own number does not say.
_ORIGINAL = re.compile(
    r"(?:原|当初|変更前|元)の?確認(?:済証)?(?:番号|NO\.?)?[:：\s]*(?P<number>[^\s、。,;；)）]+)"
)


def plan_key(number_text: str, remarks: str, work_kind: str, lot_path: str) -> tuple[str, bool]:
    """What ties a plan change to its confirmation, and whether this is the change.

    A number that is one of a kind ties by itself; ``123`` and ``123変1`` only on the same lot.
    """
    number = read_number(number_text)
    change = bool(number.plan) or "計画変更" in work_kind or "計画変更" in remarks
    stem, strong = number.stem, number.strong
    original = _ORIGINAL.search(remarks) if change and not number.plan else None
    if original:
        other = read_number(original["number"])
        stem, strong = other.stem, other.strong
    if not stem or (change and not number.plan and not original):
        return "", change
    return (stem[:200] if strong else f"{stem[:60]}@{lot_path}"[:200] if lot_path else ""), change
