"""Slips (控え, 窓口案内票, 手数料の票) and the staff's test print, by the sheet's own engine.

A slip holds numbers, times and sentences of ours and has no field for a name or an address. Same
slip, same form, same paper: the same bytes. On a roll the paper is as long as what is on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.certificate import check, pdf
from kiosk.certificate.fonts import code_points
from kiosk.certificate.form import Form
from kiosk.certificate.places import MM, Page
from kiosk.certificate.proof_print import draw_test
from kiosk.certificate.sentences import slip_word
from kiosk.certificate.slip_column import A4, PAPERS, ROLL_58, ROLL_80, Column, Paper
from kiosk.domain.certificate import DrawnCertificate, DrawRefusal, MissingGlyph
from kiosk.domain.eras import wareki
from kiosk.domain.slips import CounterSlip, FeeSlip, Receipt, Slip, TestPrint

__all__ = [
    "A4", "PAPERS", "ROLL_58", "ROLL_80", "CounterSlip", "FeeSlip", "Paper", "Receipt", "Slip",
    "SlipMaker", "SlipPrinter", "TestPrint",
]  # fmt: skip

_JST = ZoneInfo("Asia/Tokyo")
_CODE_MODULE_MM = 0.5
_STAMP_MM = 22.0  # a cashier's dated stamp is up to 21 mm across
_CODE_VERSION = 3


class SlipMaker:
    """Draws slips in the words and fonts of one form."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def draw(self, slip: Slip, paper: Paper) -> DrawnCertificate | DrawRefusal:
        """The slip as PDF, read again when finished; or why not: missing_glyph, form_invalid
        (it does not fit the paper), incomplete."""
        column = Column(self._form, paper)
        try:
            page = self._page(slip, column)
        except ValueError as error:
            return DrawRefusal("form_invalid", detail=str(error))
        if column.missing:
            codes = sorted({code_points(one) for one in column.missing})
            return DrawRefusal("missing_glyph", tuple(MissingGlyph("slip", one) for one in codes))
        return self._finished(slip, page, column)

    def _page(self, slip: Slip, column: Column) -> Page:
        if isinstance(slip, TestPrint):
            return draw_test(slip, column)
        column.heading(slip_word(_NAME[type(slip)]), self._form.file.title)
        if isinstance(slip, Receipt):
            _receipt(slip, column)
        elif isinstance(slip, CounterSlip):
            _counter(slip, column)
        else:
            _fee(slip, column)
        return column.page()

    def _finished(self, slip: Slip, page: Page, column: Column) -> DrawnCertificate | DrawRefusal:
        form = self._form
        mark = form.file.words.sample_mark if form.identity.sample else ""
        size = column.size()
        ground = form.ground if isinstance(slip, TestPrint) else None
        keywords = json.dumps({"kind": "slip", "slip": _NAME[type(slip)]}, sort_keys=True)
        data = pdf.write_pdf(
            [page], form.fonts,
            info={"Title": slip_word(_NAME[type(slip)]), "Subject": "", "Keywords": keywords},
            dated=slip.at.astimezone(_JST).date(), seal=None,
            mark=tuple(form.fonts.shape(mark)[0]), ground=ground, size=size,
        )  # fmt: skip
        faults = check.faults(data, [page], None, [], mark)
        if faults:
            return DrawRefusal("incomplete", detail="; ".join(faults))
        return DrawnCertificate(data, hashlib.sha256(data).hexdigest(), 1)


_NAME: dict[type[Slip], str] = {
    Receipt: "receipt", CounterSlip: "counter", FeeSlip: "fee", TestPrint: "test",
}  # fmt: skip


def _when(at: datetime) -> str:
    local = at.astimezone(_JST)
    return f"{wareki(local.date())}　{local.hour}時{local.minute:02d}分"


def _receipt(slip: Receipt, column: Column) -> None:
    column.fact(slip_word("application"), slip.application)
    column.fact(slip_word("user_id"), slip.user_id, strong=True)
    column.fact(slip_word("at"), _when(slip.at))
    column.fact(slip_word("issued"), slip_word("copies").replace("{n}", str(len(slip.numbers))))
    _listed(column, slip.numbers)
    column.rule()
    column.text(slip_word("receipt_note"))
    column.small(f"{slip_word('terminal')}　{slip.terminal}")


def _listed(column: Column, numbers: Sequence[str]) -> None:
    for number in numbers:
        column.fact("", number)


def _counter(slip: CounterSlip, column: Column) -> None:
    column.text(slip.reason)
    column.rule()
    column.fact(slip_word("user_id"), slip.user_id, strong=True)
    column.fact(slip_word("ledger_no"), slip.ledger_no)
    column.fact(slip_word("at"), _when(slip.at))
    column.code(slip.user_id, _CODE_MODULE_MM, _CODE_VERSION)
    column.rule()
    column.text(slip_word("counter_note"))
    column.small(f"{slip_word('terminal')}　{slip.terminal}")


def _fee(slip: FeeSlip, column: Column) -> None:
    if slip.copies < 1 or slip.yen < 0:
        raise ValueError("no copies, or a negative fee")
    if slip.number:
        column.number(slip_word("fee_number"), slip.number)
        column.rule()
    column.fact(slip_word("user_id"), slip.user_id, strong=not slip.number)
    column.fact(slip_word("at"), _when(slip.at))
    column.fact(slip_word("each"), _yen(slip.yen))
    column.fact(slip_word("copies_label"), slip_word("copies").replace("{n}", str(slip.copies)))
    column.rule()
    column.sum(slip_word("sum"), _yen(slip.yen * slip.copies))
    column.rule()
    column.text(slip_word("fee_note"))
    column.gap(2 * MM)
    column.stamp_box(slip_word("cashier"), _STAMP_MM * MM)
    column.small(f"{slip_word('terminal')}　{slip.terminal}")


def _yen(yen: int) -> str:
    return f"{yen:,}円"


#: What comes out of a head, by its width in millimetres: rolls, and A4 for everything else.
_ROLLS = {58: ROLL_58, 80: ROLL_80}


class SlipPrinter:
    """Slips for one head's paper; the test print for the certificates' own head, on A4.

    Implements ``kiosk.domain.ports.SlipDrawer``.
    """

    def __init__(self, form: Form, dpi: int, width_mm: float, sheet_dpi: int) -> None:
        self._maker = SlipMaker(form)
        self._paper = replace(_ROLLS.get(round(width_mm), A4), dpi=dpi)
        self._sheet = replace(A4, dpi=sheet_dpi)

    def draw(self, slip: Slip) -> DrawnCertificate | DrawRefusal:
        return self._maker.draw(slip, self._sheet if isinstance(slip, TestPrint) else self._paper)
