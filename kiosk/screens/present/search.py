"""Asking the ledger, and the list of what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.query import COUNT_CAP, Found, Hit, NoHits, Query, QueryKind, TooMany
from kiosk.domain.towns import chomes_by_base, town_name
from kiosk.input.towns import town_choices
from kiosk.screens.present.frame import Frame, as_of_words, visit_frame
from kiosk.screens.present.town_map import MapView, area_map, chome_map, ward_map
from kiosk.screens.strings import tr
from kiosk.session import events as ev
from kiosk.session.state import SearchDraft, Session, Visit

KINDS = (QueryKind.LOT, QueryKind.CONFIRMATION, QueryKind.RESIDENTIAL, QueryKind.OWNER)
#: Cards on one page of the list, and where buttons that narrow it stand above them.
PER_PAGE = 5
PER_PAGE_WITH_CHOICES = 4


#: Eras a year may be given in: key of its name, the year before its first, its last year.
_ERAS = {"showa": (1925, 64), "heisei": (1988, 31), "reiwa": (2018, 99), "western": (0, 2100)}
ERA_KEYS = tuple(_ERAS)
FIRST_YEAR = 1900


def western_year(era: str, year: int) -> int | None:
    """昭和 49 -> 1974; None for a year that the era does not have or before 1900."""
    before, last = _ERAS[era]
    found = before + year
    return found if 1 <= year <= last and found >= FIRST_YEAR else None


@dataclass(frozen=True, slots=True)
class TownButton:
    label: str
    base: str
    town: str


@dataclass(frozen=True, slots=True)
class SearchView:
    """``stage`` is base, chome, number (places), confirmation or owner.

    ``map``: the map of this stage, if the way is by the map; ``way`` labels the button to the other
    way of choosing a town, empty where there is none.
    """

    kind: QueryKind
    kinds: tuple[tuple[QueryKind, str], ...]
    stage: str
    guide: str
    towns: tuple[TownButton, ...]
    place: str
    text: str = field(repr=False)
    hint: str
    year: int | None
    map: MapView | None = None
    way: str = ""


@dataclass(frozen=True, slots=True)
class CardView:
    """One hit: a headline and the lines that tell it apart."""

    entry_id: int
    headline: str
    lines: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class ResultsView:
    words: str
    cards: tuple[CardView, ...]
    choices: tuple[tuple[str, Query], ...]
    choices_words: str
    help: tuple[str, ...]
    as_of: str = ""  # the day of the data that was searched


def _bases() -> tuple[TownButton, ...]:
    return tuple(TownButton(choice.base, choice.base, "") for choice in town_choices())


def _chomes(base: str) -> tuple[TownButton, ...]:
    chomes = chomes_by_base().get(base, ())
    buttons = [TownButton(town_name(base, n), base, town_name(base, n)) for n in chomes]
    return (*buttons, TownButton(tr("screen.search.no_chome"), base, base))


def _stage(draft: SearchDraft) -> str:
    if draft.kind is QueryKind.CONFIRMATION:
        return "confirmation"
    if draft.kind in {QueryKind.OWNER, QueryKind.ANY}:
        return "owner"
    if not draft.town_base:
        return "base"
    if not draft.town and chomes_by_base().get(draft.town_base):
        return "chome"
    return "number"


#: Height of the map of 丁目: the town's name and a button stand beside it.
CHOME_MAP_HEIGHT = 960


def _map(draft: SearchDraft, stage: str) -> MapView | None:
    if draft.area is None or stage not in {"base", "chome"}:
        return None
    if stage == "chome":
        return chome_map(draft.town_base, CHOME_MAP_HEIGHT)
    return area_map(draft.area) if draft.area else ward_map()


def _guide(stage: str, drawn: MapView | None) -> str:
    return tr(f"screen.map.guide.{drawn.step}" if drawn else f"screen.search.guide.{stage}")


def _way(draft: SearchDraft, stage: str) -> str:
    """The other way of choosing a town, where none is chosen yet."""
    if stage != "base":
        return ""
    return tr("screen.map.open" if draft.area is None else "screen.map.close")


def search(session: Session) -> Frame:
    draft = (session.visit or Visit("")).search
    stage = _stage(draft)
    drawn = _map(draft, stage)
    towns: tuple[TownButton, ...] = ()
    if stage == "base" and drawn is None:
        towns = _bases()
    elif stage == "chome":
        towns = _chomes(draft.town_base)[-1:] if drawn else _chomes(draft.town_base)
    body = SearchView(
        kind=draft.kind,
        kinds=tuple((kind, tr(f"screen.search.kind.{kind.value}")) for kind in KINDS),
        stage=stage,
        guide=_guide(stage, drawn),
        towns=towns,
        place=draft.town or draft.town_base,
        text=draft.text,
        hint=tr(f"screen.search.hint.{draft.kind.value}"),
        year=draft.year,
        map=drawn,
        way=_way(draft, stage),
    )
    return visit_frame(
        session,
        tr("screen.search.title"),
        body,
        primary=tr("screen.search.go") if stage not in {"base", "chome"} else "",
        primary_event=ev.SearchPressed,
    )


def _area(recorded: str) -> str:
    """The floor area as recorded; a unit is added only where the ledger wrote none."""
    if not recorded:
        return ""
    unit = "㎡" if recorded[-1].isdecimal() else ""
    return tr("screen.results.area", area=recorded + unit)


def _card(hit: Hit) -> CardView:
    none = tr("screen.none")
    lines = (
        f"{hit.lot or none}" + (f"　{hit.residential_address}" if hit.residential_address else ""),
        "　".join(filter(None, (hit.main_use, hit.work_kind, hit.structure, hit.storeys))),
        "　".join(
            filter(
                None,
                (
                    _area(hit.total_floor_area),
                    tr("screen.results.owner", owner=hit.owner) if hit.owner else "",
                    tr(
                        "screen.results.inspected"
                        if hit.inspected
                        else "screen.results.not_recorded"
                    ),
                ),
            )
        ),
    )
    number = "　".join(filter(None, (hit.confirmation_date, hit.confirmation_no))) or none
    mark = tr("screen.results.counter") if hit.not_certifiable else ""
    return CardView(hit.entry_id, f"【{hit.category.value}】{number}", lines, mark)


def results(session: Session) -> Frame:
    result = (session.visit or Visit("")).result
    cards: tuple[CardView, ...] = ()
    choices: tuple[tuple[str, Query], ...] = ()
    help_: tuple[str, ...] = ()
    words = ""
    if isinstance(result, Found | TooMany):
        cards = tuple(map(_card, result.hits))
    if isinstance(result, Found):
        words = tr("screen.results.found", count=len(result.hits))
    elif isinstance(result, TooMany):
        count = "1,000" if result.count >= COUNT_CAP else f"{result.count:,}"
        key = (
            "screen.results.too_many_cap"
            if result.count >= COUNT_CAP
            else "screen.results.too_many"
        )
        words = tr(key, count=count, shown=len(result.hits))
    elif isinstance(result, NoHits):
        words = tr("screen.results.none")
        help_ = tuple(tr(f"screen.results.help{n}") for n in range(1, 5))
    if isinstance(result, Found | TooMany | NoHits):
        choices = tuple(
            (f"{c.label} ({c.count:,})" if c.count else c.label, c.query) for c in result.choices
        )
    body = ResultsView(
        words,
        cards,
        choices,
        tr("screen.results.choices") if choices else "",
        help_,
        as_of_words(session),
    )
    return visit_frame(session, tr("screen.results.title"), body)
