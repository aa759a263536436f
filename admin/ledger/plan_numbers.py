"""Questions for a confirmation number: whole, without 変N, by year and serial."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from admin.ledger.folding import term
from admin.ledger.index import Clauses, Detail
from admin.ledger.numbers import Number, leading_year, number_groups, read_number
from admin.ledger.plan_parts import Plan, Tier, limits_of
from kiosk.domain.eras import ERAS
from kiosk.domain.query import Query

_SHORT_YEAR = re.compile(r"(?P<year>[0-9]{1,2})/(?P<serial>[0-9]+)")


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
        Tier(clauses, _number_check(number, year)),
        Tier(clauses, _number_check(number), fallback=True),
    ]


def _short_years(number: Number, limits: Clauses, today: date) -> list[Tier]:
    """``15-123``: the year of an era that is not said; eras in which it lies ahead are left out."""
    match = _SHORT_YEAR.fullmatch(number.compact)
    if match is None or limits:
        return []
    years = (era.first_day.year + int(match["year"]) - 1 for era in ERAS)
    clause = tuple(f"y{year}" for year in years if year <= today.year)
    return [Tier((clause, (term("s", match["serial"]),)), fallback=True)] if clause else []


def plan_number(query: Query, today: date) -> Plan:
    number = read_number(query.text)
    if not number.compact:
        return Plan(())
    limits = limits_of(query, town=True)
    tiers = [Tier(((term("n", number.compact),), *limits))]
    if not number.plan:
        tiers.append(Tier(((term("m", number.stem),), *limits)))
    leading = leading_year(query.text)
    if leading is not None:
        said = read_number(leading[1])
        if said.compact:
            tiers += _within_year(leading[0], said, limits)
    if number.serial:
        tiers.append(Tier(_serial(number, limits), None if number.bare else _number_check(number)))
    tiers += _short_years(number, limits, today)
    tiers.append(Tier(((term("i", number.compact),), *limits), fallback=number.bare))
    return Plan(tuple(tiers), asks_year=number.bare and query.year is None)
