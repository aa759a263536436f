"""The printer can print, is the one that the configuration says, and has paper."""

from __future__ import annotations

from kiosk.domain.checks import PRINTER_CODES, CheckCode, CheckName
from kiosk.domain.ports import Printer
from kiosk.domain.printer import OTHER_MEDIA, ModelFit, PrinterReason, PrinterState, PrinterStatus
from kiosk.selftest.check import Finding

#: What a hand at the printer does first is told first.
_FIRST = (PrinterReason.COVER_OPEN, PrinterReason.MEDIA_JAM, PrinterReason.OWN_JOB)
#: Said by the paper's own check.
_PAPER = frozenset({PrinterReason.MEDIA_EMPTY, PrinterReason.MEDIA_LOW})


def _detail(status: PrinterStatus) -> str:
    return f"{status.state.value} {' '.join(sorted(status.reasons))}".strip()


class PrinterCheck:
    """Answers, and names nothing that stands against printing. Missing paper is the next check."""

    name = CheckName.PRINTER

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def run(self) -> Finding:
        status = self._printer.status()
        confirmed = self._printer.confirm()
        if confirmed.fit is ModelFit.DIFFERS:
            detail = f"{_detail(status)} {confirmed.detail}"
            return Finding(CheckCode.PRINTER_MODEL, detail.strip())
        reasons = status.reasons - _PAPER
        for reason in (*_FIRST, *sorted(reasons)):
            if reason in reasons:
                code = PRINTER_CODES.get(reason, CheckCode.PRINTER_NOT_READY)
                return Finding(code, _detail(status))
        if status.ready and confirmed.fit is not ModelFit.FITS:
            # Ready, and nobody has shown that nothing of ours is in it: it is looked at again.
            return Finding(CheckCode.PRINTER_NOT_READY, _detail(status))
        if status.ready or (status.state is PrinterState.STOPPED and status.reasons & _PAPER):
            return Finding(detail=f"{_detail(status)} {confirmed.detail}".strip())
        return Finding(CheckCode.PRINTER_NOT_READY, _detail(status))


class PaperCheck:
    """There is paper, in the printer's own words. Paper that runs low is told, not refused."""

    name = CheckName.PAPER

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def run(self) -> Finding:
        status = self._printer.status()
        if PrinterReason.MEDIA_EMPTY in status.reasons and OTHER_MEDIA in status.raw:
            return Finding(CheckCode.PAPER_SIZE, f"{_detail(status)} {status.raw}")
        if PrinterReason.MEDIA_EMPTY in status.reasons:
            return Finding(CheckCode.PAPER_EMPTY, _detail(status))
        if status.state in {PrinterState.IDLE, PrinterState.STOPPED}:
            return Finding(detail=_detail(status))
        # Not there, not answering, or another program's just now: nobody said that there is paper.
        return Finding(CheckCode.PAPER_UNKNOWN, _detail(status))
