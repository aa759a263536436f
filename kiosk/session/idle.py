"""How long a screen waits for somebody, and what happens when nobody comes back.

A timeout ends the whole visit, never a part of it. While a sheet is being issued nothing counts:
that phase ends by its answers only (``STALL_S`` is for answers that never come).
"""

from __future__ import annotations

from kiosk.session.state import Phase, Session

#: The preview, the entry and a site's history are read line by line, often aloud to somebody else:
#: twice as long.
READING = frozenset({Phase.ENTRY, Phase.HISTORY, Phase.PREVIEW})
READING_FACTOR = 2.0
#: WCAG 2.2.1: at least 20 s to extend with a simple action. It can be extended without end.
COUNTDOWN_S = 20.0


def warn_after(session: Session) -> float:
    """Seconds without a touch until this screen asks whether somebody is there."""
    return session.warn_after_s * (READING_FACTOR if session.phase in READING else 1.0)


#: The paper is called again this long after it came out ...
TAKE_PAPER_AGAIN_S = 30.0
#: ... and nobody is asked any more after this; the sheet lies there, and the visit is over.
TAKE_PAPER_S = 120.0
#: Long enough to read two lines; then the terminal is the next person's.
END_S = 10.0
#: A sentence with a number to tell at the counter: three times as long.
SORRY_S = 30.0
#: Staff who do not sign in leave the terminal to what it was before.
SIGN_IN_S = 60.0

#: Screens that end by themselves, with a countdown from their beginning.
ENDS_AFTER: dict[Phase, float] = {
    Phase.TAKE_PAPER: TAKE_PAPER_S,
    Phase.END: END_S,
    Phase.SORRY: SORRY_S,
}

#: A walk to the section's counter, a queue there, and the way back.
COUNTER_WAIT_S = 600.0
#: Since the last coin: long enough to look for one more.
MACHINE_WAIT_S = 120.0
#: Before either is over somebody is asked whether they are still there: long enough for a hand that
#: looks for coins, or to come back from the counter. "Yes" begins the whole wait anew.
PAYMENT_WARN_S = 45.0

#: No answer at all for this long, progress of the printer included: every call and every driver
#: has limits of its own far below it, so a lane hangs. The issue is ended and staff are called.
STALL_S = 180.0
#: Between two copies somebody may have to take the first sheet out of the presenter.
BETWEEN_COPIES_S = 60.0
