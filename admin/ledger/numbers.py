"""Reading confirmation numbers: 第H15確認建築江戸川00123号, ERI-17051659, 第UHEC建確28737変1号.

Numbers are opaque: what is compared is their letters and digits without 第, 号, dashes and leading
zeros. What is read out of one is its serial (the last group of digits), the year it names itself,
and whether it is a plan change (変N).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from admin.ledger.folding import dashes, glyphs, plain
from kiosk.domain.eras import ERAS
from kiosk.domain.recorded_dates import kanji_number

_PLAN = re.compile(r"[-(]?(?:計画)?変更?第?(?P<plan>[0-9]+)(?:回|号)?\)?号?$")
_PLAN_WORD = re.compile(r"[-(]?計画変更\)?$")
_NOISE = re.compile(r"[第号\s_.,:;'\"()\[\]「」・、。/\\]+")
_GROUPS = re.compile(r"[0-9]+|[a-z]+|[^0-9a-z-]+")
_COMPACT_GROUPS = re.compile(r"[0-9]+|[a-z]+|/|[^0-9a-z/]+")
_KANJI_AFTER_ERA = re.compile(r"(?<=令和|平成|昭和|大正)[一二三四五六七八九十]+")
_ERA_YEAR = re.compile(
    r"第?(?P<era>令和|平成|昭和|大正|[rhst](?=[0-9元]))(?P<year>元|[0-9]{1,2})"
    r"(?:(?P<unit>年度?)|(?![0-9]))"
)
_WESTERN_YEAR = re.compile(r"第?(?P<year>(?:19|20)[0-9]{2})(?:(?P<unit>年度?)|(?=[-\s]))")
#: Shortest number of letters and digits that is one of a kind, without a lot beside it.
STRONG_STEM = 7

_FIRST_YEAR = {era.name: era.first_day.year for era in ERAS}
_FIRST_YEAR |= {era.letter.lower(): era.first_day.year for era in ERAS}


def _flat(text: str) -> str:
    flat = glyphs(dashes(plain(text))).strip()
    return _KANJI_AFTER_ERA.sub(lambda run: str(kanji_number(run.group())), flat)


def _era_year(match: re.Match[str]) -> int:
    year = 1 if match["year"] == "元" else int(match["year"])
    return _FIRST_YEAR[match["era"]] + year - 1


def leading_year(text: str) -> tuple[int, str] | None:
    """A year said before a number: ``平成15年 123`` -> (2003, ``123``). The rest is folded."""
    flat = _flat(text)
    match = _ERA_YEAR.match(flat)
    if match:
        return _era_year(match), flat[match.end() :].lstrip("-度 ")
    match = _WESTERN_YEAR.match(flat)
    if match:
        return int(match["year"]), flat[match.end() :].lstrip("-度 ")
    return None


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


def read_number(text: str) -> Number:
    """Take a number apart. Empty text gives empty parts."""
    flat = _flat(text)
    bare = re.sub(r"号$", "", flat)
    match = _PLAN.search(bare)
    plan = int(match["plan"][:4]) if match else 0
    stem_text = bare[: match.start()] if match else _PLAN_WORD.sub("", bare)
    if not match and stem_text != bare:
        plan = 1
    stem = _compact(stem_text)
    compact = f"{stem}変{plan}" if plan else stem
    digits = re.findall(r"[0-9]+", stem)
    year = _ERA_YEAR.match(flat.replace("元", "1"))
    western = _WESTERN_YEAR.match(flat) if len(digits) > 1 else None
    said = _era_year(year) if year else int(western["year"]) if western else None
    words = tuple(dict.fromkeys(re.findall(r"[a-z]{2,}", stem)))
    return Number(compact, stem, digits[-1] if digits else "", words, said, plan)


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
