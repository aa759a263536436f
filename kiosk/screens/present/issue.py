"""Printing, taking the paper, the end, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.fees import FeeMode, yen_text
from kiosk.domain.issuance import IssueState
from kiosk.screens.present.frame import Frame, notice_text, visit_frame
from kiosk.screens.present.payment import refund_words
from kiosk.screens.strings import tr
from kiosk.session import events as ev
from kiosk.session.state import CopyJob, Overlay, Phase, Session, Stage, Visit

#: How far each stage is, of one copy, before the printer reports bytes; then 20 to 95 % are bytes.
_BEFORE = {
    Stage.RESERVING: 0.03,
    Stage.RELEASING: 0.08,
    Stage.DRAWING: 0.14,
    Stage.PRINTING: 0.20,
    Stage.SETTLING: 0.97,
    Stage.DONE: 1.0,
}
_BYTES_FROM, _BYTES_TO = 0.20, 0.95


@dataclass(frozen=True, slots=True)
class PrintingView:
    words: str
    detail: str
    done: float  # 0..1


@dataclass(frozen=True, slots=True)
class EndingView:
    """The last screens: a headline, sentences, the numbers issued, a countdown."""

    headline: str
    words: str
    numbers: tuple[str, ...]
    another: str  # label of 続けて別の建物; "" hides it
    countdown: str
    good: bool
    receipt: str = ""  # label of 控え; "" hides it


@dataclass(frozen=True, slots=True)
class OverlayView:
    words: str
    yes: str
    yes_event: type[ev.At]
    no: str
    no_event: type[ev.At]
    yes_kind: str


def job_done(job: CopyJob | None) -> float:
    """True progress of the present copy, 0..1: the printer's bytes, not a clock."""
    if job is None:
        return 0.0
    if job.stage is Stage.PRINTING and job.progress and job.progress.bytes_total:
        part = job.progress.bytes_written / job.progress.bytes_total
        return _BYTES_FROM + (_BYTES_TO - _BYTES_FROM) * part
    return _BEFORE[job.stage]


def printing(session: Session) -> Frame:
    job = (session.visit or Visit("")).job
    stage = job.stage if job else Stage.RESERVING
    detail = ""
    if job is not None:
        detail = tr("screen.printing.copy", copy=job.copy, copies=job.copies)
        if job.progress and stage is Stage.PRINTING:
            page, pages = job.progress.page, job.progress.pages
            detail += "　" + tr("screen.printing.page", page=page, pages=pages)
    body = PrintingView(tr(f"screen.printing.{stage.value}"), detail, job_done(job))
    frame = visit_frame(session, tr("screen.printing.title"), body, back=False, cancel=False)
    return Frame(frame.title, body, frame.step, frame.notice)


def _numbers(visit: Visit) -> tuple[str, ...]:
    return tuple(
        tr("screen.end.number", number=copy.number)
        for copy in visit.issued
        if copy.state is IssueState.PRINTED and copy.number
    )


def _and_refund(session: Session, words: str) -> str:
    return "\n".join(filter(None, (words, refund_words(session))))


def _countdown(session: Session) -> str:
    return tr("screen.countdown", seconds=session.countdown) if session.countdown else ""


def take_paper(session: Session) -> Frame:
    visit = session.visit or Visit("")
    numbers = _numbers(visit)
    body = EndingView(
        tr("screen.take_paper.headline"),
        _and_refund(session, tr("screen.take_paper.words", count=len(numbers))),
        numbers,
        "",
        "",
        True,
    )
    return visit_frame(
        session,
        tr("screen.take_paper.title"),
        body,
        primary=tr("screen.take_paper.taken"),
        primary_event=ev.PaperTaken,
        back=False,
        cancel=False,
    )


def end(session: Session) -> Frame:
    visit = session.visit or Visit("")
    body = EndingView(
        tr("screen.end.headline"),
        _and_refund(session, tr("screen.end.words")),
        _numbers(visit),
        tr("screen.end.another"),
        _countdown(session),
        True,
        tr("screen.end.receipt") if visit.application is not None else "",
    )
    return visit_frame(
        session,
        tr("screen.end.title"),
        body,
        primary=tr("screen.end.finish"),
        primary_event=ev.Finished,
        back=False,
        cancel=False,
    )


def sorry(session: Session) -> Frame:
    visit = session.visit or Visit("")
    words = notice_text(session) or tr("screen.sorry.words")
    # Of the copy that went wrong; those that came out before it are in the person's hand.
    wrong = [c.number for c in visit.issued if c.state is not IssueState.PRINTED and c.number]
    where = "screen.sorry.counter" if wrong else "screen.sorry.counter_only"
    body = EndingView(
        tr("screen.sorry.headline"),
        _and_refund(session, words + "\n" + tr(where)),
        tuple(tr("screen.sorry.number", number=number) for number in wrong),
        "",
        _countdown(session),
        False,
    )
    return Frame(
        tr("screen.sorry.title"),
        body,
        primary=tr("screen.end.finish"),
        primary_event=ev.Finished,
    )


def _idle_words(session: Session) -> str:
    """While a fee is awaited: that the money comes back, by which way."""
    paying = session.visit.payment if session.visit else None
    if session.phase is not Phase.PAYMENT or paying is None:
        return tr("screen.idle.words", seconds=session.countdown)
    if paying.mode is FeeMode.COUNTER:
        return tr("screen.payment.idle_counter", seconds=session.countdown)
    if not paying.deposit:
        return tr("screen.payment.idle_empty", seconds=session.countdown)
    back = yen_text(paying.deposit)
    return tr("screen.payment.idle_machine", seconds=session.countdown, yen=back)


def overlay(session: Session) -> OverlayView | None:
    if session.overlay is Overlay.IDLE_WARNING:
        return OverlayView(
            _idle_words(session),
            tr("screen.idle.stay"),
            ev.StillHere,
            tr("screen.idle.leave"),
            ev.CancelConfirmed,
            "primary",
        )
    if session.overlay is Overlay.CANCEL_CONFIRM:
        return OverlayView(
            tr("screen.cancel_confirm.words"),
            tr("screen.cancel_confirm.no"),
            ev.CancelDismissed,
            tr("screen.cancel_confirm.yes"),
            ev.CancelConfirmed,
            "primary",
        )
    return None
