"""Named places at which a test may kill the process, as a power cut would.

``reach(name)`` does nothing unless the environment names that place. A production server refuses
to start with the variable set (admin.app).
"""

from __future__ import annotations

import os
import signal

VARIABLE = "DAICHO_FAILPOINT"

#: Every place there is; a test walks this list and asserts that each one fired.
NAMES = (
    "reserve.begin",
    "reserve.before_commit",
    "reserve.after_commit",
    "release.drawn",
    "release.before_commit",
    "release.after_commit",
    "spool.before_commit",
    "spool.after_commit",
    "settle.before_commit",
    "settle.after_commit",
)
#: Places that only a section with fees has.
FEE_NAMES = (
    "payment.before_commit",
    "payment.after_commit",
    "count.before_commit",
    "count.after_commit",
    "receive.before_commit",
    "receive.after_commit",
)


def reach(name: str) -> None:
    """Die here with SIGKILL if the environment says so."""
    if os.environ.get(VARIABLE) == name:
        os.kill(os.getpid(), signal.SIGKILL)
