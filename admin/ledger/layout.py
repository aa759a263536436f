"""Where in a file's rows the ledger's columns stand, and a row read by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from admin.db.ledger_tables import RECORDED_FIELDS
from admin.ledger.converters import CONVERTERS
from admin.ledger.profile import (
    DispositionColumns,
    FurtherRows,
    Profile,
    ProfileFault,
    flat_heading,
)
from admin.ledger.words import refusal
from kiosk.domain.ledger import DispositionKind

_PARTS = ("number", "date", "issuer", "detail")
_POSITION = re.compile(r"@(?P<position>[1-9][0-9]{0,2})")
_NTH = re.compile(r"(?P<heading>.+)#(?P<nth>[1-9][0-9]?)")


@dataclass(frozen=True, slots=True)
class Group:
    """Cell positions of one disposition; None where the file has no such column."""

    kind: DispositionKind | None  # None: the row itself says it
    number: int | None
    date: int | None
    issuer: int | None
    detail: int | None


@dataclass(slots=True)
class Row:
    """One row as the file has it, cells stripped. ``dispositions`` are texts by part."""

    fields: dict[str, str]
    dispositions: list[dict[str, str]] = field(default_factory=list)
    source_page: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    further: bool = False  # belongs to the row above


@dataclass(frozen=True, slots=True)
class Layout:
    """A profile laid over the headings of one file."""

    profile: Profile
    headings: tuple[str, ...]
    single: tuple[tuple[str, int], ...]
    several: tuple[tuple[str, tuple[int, ...], str], ...]
    absent: tuple[tuple[str, str], ...]  # columns that the file does not have, with their text
    page: int | None
    extra: tuple[tuple[str, int], ...]
    groups: tuple[Group, ...]
    further: int | None
    further_group: Group | None
    used: frozenset[int]  # columns that something is read from
    bare: tuple[int, ...]  # columns without a heading

    @property
    def width(self) -> int:
        return len(self.headings)

    def read(self, cells: Sequence[str]) -> Row:
        """``cells`` are as many as the headings."""
        fields = {name: cells[at].strip() for name, at in self.single}
        for name, places, join in self.several:
            fields[name] = join.join(filter(None, (cells[at].strip() for at in places)))
        fields.update(self.absent)
        row = Row(fields)
        if self.page is not None:
            row.source_page = cells[self.page].strip()
        for heading, at in self.extra:
            if cells[at].strip():
                row.extra[heading] = cells[at].strip()
        self._convert(row)
        kind = self._further_kind(cells)
        if kind is not None and self.further_group is not None:
            row.further = True
            row.dispositions = [self._disposition(self.further_group, kind, cells, row)]
            return row
        for group in self.groups:
            said = self._disposition(group, group.kind, cells, row)
            if any(said[part] for part in _PARTS):
                row.dispositions.append(said)
        return row

    def _further_kind(self, cells: Sequence[str]) -> DispositionKind | None:
        rows = self.profile.further_rows
        if rows is None or self.further is None:
            return None
        return rows.kinds.get(cells[self.further].strip())

    def _disposition(
        self, group: Group, kind: DispositionKind | None, cells: Sequence[str], row: Row
    ) -> dict[str, str]:
        said = {"kind": kind.value if kind else ""}
        for part in _PARTS:
            at = getattr(group, part)
            text = cells[at].strip() if at is not None else ""
            changed = _converted(text, self.profile.converters.get(f"disposition_{part}", ()))
            if changed != text and at is not None:
                row.extra[self.headings[at]] = text
            said[part] = changed
        return said

    def _convert(self, row: Row) -> None:
        """Codes, then converters; what a cell said before is kept beside the entry."""
        profile = self.profile
        for name in {**profile.codes, **profile.converters}:
            text = row.fields.get(name)
            if not text:
                continue
            changed = profile.codes.get(name, {}).get(text, text)
            changed = _converted(changed, profile.converters.get(name, ()))
            if changed != text:
                row.extra[profile.heading(name)] = text
                row.fields[name] = changed


def _converted(text: str, names: Sequence[str]) -> str:
    for name in names:
        convert: Callable[[str], str] = CONVERTERS[name]
        text = convert(text) if text else text
    return text


class _Headings:
    """The headings of a file: positions asked for, and what was not found.

    ``見出し#2`` is the second column of that heading, ``@3`` the third column whatever stands
    over it.
    """

    def __init__(self, given: Sequence[str]) -> None:
        self.given = [" ".join(one.split()) for one in given]
        self._flat = [flat_heading(one) for one in given]
        self._used: set[int] = set()
        self._doubled: list[str] = []
        self.missing: list[str] = []

    def places(self, *names: str) -> list[int]:
        """Every column under one of the headings."""
        wanted = {flat_heading(name) for name in names}
        found = [at for at, one in enumerate(self._flat) if one and one in wanted]
        for name in wanted:
            at = self._placed(name)
            if at is not None and at not in found:
                found.append(at)
        return found

    def _placed(self, name: str) -> int | None:
        if match := _POSITION.fullmatch(name):
            at = int(match["position"]) - 1
            return at if at < len(self.given) else None
        if match := _NTH.fullmatch(name):
            same = [at for at, one in enumerate(self._flat) if one == match["heading"]]
            return same[int(match["nth"]) - 1] if int(match["nth"]) <= len(same) else None
        return None

    def find(self, *names: str) -> int | None:
        """The column under one of the headings; remembered as missing when there is none."""
        found = self.places(*names)
        if not found:
            self.missing.append(names[0])
            return None
        if len(found) > 1:
            self._doubled.append(self.given[found[0]] or names[0])
        self._used.update(found)
        return found[0]

    def twice(self) -> list[str]:
        """Headings that stand over more than one column, where one was asked for."""
        return list(dict.fromkeys(self._doubled))

    def unused(self, ignored: Sequence[str]) -> list[int]:
        known = set(self.places(*ignored)) | self._used if ignored else self._used
        return [at for at in range(len(self.given)) if at not in known]

    @property
    def used(self) -> frozenset[int]:
        return frozenset(self._used)


def missing_headings(profile: Profile, given: Sequence[str]) -> int:
    """How many of the columns that the profile names are not in a row of headings."""
    headings = _Headings(given)
    return sum(not headings.places(*names) for names in profile.wanted())


def readable_heading(text: str) -> str:
    """A heading for a sentence: without halves of characters, which no screen can show."""
    return text.encode("utf-8", "replace").decode()


def _group(
    columns: DispositionColumns | FurtherRows, kind: DispositionKind | None, headings: _Headings
) -> Group:
    places = [headings.find(name) if (name := getattr(columns, part)) else None for part in _PARTS]
    return Group(kind, *places)


def lay_out(profile: Profile, given: Sequence[str]) -> Layout | ProfileFault:
    """The layout of a file with these headings, or what is wrong with them.

    A heading that the profile does not know stops the load, so that no column is lost without a
    word. Columns without a heading may be there, for spreadsheets leave them; a row that has text
    in one is refused (``Layout.bare``).
    """
    headings = _Headings(given)
    single = [(name, headings.find(*names)) for name, names in profile.columns.items()]
    several = [
        (name, [headings.find(one) for one in parts.headings], parts.join)
        for name, parts in profile.several.items()
    ]
    page = headings.find(*profile.source_page) if profile.source_page else None
    extra = [(name, headings.find(name)) for name in profile.extra]
    groups = tuple(_group(one, one.kind, headings) for one in profile.dispositions)
    rows = profile.further_rows
    further = headings.find(rows.heading) if rows else None
    further_group = _group(rows, None, headings) if rows else None
    fault = _fault(headings, profile)
    if fault is not None:
        return fault
    named_fields = {*profile.columns, *profile.several}
    return Layout(
        profile=profile,
        headings=tuple(headings.given),
        single=tuple((name, at) for name, at in single if at is not None),
        several=tuple(
            (name, tuple(at for at in places if at is not None), join)
            for name, places, join in several
        ),
        absent=tuple(
            (name, profile.fixed.get(name, ""))
            for name in RECORDED_FIELDS
            if name not in named_fields
        ),
        page=page,
        extra=tuple((name, at) for name, at in extra if at is not None),
        groups=groups,
        further=further,
        further_group=further_group,
        used=headings.used,
        bare=tuple(headings.unused(profile.ignored)),
    )


def _fault(headings: _Headings, profile: Profile) -> ProfileFault | None:
    code, named = "headings_missing", headings.missing
    if not named:
        unused = [headings.given[at] for at in headings.unused(profile.ignored)]
        code, named = "headings_unknown", [one for one in unused if one]
    if not named:
        code, named = "headings_twice", headings.twice()
    if not named:
        return None
    words = readable_heading("、".join(dict.fromkeys(named)))
    return ProfileFault(refusal(code, headings=words[:500]))
