"""The purpose notice, and the applicant's five items."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.applicant import (
    FIELD_ORDER,
    ApplicantKind,
    FieldFault,
    field_fault,
    lacks_number,
)
from kiosk.screens.present.frame import Frame, visit_frame
from kiosk.screens.strings import tr
from kiosk.session import events as ev
from kiosk.session.state import Session, Visit

#: Which keyboard an item begins with.
KEYBOARD_OF = {
    "corporation_name": "kana",
    "name": "kana",
    "postal_code": "digits",
    "address": "kana",
    "phone": "digits",
}


@dataclass(frozen=True, slots=True)
class ConsentView:
    lead: str
    items: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """One line of the form."""

    name: str
    label: str
    value: str = field(repr=False)
    hint: str
    fault: str
    focused: bool
    good: bool


@dataclass(frozen=True, slots=True)
class ApplicantView:
    kind: ApplicantKind
    kind_words: str
    kinds: tuple[tuple[ApplicantKind, str], ...]
    fields: tuple[FieldView, ...]
    focus: str
    keyboard: str


def consent(session: Session) -> Frame:
    items = tuple(tr(f"screen.consent.item{n}") for n in range(1, 5))
    body = ConsentView(tr("screen.consent.lead"), items, tr("screen.consent.question"))
    return visit_frame(
        session,
        tr("screen.consent.title"),
        body,
        primary=tr("screen.consent.accept"),
        primary_event=ev.ConsentGiven,
    )


def _hint(name: str, value: str) -> str:
    """What to type; of an address that the postal code filled, that its number is still missing."""
    if name == "address" and value and lacks_number(value):
        return tr("applicant.address.go_on")
    return tr(f"applicant.{name}.hint")


def _field(visit: Visit, name: str) -> FieldView:
    value: str = getattr(visit.draft, name)
    fault: FieldFault | None = dict(visit.faults).get(name)
    return FieldView(
        name=name,
        label=tr(f"applicant.{name}.label"),
        value=value,
        hint=_hint(name, value),
        fault=tr(f"applicant.{name}.{fault.value}") if fault else "",
        focused=visit.focus == name,
        good=bool(value)
        and field_fault(visit.draft, name) is None
        and not (name == "address" and lacks_number(value)),
    )


def applicant(session: Session) -> Frame:
    visit = session.visit or Visit("")
    corporate = visit.draft.kind is ApplicantKind.CORPORATION
    names = [n for n in FIELD_ORDER if corporate or n != "corporation_name"]
    focus = visit.focus if visit.focus in names else names[0]
    body = ApplicantView(
        kind=visit.draft.kind,
        kind_words=tr("screen.applicant.kind"),
        kinds=tuple((kind, tr(f"applicant.kind.{kind.value}")) for kind in ApplicantKind),
        fields=tuple(_field(visit, name) for name in names),
        focus=focus,
        keyboard=KEYBOARD_OF[focus],
    )
    return visit_frame(
        session,
        tr("screen.applicant.title"),
        body,
        primary=tr("screen.next"),
        primary_event=ev.ApplicantDone,
    )
