"""Questions for a confirmation number: whole, without 変N, by year and serial."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from admin.ledger.folding import term
from admin.ledger.index import Clauses, Detail
from admin.ledger.number_fold import number_fold
from admin.ledger.numbers import Number, asked_number, number_groups, read_number, said_year
from admin.ledger.plan_parts import Plan, Tier, limits_of
from kiosk.domain.eras import ERAS
from kiosk.domain.query import Query

#: A year or a number among words of other kinds; both bear a mark of what they are.
_YEAR_WORD = re.compile(
    r"(?<![0-9a-z])(?:(?:令和|平成|昭和|大正|[rhst令平昭大])(?:元|[0-9]{1,2})|(?:19|20)[0-9]{2})年度?"
)
_NUMBER_WORD = re.compile(r"第[0-9]+号?|(?<![0-9])[0-9]+号(?![室棟館])")
_SHORT_YEAR = re.compile(r"(?P<year>[0-9]{1,2})(?P<unit>年度?)?/?(?P<serial>[0-9]+)")


def groups_follow(asked: Number, recorded: Number) -> bool:
    """Whether the groups asked for stand in the recorded number, in their order."""
    groups = iter(number_groups(recorded.compact))
    return all(
        any(want == have if want[0].isdigit() else want in have for have in groups)
        for want in number_groups(asked.compact)
    )


def _serial(number: Number, limits: Clauses) -> Clauses:
    """By the last group of digits and the letters; the whole is compared afterwards."""
    words = tuple((term("w", word),) for word in number.words)
    return ((term("s", number.serial),), *words, *limits) if number.serial else ()


def _number_check(number: Number, names_year: int | None = None) -> Callable[[Detail], bool]:
    """The groups asked for are there; a year that the recorded number names is ``names_year``."""

    def check(one: Detail) -> bool:
        recorded = read_number(one.confirmation_no)
        if names_year and recorded.year not in {None, names_year}:
            return False
        return groups_follow(number, recorded)

    return check


def _within_year(year: int, number: Number, limits: Clauses) -> list[Tier]:
    """``平成15年 123``. A number of 平成15年度 may be dated 平成16年: it is looked at last."""
    clauses = _serial(number, ((f"y{year}",), *limits))
    if not clauses:
        clauses = ((term("n", number.compact),), (f"y{year}",), *limits)
    return [
        Tier(clauses, _number_check(number, year), numbered=True),
        Tier(clauses, _number_check(number), fallback=True, numbered=True),
    ]


def _short_years(number: Number, limits: Clauses, today: date) -> list[Tier]:
    """``15-123``, ``15年123``: the year of an era that is not said; eras in which it lies ahead are
    left out. Without 年 it may be no year at all, and is asked last."""
    match = _SHORT_YEAR.fullmatch(number.compact)
    if match is None or limits or not (match["unit"] or "/" in number.compact):
        return []
    years = (era.first_day.year + int(match["year"]) - 1 for era in ERAS)
    clause = tuple(f"y{year}" for year in years if year <= today.year)
    clauses = (clause, (term("s", match["serial"]),))
    return [Tier(clauses, fallback=not match["unit"])] if clause else []


def _whole(number: Number, limits: Clauses) -> list[Tier]:
    """The number itself, then its plan changes."""
    tiers = [Tier(((term("n", number.compact),), *limits))]
    if not number.plan:
        tiers.append(Tier(((term("m", number.stem),), *limits)))
    return tiers


def beside_place(words: str) -> tuple[list[str], str]:
    """Terms for the year and the number said among the words beside a place, and the other words.

    中央1-4 平成15年 第123号 -> ([y2003, s123], ``中央1-4``).
    """
    flat = number_fold(words)
    terms = []
    for pattern, of in ((_YEAR_WORD, _year_term), (_NUMBER_WORD, _serial_term)):
        match = pattern.search(flat)
        if match:
            terms.append(of(match.group()))
            flat = f"{flat[: match.start()]} {flat[match.end() :]}"
    return terms, flat if terms else words


def _year_term(word: str) -> str:
    year = said_year(word)
    return f"y{year[0]}" if year else ""


def _serial_term(word: str) -> str:
    return term("s", read_number(word).serial)


def plan_number(query: Query, today: date) -> Plan:
    number, asked = read_number(query.text), read_number(asked_number(query.text))
    if not number.compact:
        return Plan(())
    limits = limits_of(query, town=True)
    tiers = _whole(number, limits)
    if asked.compact and asked != number:  # 確認番号 第123号: what the paper says before it
        number = asked
        tiers += _whole(number, limits)
    year = said_year(query.text)
    if year is not None:
        said = read_number(year[1])
        if said.compact:
            tiers += _within_year(year[0], said, limits)
    if number.serial:
        check = None if number.bare else _number_check(number)
        tiers.append(Tier(_serial(number, limits), check, numbered=True))
    tiers += _short_years(number, limits, today)
    tiers.append(Tier(((term("i", number.compact),), *limits), fallback=number.bare))
    return Plan(tuple(tiers), asks_year=number.bare and query.year is None)
