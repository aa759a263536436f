"""When Python looks for rings of dropped widgets: while nobody touches, not under a finger.

A collection of everything takes longer than a person takes an answer for immediate (gc, "freeze"
and "set_threshold"). What stands before the first visitor stays for good and is not looked through
again; the rest is collected in pauses, and by ``Host.wipe`` at the end of every visit.
"""

from __future__ import annotations

import gc

#: Objects that survive a young collection, times young ones, before all are looked through: about
#: 350,000, which nobody reaches who lifts the finger for a moment.
THRESHOLDS = (700, 10, 50)
#: A pause, in seconds, and how many middle collections must have left something behind.
PAUSE_S = 1.5
ENOUGH = 5


def settle() -> None:
    """Call when the screens stand and nothing personal is on them: it would stay for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


def breathe(untouched_s: float) -> bool:
    """Collect if nobody touched for a while and there is enough to collect; whether it did."""
    if untouched_s < PAUSE_S or gc.get_count()[2] < ENOUGH:
        return False
    gc.collect()
    return True
