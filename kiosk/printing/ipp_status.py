"""What an IPP printer says of itself, as ``PrinterStatus``: pure functions and one table.

Keywords: RFC 8011 5.4.12 and the PWG registry of printer-state-reasons. The severity suffix is cut
off before the table is looked at: printers put it differently (the same empty tray is ``-report``
while idle and ``-warning`` while printing), so it cannot make a fault harmless. A keyword that is
not in the table counts as an error if the printer calls it one or gives no severity.
"""

from __future__ import annotations

from typing import Final

from kiosk.domain.printer import PrinterReason, PrinterState, PrinterStatus
from kiosk.printing.ipp_client import Attributes, Failure, IppFault

IDLE, PROCESSING, STOPPED = 3, 4, 5
ASKED: Final = (
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "queued-job-count",
    "printer-make-and-model",
    "media-ready",
    "printer-impressions-completed",
)

_R = PrinterReason
REASONS: Final[dict[str, PrinterReason]] = {
    "media-empty": _R.MEDIA_EMPTY,
    "media-needed": _R.MEDIA_EMPTY,
    "input-tray-missing": _R.MEDIA_EMPTY,
    "input-media-supply-empty": _R.MEDIA_EMPTY,
    "media-low": _R.MEDIA_LOW,
    "input-media-supply-low": _R.MEDIA_LOW,
    "media-jam": _R.MEDIA_JAM,
    "input-media-jam": _R.MEDIA_JAM,
    "cover-open": _R.COVER_OPEN,
    "door-open": _R.COVER_OPEN,
    "interlock-open": _R.COVER_OPEN,
    "cutter-error": _R.CUTTER_ERROR,
    "trimmer-jam": _R.CUTTER_ERROR,
    "output-area-full": _R.PRESENTER_OCCUPIED,
    "output-tray-missing": _R.HARDWARE_ERROR,
    "toner-empty": _R.HARDWARE_ERROR,
    "marker-supply-empty": _R.HARDWARE_ERROR,
    "marker-waste-full": _R.HARDWARE_ERROR,
    "developer-empty": _R.HARDWARE_ERROR,
    "opc-life-over": _R.HARDWARE_ERROR,
    "fuser-over-temp": _R.HARDWARE_ERROR,
    "fuser-under-temp": _R.HARDWARE_ERROR,
    "spool-area-full": _R.HARDWARE_ERROR,
    "paused": _R.HARDWARE_ERROR,
    "moving-to-paused": _R.HARDWARE_ERROR,
    "stopping": _R.HARDWARE_ERROR,
    "stopped-partly": _R.HARDWARE_ERROR,
    "shutdown": _R.OFFLINE,
    "offline": _R.OFFLINE,
    "timed-out": _R.OFFLINE,
    "connecting-to-device": _R.OFFLINE,
}
#: Said about something that does not stand against one more sheet.
HARMLESS: Final = frozenset(
    {
        "none", "toner-low", "marker-supply-low", "marker-waste-almost-full", "developer-low",
        "opc-near-eol", "output-area-almost-full", "cups-waiting-for-job-completed",
        "wifi-not-configured", "identify-printer-requested", "hibernate", "standby", "warming-up",
    }
)  # fmt: skip
_SEVERITIES: Final = ("-report", "-warning", "-error")


def reason_of(keyword: str) -> PrinterReason | None:
    """None for what is harmless."""
    for severity in _SEVERITIES:
        bare = keyword.removesuffix(severity)
        if bare != keyword:
            break
    else:
        bare, severity = keyword, "-error"
    if bare in REASONS:
        return REASONS[bare]
    if bare in HARMLESS or severity != "-error":
        return None
    return PrinterReason.HARDWARE_ERROR


def read_ipp_status(said: Attributes) -> PrinterStatus:
    """A missing or unknown state is UNKNOWN: nobody said that it can print."""
    keywords = [str(word) for word in said.get("printer-state-reasons", ())]
    reasons = {reason for word in keywords if (reason := reason_of(word)) is not None}
    state = first_int(said, "printer-state")
    raw = f"{state} {','.join(sorted(keywords))}"
    if state not in (IDLE, PROCESSING, STOPPED) or not keywords:
        doubt = frozenset(reasons | {PrinterReason.GARBLED_ANSWER})
        return PrinterStatus(PrinterState.UNKNOWN, doubt, raw)
    if said.get("printer-is-accepting-jobs") == (False,) or (state == STOPPED and not reasons):
        reasons.add(PrinterReason.HARDWARE_ERROR)
    stopping = reasons - {PrinterReason.MEDIA_LOW}
    if stopping - {PrinterReason.PRESENTER_OCCUPIED}:
        return PrinterStatus(PrinterState.STOPPED, frozenset(reasons), raw)
    busy = state == PROCESSING or bool(stopping)
    return PrinterStatus(PrinterState.BUSY if busy else PrinterState.IDLE, frozenset(reasons), raw)


def failure_status(failure: Failure) -> PrinterStatus:
    """No answer, as a status."""
    if failure.fault is IppFault.OFFLINE:
        reasons = frozenset({PrinterReason.OFFLINE})
        return PrinterStatus(PrinterState.OFFLINE, reasons, failure.fault.value)
    if failure.fault is IppFault.BUSY:  # it says so itself: with whatever, it is not ours
        return PrinterStatus(PrinterState.BUSY, raw=failure.detail)
    silent = failure.fault is IppFault.TIMED_OUT
    reason = PrinterReason.NO_ANSWER if silent else PrinterReason.GARBLED_ANSWER
    raw = f"{failure.fault.value} {failure.detail}".strip()
    return PrinterStatus(PrinterState.UNKNOWN, frozenset({reason}), raw)


def first_int(said: Attributes, name: str) -> int | None:
    """The first value, if it is a number."""
    for value in said.get(name, ()):
        return value if type(value) is int else None
    return None


def first_text(said: Attributes, name: str) -> str:
    for value in said.get(name, ()):
        return value if isinstance(value, str) else ""
    return ""
