"""The self-test's checks, what each can find, and where the public is sent meanwhile.

The sentence for staff of ``CheckCode.X`` is ``check.<value>``, the public's is
``direction.<value>`` in assets/strings/session.ja.yaml; a test keeps both complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from kiosk.domain.printer import PrinterReason


class CheckName(StrEnum):
    """What is checked, in the order that staff read it. Its label is ``screen.check.<value>``."""

    PRINTER = "printer"
    PAPER = "paper"
    SERVER = "server"
    FORM = "form"
    CLOCK = "clock"
    FONTS = "fonts"
    DISPLAY = "display"
    DISK = "disk"
    RECOVERY = "recovery"
    CARD = "card"  # only where cards open the terminal
    ACCEPTOR = "acceptor"  # only where the fee is put into one


class CheckCode(StrEnum):
    """Why a check failed: for the log, and for the sentence that says what staff do next."""

    PRINTER_OFFLINE = "printer_offline"
    PRINTER_NO_ANSWER = "printer_no_answer"
    PRINTER_GARBLED = "printer_garbled"
    PRINTER_COVER_OPEN = "printer_cover_open"
    PRINTER_JAM = "printer_jam"
    PRINTER_CUTTER = "printer_cutter"
    PRINTER_PRESENTER = "printer_presenter"
    PRINTER_OTHER_JOB = "printer_other_job"
    PRINTER_OWN_JOB = "printer_own_job"
    PRINTER_HARDWARE = "printer_hardware"
    PRINTER_NOT_READY = "printer_not_ready"
    PRINTER_MODEL = "printer_model"
    PAPER_EMPTY = "paper_empty"
    PAPER_SIZE = "paper_size"
    PAPER_UNKNOWN = "paper_unknown"
    SERVER_UNHEARD = "server_unheard"
    SERVER_REFUSED = "server_refused"
    SERVER_CONTRACT = "server_contract"
    SERVER_BUILD = "server_build"
    SERVER_OTHER_TERMINAL = "server_other_terminal"
    FORM_DIFFERS = "form_differs"
    FORM_SAMPLE = "form_sample"
    FORM_OTHER_HEAD = "form_other_head"
    FORM_NOT_COMPARED = "form_not_compared"
    CLOCK_WRONG = "clock_wrong"
    CLOCK_NOT_COMPARED = "clock_not_compared"
    FONTS_MISSING = "fonts_missing"
    FONTS_NOT_DRAWN = "fonts_not_drawn"
    DISPLAY_SMALL = "display_small"
    DISPLAY_UNKNOWN = "display_unknown"
    DISK_FULL = "disk_full"
    DISK_UNWRITABLE = "disk_unwritable"
    RECOVERY_OPEN_ISSUE = "recovery_open_issue"
    RECOVERY_UNKNOWN = "recovery_unknown"
    CARD_READER_MISSING = "card_reader_missing"
    CARD_SERVICE_DOWN = "card_service_down"
    ACCEPTOR_MISSING = "acceptor_missing"
    ACCEPTOR_NOT_READY = "acceptor_not_ready"
    ACCEPTOR_UNASKED = "acceptor_unasked"
    TIMED_OUT = "timed_out"
    RAISED = "raised"


class Direction(StrEnum):
    """What the public is told while the terminal cannot serve."""

    COUNTER = "counter"
    WAIT = "wait"  # it passes by itself; the counter is named as well


#: Only another program's print passes without anybody's hand.
_PASSING = frozenset({CheckCode.PRINTER_OTHER_JOB})

PRINTER_CODES: dict[PrinterReason, CheckCode] = {
    PrinterReason.OFFLINE: CheckCode.PRINTER_OFFLINE,
    PrinterReason.COVER_OPEN: CheckCode.PRINTER_COVER_OPEN,
    PrinterReason.MEDIA_JAM: CheckCode.PRINTER_JAM,
    PrinterReason.CUTTER_ERROR: CheckCode.PRINTER_CUTTER,
    PrinterReason.PRESENTER_OCCUPIED: CheckCode.PRINTER_PRESENTER,
    PrinterReason.OWN_JOB: CheckCode.PRINTER_OWN_JOB,
    PrinterReason.HARDWARE_ERROR: CheckCode.PRINTER_HARDWARE,
    PrinterReason.NO_ANSWER: CheckCode.PRINTER_NO_ANSWER,
    PrinterReason.GARBLED_ANSWER: CheckCode.PRINTER_GARBLED,
    PrinterReason.OTHER_JOB: CheckCode.PRINTER_OTHER_JOB,
}


def direction_of(codes: Iterable[str]) -> Direction:
    """Where the public goes: to wait only if every fault passes by itself."""
    found = list(codes)
    return Direction.WAIT if found and set(found) <= _PASSING else Direction.COUNTER
