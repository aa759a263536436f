"""Which presenter tells which phase; without Kivy, so that sentences need no window."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.screens.present import applicant, entry, issue, near, payment, search, terminal
from kiosk.screens.present.frame import Frame
from kiosk.session.state import Phase, Session

PRESENTERS: dict[Phase, Callable[[Session], Frame]] = {
    Phase.STARTING: terminal.starting,
    Phase.SIGN_IN: terminal.sign_in,
    Phase.SELF_TEST: terminal.self_test,
    Phase.STAFF_MENU: terminal.staff_menu,
    Phase.OUT_OF_ORDER: terminal.out_of_order,
    Phase.CLOSED: terminal.closed,
    Phase.ATTRACT: terminal.attract,
    Phase.CONSENT: applicant.consent,
    Phase.APPLICANT: applicant.applicant,
    Phase.SEARCH: search.search,
    Phase.RESULTS: search.results,
    Phase.ENTRY: entry.entry,
    Phase.HISTORY: near.history,
    Phase.NEIGHBOURS: near.neighbours,
    Phase.PREVIEW: entry.preview,
    Phase.CONFIRM: entry.confirm,
    Phase.PAYMENT: payment.payment,
    Phase.PRINTING: issue.printing,
    Phase.TAKE_PAPER: issue.take_paper,
    Phase.END: issue.end,
    Phase.SORRY: issue.sorry,
}


def present(session: Session) -> Frame:
    """The frame of the present phase."""
    return PRESENTERS[session.phase](session)
