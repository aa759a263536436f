"""Former names of towns, kept by staff with the dates they were in use (town-alias).

A ledger begun in 1950 names towns that the ward no longer has. What is recorded is never altered:
a former name leads to today's town when it is typed, and today's name to entries that were recorded
under the former one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from admin.db.alias_tables import TownAlias
from admin.ledger.address_fold import asked_fold, original_length, skip_after_town
from admin.ledger.lots import Place, Step, read_steps, readings
from kiosk.domain.eras import wareki_year
from kiosk.domain.towns import chomes_by_base

#: A name is longer than one character and shorter than this.
MAX_NAME = 40
#: What goes for a table of one ward; more is a mistake.
MAX_ALIASES = 1000


@dataclass(frozen=True, slots=True)
class Alias:
    """``old`` as staff wrote it and ``key`` folded; ``base`` is today's town, ``chome`` its 丁目 or
    None for the whole town."""

    id: int
    old: str
    key: str
    base: str
    chome: int | None
    used_from: date | None
    used_to: date | None

    def covers(self, place: Place) -> bool:
        return self.chome is None or self.chome == place.chome

    def places(self, steps: list[Step]) -> tuple[Place, ...]:
        """What the numbers behind the former name are in today's town."""
        numbers = tuple(step.number for step in steps)
        if self.chome is not None:
            return (Place(self.base, self.chome, numbers),)
        return tuple(readings(self.base, steps))

    def old_numbers(self, place: Place) -> tuple[int, ...]:
        if self.chome is None and place.chome:
            return (place.chome, *place.numbers)
        return place.numbers

    def period(self) -> str:
        """``昭和41年まで``, ``昭和7年から昭和41年まで`` or nothing."""
        first = f"{_said(self.used_from)}から" if self.used_from else ""
        return first + (f"{_said(self.used_to)}まで" if self.used_to else "")


def _said(day: date) -> str:
    era, year = wareki_year(day)
    return f"{era.name}{'元' if year == 1 else year}年"


def alias_key(text: str) -> str:
    return "".join(asked_fold(text)[0].split())


def alias_at(text: str, aliases: Iterable[Alias]) -> list[tuple[Alias, list[Step]]]:
    """The aliases that stand at the beginning of the words, the longest name only."""
    flat = asked_fold(text)[0]
    squeezed = "".join(flat.split())
    found = [alias for alias in aliases if squeezed.startswith(alias.key)]
    longest = max((len(alias.key) for alias in found), default=0)
    steps, _ = read_steps(skip_after_town(flat[original_length(flat, longest) :]))
    return [(alias, steps) for alias in found if len(alias.key) == longest]


# --- the table ----------------------------------------------------------------------------------


class AliasFault(ValueError):  # noqa: N818 - said to staff
    """``code`` of the reason why an alias is not taken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_C = TownAlias.__table__.c
#: Put together once: it is asked with every keystroke.
_EVERY = (
    select(_C.id, _C.old_name, _C.old_key, _C.base, _C.chome, _C.used_from, _C.used_to)
    .order_by(_C.id)
    .limit(MAX_ALIASES)
)


def load_aliases(session: Session) -> tuple[Alias, ...]:
    """All aliases, the oldest first."""
    return tuple(Alias(*row) for row in session.execute(_EVERY).all())


def add_alias(
    session: Session, old: str, base: str, chome: int | None, *, used_from: date | None,
    used_to: date | None, at: datetime, actor: str,
) -> int:  # fmt: skip
    """Keep a former name; gives its number. Raises AliasFault."""
    key = alias_key(old)
    chomes = chomes_by_base().get(base)
    if not 1 < len(key) <= MAX_NAME or key[-1].isdigit():
        raise AliasFault("alias_name")
    if chomes is None or (chome is not None and chome not in chomes):
        raise AliasFault("alias_town")
    if used_from and used_to and used_to < used_from:
        raise AliasFault("alias_dates")
    known = load_aliases(session)
    if any((one.key, one.base, one.chome) == (key, base, chome) for one in known):
        raise AliasFault("alias_twice")
    row = TownAlias(
        id=max((one.id for one in known), default=0) + 1, old_name=old.strip(), old_key=key,
        base=base, chome=chome, used_from=used_from, used_to=used_to, at=at, actor=actor,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def remove_alias(session: Session, alias_id: int) -> bool:
    """Forget one; whether there was one."""
    gone = session.execute(
        delete(TownAlias).where(TownAlias.id == alias_id).returning(TownAlias.id)
    )
    return gone.first() is not None
