"""Every sentence the session can ask a screen to show, by catalogue key.

The sentence for ``Notice.X`` is ``notice.<value>`` in assets/strings/session.ja.yaml; a test keeps
the two complete.
"""

from __future__ import annotations

from enum import StrEnum

from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.printer import PrinterReason, PrinterState, PrinterStatus


class Notice(StrEnum):
    # boot and staff
    SERVER_UNHEARD = "server_unheard"
    SERVER_REFUSED = "server_refused"
    STAFF_REFUSED = "staff_refused"
    STAFF_LOCKED = "staff_locked"
    STAFF_NEEDED = "staff_needed"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CARD_NEEDED = "card_needed"
    CARD_REMOVED = "card_removed"
    CARD_PIN_SHAPE = "card_pin_shape"
    CARD_PIN_WRONG = "card_pin_wrong"
    CARD_PIN_LAST = "card_pin_last"
    CARD_BLOCKED = "card_blocked"
    CARD_NO_KEY = "card_no_key"
    CARD_FAILED = "card_failed"
    OPEN_ISSUE_ENDED = "open_issue_ended"
    RECOVER_FAILED = "recover_failed"
    POWER_CYCLE_NEEDED = "power_cycle_needed"
    SELF_TEST_FAILED = "self_test_failed"
    SELF_TEST_UNREPORTED = "self_test_unreported"
    # closed and out of order
    STOPPED = "stopped"
    SERVER_LOST = "server_lost"
    SETTLING = "settling"
    CLEARING = "clearing"
    PRINTER_NOT_READY = "printer.not-ready"
    PRINTER_BUSY = "printer.busy"
    PRINTER_MEDIA_EMPTY = "printer.media-empty"
    PRINTER_MEDIA_JAM = "printer.media-jam"
    PRINTER_COVER_OPEN = "printer.cover-open"
    PRINTER_CUTTER_ERROR = "printer.cutter-error"
    PRINTER_PRESENTER_OCCUPIED = "printer.presenter-occupied"
    PRINTER_OTHER_JOB = "printer.other-job"
    PRINTER_OWN_JOB = "printer.own-job"
    PRINTER_OFFLINE = "printer.offline"
    PRINTER_NO_ANSWER = "printer.no-answer"
    PRINTER_GARBLED_ANSWER = "printer.garbled-answer"
    PRINTER_HARDWARE_ERROR = "printer.hardware-error"
    # the visit
    APPLICANT_FAULTS = "applicant_faults"
    ADDRESS_NUMBER = "address_number"
    APPLY_FAILED = "apply_failed"
    SEARCH_EMPTY = "search_empty"
    SEARCH_TOO_LONG = "search_too_long"
    SEARCH_CONTROL = "search_control"
    SEARCH_UNAVAILABLE = "search_unavailable"
    SEARCH_NEEDS_PLACE = "search_needs_place"
    SEARCH_TOO_FAST = "search_too_fast"
    ENTRY_UNAVAILABLE = "entry_unavailable"
    NEAR_UNAVAILABLE = "near_unavailable"
    NOT_CERTIFIABLE_SCAN_ONLY = "not_certifiable.scan_only"
    NOT_CERTIFIABLE_CANCELLED = "not_certifiable.cancelled"
    NOT_CERTIFIABLE_WITHHELD = "not_certifiable.withheld"
    NOT_CERTIFIABLE_NOT_RECORDED = "not_certifiable.not_recorded"
    NOT_CERTIFIABLE_HANDWRITTEN = "not_certifiable.handwritten"
    NOT_CERTIFIABLE_OTHER_AUTHORITY = "not_certifiable.other_authority"
    NOT_CERTIFIABLE_YEAR_LOST = "not_certifiable.year_lost"
    NOT_CERTIFIABLE_REMOVED = "not_certifiable.removed"
    REFUSAL_MISSING_GLYPH = "refusal.missing_glyph"
    REFUSAL_NOT_CERTIFIABLE = "refusal.not_certifiable"
    REFUSAL_FORM_INVALID = "refusal.form_invalid"
    REFUSAL_OTHER = "refusal.other"
    STALE_CONTENT = "stale_content"
    # the issue
    CANNOT_CANCEL = "cannot_cancel"
    ISSUE_UNHEARD = "issue_unheard"
    ISSUE_REFUSED = "issue_refused"
    ISSUE_UNCERTAIN = "issue_uncertain"
    RELEASE_FAILED = "release_failed"
    SHEET_MISMATCH = "sheet_mismatch"
    NOT_PRINTED = "not_printed"
    PRINT_UNKNOWN = "print_unknown"
    ISSUE_STALLED = "issue_stalled"
    TAKE_SHEET_FIRST = "take_sheet_first"
    REST_NOT_ISSUED = "rest_not_issued"
    TAKE_PAPER_AGAIN = "take_paper_again"
    # slips
    # the fee
    FEE_CHANGED = "fee_changed"
    PAYMENT_REFUSED = "payment_refused"
    PAYMENT_CANCELLED = "payment_cancelled"  # by staff
    PAYMENT_STOPPED = "payment_stopped"  # by the person
    PAYMENT_TIMED_OUT = "payment_timed_out"
    ACCEPTOR_NOT_READY = "acceptor.not-ready"
    ACCEPTOR_JAMMED = "acceptor.jammed"
    ACCEPTOR_FULL = "acceptor.full"
    ACCEPTOR_OFFLINE = "acceptor.offline"
    ACCEPTOR_UNKNOWN = "acceptor.unknown"
    SLIP_PRINTED = "slip_printed"
    SLIP_NOT_PRINTED = "slip_not_printed"


def _known(key: str, otherwise: Notice) -> Notice:
    return Notice(key) if key in Notice._value2member_map_ else otherwise


def printer_notice(status: PrinterStatus | None) -> Notice:
    """Why the printer cannot print, as one sentence: its first blocking reason."""
    if status is None:
        return Notice.PRINTER_NOT_READY
    for reason in _worst_first(status):
        return _known(f"printer.{reason.value}", Notice.PRINTER_NOT_READY)
    return Notice.PRINTER_BUSY if status.state is PrinterState.BUSY else Notice.PRINTER_NOT_READY


def _worst_first(status: PrinterStatus) -> tuple[PrinterReason, ...]:
    # A jam behind an open cover is told as the cover: that is what a hand can do next.
    first = (PrinterReason.COVER_OPEN, PrinterReason.MEDIA_JAM, PrinterReason.MEDIA_EMPTY)
    reasons = status.blocking()
    return tuple(r for r in first if r in reasons) + tuple(r for r in reasons if r not in first)


def acceptor_notice(status: AcceptorStatus | None) -> Notice:
    """Why the acceptor takes no money; None: the terminal has none."""
    if status is None:
        return Notice.ACCEPTOR_OFFLINE
    return _known(f"acceptor.{status.state.value}", Notice.ACCEPTOR_NOT_READY)


def not_certifiable_notice(reason: str) -> Notice:
    return _known(f"not_certifiable.{reason}", Notice.REFUSAL_NOT_CERTIFIABLE)


def refusal_notice(code: str) -> Notice:
    """Why a sheet is not drawn; ``code`` is a DrawRefusal's."""
    return _known(f"refusal.{code}", Notice.REFUSAL_OTHER)
