"""The form is the server's own, is not a sample in production, and draws with all its glyphs."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.certificate import DrawRefusal
from kiosk.domain.checks import CheckCode, CheckName
from kiosk.domain.japan import day_in_japan
from kiosk.domain.ledger import Category, LedgerEntry
from kiosk.domain.ports import Clock, SheetMaker
from kiosk.selftest.check import Finding
from kiosk.selftest.greeting import Greeting

#: An invented building (見本) with glyphs of every sort that a ledger's texts are made of: rare
#: forms of names, digits of both widths, units, half-width kana.
_SPECIMEN = LedgerEntry(
    entry_id=0,
    version=0,
    ledger_no="見本－０１",
    category=Category.BUILDING,
    confirmation_no="第Ｈ12－建築0123号",
    confirmation_date=None,
    confirmation_issuer="見本建築主事",
    inspection_no="",
    inspection_date=None,
    inspection_issuer="",
    owner="見本　髙﨑太郎",
    lot="見本町一丁目1234番地の5",
    residential_address="",
    main_use="一戸建ての住宅（ｶﾞﾚｰｼﾞ付）",
    work_kind="新築",
    structure="鉄骨造①",
    storeys_above="3",
    storeys_below="0",
    site_area="100.25㎡",
    building_area="60.5",
    total_floor_area="150.75",
    remarks="",
)


class FormCheck:
    """Form, seal, fonts and renderer are to the letter those that the server draws with."""

    name = CheckName.FORM

    def __init__(
        self, greeting: Greeting, maker: SheetMaker, production: bool, dpi: int = 0
    ) -> None:
        self._greeting = greeting
        self._maker = maker
        self._production = production
        self._dpi = dpi

    def run(self) -> Finding:
        form, hello = self._maker.form(), self._greeting.hello()
        detail = f"{form.form_id} {form.version}"
        if hello is None:
            return Finding(CheckCode.FORM_NOT_COMPARED, detail)
        if hello.form != form:
            theirs = f"{hello.form.form_id} {hello.form.version}"
            return Finding(CheckCode.FORM_DIFFERS, f"{detail} / {theirs}")
        if form.sample and (self._production or hello.production):
            return Finding(CheckCode.FORM_SAMPLE, detail)
        other = sorted(dpi for dpi in self._maker.heads() if self._dpi % dpi)
        if other and (self._production or hello.production):
            # On another head the ground's dots are smeared: 複写 is seen on the original.
            return Finding(CheckCode.FORM_OTHER_HEAD, f"{detail} {other[0]} dpi / {self._dpi} dpi")
        return Finding(detail=detail)


class FontsCheck:
    """A specimen is drawn whole: the form has its words, its fonts and their glyphs."""

    name = CheckName.FONTS

    def __init__(self, maker: SheetMaker, clock: Clock | None = None) -> None:
        self._maker, self._clock = maker, clock

    def run(self) -> Finding:
        for category in Category:  # each may have a form of its own
            found = self._drawn(replace(_SPECIMEN, category=category))
            if found.code is not None:
                return found
        return Finding()

    def _drawn(self, specimen: LedgerEntry) -> Finding:
        content = self._maker.content(specimen)
        if isinstance(content, DrawRefusal):
            return self._refused(content)
        # Of today: a form whose signatory or seal has run out draws no certificate either.
        day = None if self._clock is None else day_in_japan(self._clock.now())
        drawn = self._maker.draw(content, None, day)
        if isinstance(drawn, DrawRefusal):
            return self._refused(drawn)
        if drawn.page_count < 1 or not drawn.pdf:
            return Finding(CheckCode.FONTS_NOT_DRAWN, "empty")
        return Finding()

    @staticmethod
    def _refused(refusal: DrawRefusal) -> Finding:
        if refusal.missing:
            return Finding(CheckCode.FONTS_MISSING, refusal.missing[0].sequence)
        return Finding(CheckCode.FONTS_NOT_DRAWN, refusal.detail or refusal.code)
