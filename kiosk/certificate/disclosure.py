"""What lists and screens may show of an entry, field by field, as the form's disclosure says.

The sheet and its preview are made of items; a list and a screen show the ledger's own fields. A
field that several items use is shown as the strictest of them allows. An owner that no item of the
form names is masked where it is a person: a form that forgets a name does not give it away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kiosk.certificate.content import mask
from kiosk.certificate.form_file import (
    FormFile,
    FormKind,
    Show,
    Surface,
    disclosure_of,
    owner_kind,
    strictest,
)
from kiosk.domain.ledger import Disposition, DispositionKind, LedgerEntry, field_text
from kiosk.domain.near import Happening, HappeningKind, SiteEntry
from kiosk.domain.query import Hit

#: Fields that say which entry it is and nothing of anybody; they are not the form's to hide.
_ALWAYS = frozenset({"category"})
_DATES = frozenset({"confirmation_date", "inspection_date"})

#: The list's own fields, and the ledger's that each is made of.
_LISTED: dict[str, tuple[str, ...]] = {
    "ledger_no": ("ledger_no",),
    "confirmation_no": ("confirmation_no",),
    "confirmation_date": ("confirmation_date",),
    "lot": ("lot",),
    "residential_address": ("residential_address",),
    "owner": ("owner",),
    "main_use": ("main_use",),
    "work_kind": ("work_kind",),
    "structure": ("structure",),
    "storeys": ("storeys_above", "storeys_below"),
    "total_floor_area": ("total_floor_area",),
}


def field_show(file: FormFile, kind: FormKind, surface: Surface, field: str) -> Show:
    """How one field of the ledger is shown of an entry whose owner is a ``kind``."""
    show = file.field_shows[kind, surface].get(field)
    if show is None:
        return Show.MASK if field == "owner" and kind == "individual" else Show.SHOW
    return show


def listed_hit(file: FormFile, hit: Hit) -> Hit:
    """One line of the list of hits. ``hit`` has the owner as recorded."""
    changes: dict[str, str] = {}
    kind = owner_kind(file, hit.owner)
    for name, fields in _LISTED.items():
        text = str(getattr(hit, name))
        show = strictest([field_show(file, kind, Surface.LIST, one) for one in fields])
        if text and show is not Show.SHOW:
            changes[name] = mask(text, file.mask) if show is Show.MASK else ""
    return replace(hit, **changes)  # type: ignore[arg-type]


def listed_past(file: FormFile, entry: SiteEntry) -> SiteEntry:
    """One entry of a site's history, which is a list too. Its hit has the owner as recorded; a
    date that is not to be seen is not on the axis either."""
    owner = entry.hit.owner
    happenings = tuple(
        _listed_happening(file, owner, one, first=place == 0)
        for place, one in enumerate(entry.happenings)
    )
    return replace(entry, hit=listed_hit(file, entry.hit), happenings=happenings)


def _listed_happening(file: FormFile, owner: str, one: Happening, *, first: bool) -> Happening:
    if first:
        show = field_show(file, owner_kind(file, owner), Surface.LIST, "confirmation_date")
    elif one.kind is HappeningKind.INSPECTION:
        show = field_show(file, owner_kind(file, owner), Surface.LIST, "inspection_date")
    else:
        kind = DispositionKind(one.kind.value)
        items = [item for item in file.items if item.each is kind]
        show = strictest([disclosure_of(file, item, owner, Surface.LIST) for item in items])
    if show is Show.SHOW:
        return one
    return replace(one, said=mask(one.said, file.mask) if show is Show.MASK else "", date=None)


def shown_entry(file: FormFile, entry: LedgerEntry) -> LedgerEntry:
    """The entry for the screens before the sheet: as the preview shows it.

    What is withheld says so in its place; to leave it empty would say that nothing is recorded.
    """
    said = _sayer(file)
    kind = owner_kind(file, entry.owner)
    changes: dict[str, object] = {}
    for name in entry.__dataclass_fields__:
        value = getattr(entry, name)
        recorded = isinstance(value, str) or name in _DATES
        if not recorded or name in _ALWAYS or name.endswith("_text"):
            continue
        show = field_show(file, kind, Surface.PREVIEW, name)
        text = field_text(entry, name)
        if not text or show is Show.SHOW:
            continue
        changes[name] = None if name in _DATES else said(text, show)
        if name in _DATES:
            changes[f"{name}_text"] = said(text, show)
    dispositions = tuple(_shown_disposition(file, entry.owner, one) for one in entry.dispositions)
    return replace(entry, **changes, dispositions=dispositions)  # type: ignore[arg-type]


def _sayer(file: FormFile) -> Callable[[str, Show], str]:
    return lambda text, show: (
        mask(text, file.mask) if show is Show.MASK else file.words.withheld if text else ""
    )


def _shown_disposition(file: FormFile, owner: str, one: Disposition) -> Disposition:
    shows = [
        disclosure_of(file, item, owner, Surface.PREVIEW)
        for item in file.items
        if item.each is one.kind
    ]
    show = strictest(shows)
    if show is Show.SHOW:
        return one
    said = _sayer(file)
    return replace(
        one, number=said(one.number, show), date=None, issuer=said(one.issuer, show),
        detail=said(one.detail, show), date_text=said(one.date_said, show),
    )  # fmt: skip
