"""A sheet maker that draws text instead of PDF, so that a flow runs in milliseconds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date

from kiosk.domain.certificate import (
    CertificateContent,
    ContentItem,
    DrawnCertificate,
    DrawRefusal,
    FormIdentity,
    MissingGlyph,
    Stamp,
)
from kiosk.domain.ledger import Category, LedgerEntry
from kiosk.domain.near import SiteEntry
from kiosk.domain.query import Hit
from kiosk.domain.slips import Slip

FORM = FormIdentity("sample-form", "1", "f" * 64, sample=True)
#: A character that this maker has no glyph for.
NO_GLYPH = "\U000e0fff"


def draw(content: CertificateContent, stamp: Stamp | None) -> DrawnCertificate:
    """Same input, same bytes; the marks are its first line."""
    marks = {}
    if stamp is not None:
        marks = {
            "number": stamp.number, "entry": str(content.entry_id), "user_id": stamp.user_id,
            "terminal": stamp.terminal, "issue_id": stamp.issue_id,
        }  # fmt: skip
    words = "\n".join(f"{item.label}\t{item.text}" for item in content.items)
    pdf = (json.dumps(marks) + "\n" + words).encode("utf-8")
    return DrawnCertificate(pdf, hashlib.sha256(pdf).hexdigest(), 1)


def read_marks(pdf: bytes) -> dict[str, str]:
    marks: dict[str, str] = json.loads(pdf.split(b"\n", 1)[0])
    return marks


class FakeSheetMaker:
    """``ports.SheetMaker``. ``spoil`` makes the terminal draw other bytes than the server."""

    def __init__(self, form: FormIdentity = FORM) -> None:
        self._form = form
        self.spoil = b""
        self.made_for: frozenset[int] = frozenset()
        self.drawn: list[Stamp | None] = []
        self.days: list[date | None] = []

    def form(self) -> FormIdentity:
        return self._form

    def form_for(self, category: Category) -> FormIdentity:
        return self._form

    def heads(self) -> frozenset[int]:
        return self.made_for

    def content(self, entry: LedgerEntry) -> CertificateContent | DrawRefusal:
        if entry.not_certifiable is not None:
            return DrawRefusal("not_certifiable", detail=entry.not_certifiable.value)
        if NO_GLYPH in entry.owner:
            return DrawRefusal("missing_glyph", (MissingGlyph("owner", "U+E0FFF"),))
        items = (
            ContentItem("lot", "地名地番", entry.lot),
            ContentItem("confirmation_no", "確認番号", entry.confirmation_no),
        )
        return CertificateContent(self._form, entry.entry_id, entry.version, items)

    def listed(self, hit: Hit) -> Hit:
        return replace(hit, owner=hit.owner[:1] + "＊＊" if hit.owner else "")

    def past(self, entry: SiteEntry) -> SiteEntry:
        return replace(entry, hit=self.listed(entry.hit))

    def shown(self, entry: LedgerEntry) -> LedgerEntry:
        """Its form masks the owner on the screens, so that a test can see whether they ask."""
        return replace(entry, owner=entry.owner[:1] + "＊＊" if entry.owner else "")

    def draw(
        self, content: CertificateContent, stamp: Stamp | None, day: date | None = None
    ) -> DrawnCertificate | DrawRefusal:
        self.drawn.append(stamp)
        self.days.append(day)
        drawn = draw(content, stamp)
        if stamp is None or not self.spoil:
            return drawn
        pdf = drawn.pdf + self.spoil
        return DrawnCertificate(pdf, hashlib.sha256(pdf).hexdigest(), drawn.page_count)

    def preview_png(self, pdf: bytes, width: int) -> list[bytes]:
        return [b"\x89PNG" + pdf]


class FakeSlips:
    """``ports.SlipDrawer``. ``drawn`` are the slips asked for; ``refuse`` draws none."""

    def __init__(self) -> None:
        self.drawn: list[Slip] = []
        self.refuse = False

    def draw(self, slip: Slip) -> DrawnCertificate | DrawRefusal:
        self.drawn.append(slip)
        if self.refuse:
            return DrawRefusal("form_invalid")
        pdf = repr(slip).encode("utf-8")
        return DrawnCertificate(pdf, hashlib.sha256(pdf).hexdigest(), 1)
