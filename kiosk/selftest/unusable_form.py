"""A sheet maker for a terminal whose form could not be read: it draws nothing and says why.

The terminal starts all the same, so that the self-test can tell staff on the screen.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kiosk.domain.certificate import (
    CertificateContent,
    DrawnCertificate,
    DrawRefusal,
    FormIdentity,
    Stamp,
)
from kiosk.domain.ledger import Category, LedgerEntry
from kiosk.domain.near import SiteEntry
from kiosk.domain.query import Hit


class UnusableForm:
    """``ports.SheetMaker``; ``code`` is the form fault's, e.g. ``font_missing``."""

    def __init__(self, form_id: str, code: str) -> None:
        # No sheet has this identity, so the server's is never the same.
        self._form = FormIdentity(form_id, "", "", sample=True)
        self._refusal = DrawRefusal("form_invalid", detail=code)

    def form(self) -> FormIdentity:
        return self._form

    def form_for(self, category: Category) -> FormIdentity:  # noqa: ARG002 - the port's
        return self._form

    def heads(self) -> frozenset[int]:
        return frozenset()

    def content(self, entry: LedgerEntry) -> CertificateContent | DrawRefusal:  # noqa: ARG002 - the port's
        return self._refusal

    def listed(self, hit: Hit) -> Hit:
        return replace(hit, owner="")

    def past(self, entry: SiteEntry) -> SiteEntry:
        happenings = tuple(replace(one, said="", date=None) for one in entry.happenings)
        return replace(entry, hit=self.listed(entry.hit), happenings=happenings)

    def shown(self, entry: LedgerEntry) -> LedgerEntry:
        return replace(entry, owner="")

    def draw(
        self,
        content: CertificateContent,  # noqa: ARG002 - the port's
        stamp: Stamp | None,  # noqa: ARG002 - the port's
        day: date | None = None,  # noqa: ARG002 - the port's
    ) -> DrawnCertificate | DrawRefusal:
        return self._refusal

    def preview_png(self, pdf: bytes, width: int) -> list[bytes]:  # noqa: ARG002 - the port's
        raise ValueError("no form, no picture")
