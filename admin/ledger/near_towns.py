"""Towns of the ward that look like what was typed: one character missing, too many or wrong, the
direction left out or set behind. Only names are forgiven, never a number.
"""

from __future__ import annotations

import functools
import re

from admin.ledger.address_fold import KANJI_DIGITS, original_length, skip_after_town
from admin.ledger.folding import glyphs, hiragana, plain
from admin.ledger.lots import Step, match_town, read_steps
from kiosk.domain.towns import ward_towns

#: Towns offered at most.
MAX_SIMILAR = 8
DIRECTIONS = "東西南北中上下本"
_NUMBER_NEXT = re.compile(rf"[\s-]*[0-9{KANJI_DIGITS}]")
_SPACES = re.compile(r"\s+")


def near(one: str, other: str) -> bool:
    """Whether one character more, less or other, or two changed about, makes one the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    left, right = one[at:], other[at:]
    return (
        left[1:] == right[1:]
        or left == right[1:]
        or left[1:] == right
        or (left[:2] == right[1::-1] and left[2:] == right[2:] and len(right) > 1)
    )


@functools.lru_cache(maxsize=1)
def _names() -> tuple[tuple[str, frozenset[str]], ...]:
    """Every base name with its spellings, the 町 at its end left out as well."""
    names: dict[str, frozenset[str]] = {}
    for town in ward_towns():
        name, kana = glyphs(town.base), hiragana(plain(town.kana))
        stem = kana.removesuffix("ちよう")
        spellings = {name, name.removesuffix("町"), kana, stem}
        if stem != kana:
            spellings.add(stem + "まち")
        names[town.base] = frozenset(filter(None, spellings))
    return tuple(names.items())


def _alike(head: str, spelling: str) -> bool:
    if len(head) > 1 and head in spelling and len(spelling) - len(head) <= 2:
        return True  # 篠崎 for 上篠崎
    if spelling[0] in DIRECTIONS and head == spelling[1:] + spelling[0]:
        return True  # 小岩北 for 北小岩
    return len(spelling) > 1 and near(head, spelling)


def _heads(flat: str) -> list[str]:
    """Beginnings that can be a town, the longest first: what follows them is a number."""
    squeezed = _SPACES.sub("", flat)
    longest = 1 + max(len(spelling) for _, spellings in _names() for spelling in spellings)
    return [
        squeezed[:length]
        for length in range(min(longest, len(squeezed)), 0, -1)
        if not squeezed[length - 1].isdigit()
        and _NUMBER_NEXT.match(skip_after_town(squeezed[length:]) or " ")
    ]


def near_towns(flat: str) -> tuple[tuple[str, ...], list[Step]]:
    """Base names that folded text may mean, and the numbers after them; nothing without numbers.

    The town that the text names rightly is not among them.
    """
    named = match_town(flat)
    exact: set[str] = set()
    if named and _NUMBER_NEXT.match(skip_after_town(flat[named.length :])):
        exact = {*named.whole, *named.short}
    for head in _heads(flat):
        tail = skip_after_town(flat[original_length(flat, len(head)) :])
        steps, _ = read_steps(tail)
        found = [
            base
            for base, spellings in _names()
            if base not in exact and any(_alike(head, spelling) for spelling in spellings)
        ]
        if steps and found:
            return tuple(found[:MAX_SIMILAR]), steps
    return (), []


@functools.lru_cache(maxsize=256)
def relatives(base: str) -> tuple[str, ...]:
    """Towns whose name holds this one's: what it may stand for where a direction was left out."""
    stem = base.removesuffix("町")
    return tuple(
        other for other, _ in _names() if other != base and stem in other and len(stem) > 1
    )
