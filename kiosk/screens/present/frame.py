"""What every screen has around its own part: title, step, a sentence, and the bar of buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.domain.eras import wareki
from kiosk.screens.strings import has, tr
from kiosk.session import events as ev
from kiosk.session.state import Phase, Session

#: The five steps a visitor is told, by phase.
STEP_OF: dict[Phase, int] = {
    Phase.CONSENT: 1,
    Phase.APPLICANT: 2,
    Phase.SEARCH: 3,
    Phase.RESULTS: 3,
    Phase.ENTRY: 4,
    Phase.HISTORY: 4,
    Phase.NEIGHBOURS: 4,
    Phase.PREVIEW: 4,
    Phase.CONFIRM: 4,
    Phase.PAYMENT: 5,
    Phase.PRINTING: 5,
    Phase.TAKE_PAPER: 5,
    Phase.END: 5,
}
STEPS = 5


@dataclass(frozen=True, slots=True)
class Frame:
    """``body`` is the screen's own view model; ``primary_event`` takes only its second."""

    title: str
    body: Any = None
    step: int = 0
    notice: str = ""
    busy: str = ""  # what is being waited for, as a sentence; "" when nothing is
    back: str = ""  # label of 戻る; "" hides it
    cancel: str = ""
    primary: str = ""
    primary_event: type[ev.At] | None = None
    primary_enabled: bool = True


def notice_text(session: Session) -> str:
    """The sentence of the session's notice, with its detail for staff."""
    if not session.notice:
        return ""
    for key in (f"notice.{session.notice}", f"notice.{session.notice}.public"):
        if has(key):
            text = tr(key)
            break
    else:
        text = tr("screen.notice_unknown")
    if session.notice_detail and session.notice.startswith("refusal."):
        return f"{text} ({session.notice_detail})"
    return text


def as_of_words(session: Session) -> str:
    """The day of the ledger's data (台帳データ基準日), as the public is told; "" where unknown."""
    said = session.facts.data_as_of
    if not said:
        return ""
    try:
        day = wareki(date.fromisoformat(said))
    except ValueError:
        day = said  # what is no day is shown as the section wrote it
    return tr("screen.attract.data_as_of", date=day)


def visit_frame(
    session: Session,
    title: str,
    body: Any,
    *,
    primary: str = "",
    primary_event: type[ev.At] | None = None,
    primary_enabled: bool = True,
    back: bool = True,
    cancel: bool = True,
) -> Frame:
    """A frame of the visit: 戻る and 中止 unless told otherwise; no second press while waiting."""
    busy = tr(f"screen.busy.{session.waiting}") if session.waiting else ""
    return Frame(
        title=title,
        body=body,
        step=STEP_OF.get(session.phase, 0),
        notice=notice_text(session),
        busy=busy,
        back=tr("screen.back") if back else "",
        cancel=tr("screen.cancel") if cancel else "",
        primary=primary,
        primary_event=primary_event,
        primary_enabled=primary_enabled and not session.waiting,
    )
