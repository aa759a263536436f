"""One entry in full, the sheet as it will be, and the last question before paper."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.blanks import drawn_blanks
from kiosk.domain.ledger import STANDARD_HEADINGS, field_text
from kiosk.screens.present.frame import Frame, notice_text, visit_frame
from kiosk.screens.present.payment import fee_words
from kiosk.screens.strings import tr
from kiosk.session import events as ev
from kiosk.session.notices import Notice, not_certifiable_notice
from kiosk.session.state import MAX_COPIES, Session, Visit

#: Headings whose emptiness says something and is shown as 記載なし.
_SHOW_EMPTY = frozenset(
    {"inspection_no", "inspection_date", "confirmation_no", "confirmation_date"}
)


@dataclass(frozen=True, slots=True)
class RowView:
    label: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EntryView:
    rows: tuple[RowView, ...]
    warning: str
    history: str  # labels of the buttons to what lies near
    neighbours: str
    slip: str = ""  # label of the slip for the counter; "" hides it
    reason: str = ""  # the sentence that the slip repeats


@dataclass(frozen=True, slots=True)
class PreviewView:
    page_png: bytes = field(repr=False)
    page: int
    pages: int
    words: str
    watermark: str


@dataclass(frozen=True, slots=True)
class ConfirmView:
    rows: tuple[RowView, ...]
    copies: int
    most: int
    words: str
    fee: str = ""  # what the copies cost; "" where no fee is set


def _rows(visit: Visit) -> tuple[RowView, ...]:
    entry = visit.shown or visit.entry
    if entry is None:
        return ()
    shown = []
    for heading, name in STANDARD_HEADINGS:
        text = field_text(entry, name)
        if text or name in _SHOW_EMPTY:
            shown.append(RowView(heading, drawn_blanks(text) or tr("screen.not_recorded")))
    for change in entry.dispositions:
        said = (change.number, change.date_said, change.issuer, change.detail)
        words = drawn_blanks("　".join(filter(None, said)))
        shown.append(RowView(tr(f"screen.disposition.{change.kind.value}"), words))
    return tuple(shown)


def counter_reason(session: Session) -> str:
    """Why this entry is the counter's, as the screen says it; empty if it is not."""
    entry = (session.visit or Visit("")).entry
    if entry is not None and entry.not_certifiable is not None:
        return tr(f"notice.{not_certifiable_notice(entry.not_certifiable.value)}")
    return notice_text(session) if session.notice.startswith("refusal.") else ""


def entry(session: Session) -> Frame:
    visit = session.visit or Visit("")
    refused = visit.entry is not None and visit.entry.not_certifiable is not None
    no_glyph = session.notice == Notice.REFUSAL_MISSING_GLYPH
    warning = tr("screen.entry.to_counter") if refused else ""
    reason = counter_reason(session)
    slip = tr("screen.entry.slip") if reason and visit.application is not None else ""
    return visit_frame(
        session,
        tr("screen.entry.title"),
        EntryView(
            _rows(visit),
            warning,
            tr("screen.entry.history"),
            tr("screen.entry.neighbours"),
            slip,
            reason,
        ),
        # No press will find a glyph that no font has; other refusals may have passed.
        primary="" if refused or no_glyph else tr("screen.entry.certify"),
        primary_event=ev.CertifyPressed,
    )


def preview(session: Session) -> Frame:
    visit = session.visit or Visit("")
    pages = visit.preview_pages
    body = PreviewView(
        page_png=pages[visit.preview_page] if pages else b"",
        page=visit.preview_page,
        pages=len(pages),
        words=tr("screen.preview.words"),
        watermark=tr("screen.preview.watermark"),
    )
    return visit_frame(
        session,
        tr("screen.preview.title"),
        body,
        primary=tr("screen.preview.accept"),
        primary_event=ev.PreviewAccepted,
    )


_IN_BRIEF = (
    "confirmation_no", "confirmation_date", "owner", "lot", "residential_address", "main_use",
)  # fmt: skip


def confirm(session: Session) -> Frame:
    visit = session.visit or Visit("")
    headings = {name: heading for heading, name in STANDARD_HEADINGS}
    rows = tuple(
        RowView(
            headings[name],
            drawn_blanks(field_text(visit.shown or visit.entry, name)) or tr("screen.not_recorded"),
        )
        for name in _IN_BRIEF
        if visit.entry is not None
    )
    body = ConfirmView(
        rows, visit.copies, MAX_COPIES, tr("screen.confirm.words"), fee_words(session)
    )
    return visit_frame(
        session,
        tr("screen.confirm.title"),
        body,
        primary=tr("screen.confirm.issue"),
        primary_event=ev.IssuePressed,
    )
