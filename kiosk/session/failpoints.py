"""Named places at which a test may kill the terminal's process, as a power cut would.

``reach(name)`` does nothing unless the environment names that place.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "DAICHO_KIOSK_FAILPOINT"

#: Every place there is, in the order of an issue; a test walks this list.
NAMES = (
    "reserve.before",
    "reserve.after",
    "release.before",
    "release.after",
    "draw.before",
    "draw.after",
    "spool.before",
    "spool.after",
    "print.begun",
    "print.after",
    "settle.before",
    "settle.after",
)
#: Places that only a terminal with an acceptor comes by, in the order of a payment.
FEE_NAMES = (
    "payment.before",
    "payment.after",
    "count.before",
    "count.after",
    "take.before",
    "take.after",
    "close.before",
    "close.counted",
    "close.taken",
    "close.given_back",
)


def reach(name: str) -> None:
    """Die here with SIGKILL if the environment says so."""
    if os.environ.get(VARIABLE) == name:
        os.kill(os.getpid(), signal.SIGKILL)
