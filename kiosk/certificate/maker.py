"""The certificate behind its port, for the terminal and for the server alike."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from kiosk.certificate.code_place import claims_of
from kiosk.certificate.content import ItemText as ItemText
from kiosk.certificate.content import certificate_content, surface_items
from kiosk.certificate.disclosure import listed_hit, listed_past, shown_entry
from kiosk.certificate.draw import draw_certificate
from kiosk.certificate.form import Form, FormFault, load_form
from kiosk.certificate.form_file import FormFile, Surface
from kiosk.certificate.signed_code import Claims
from kiosk.certificate.slips import SlipPrinter
from kiosk.domain.certificate import (
    CertificateContent,
    DrawnCertificate,
    DrawRefusal,
    FormIdentity,
    Stamp,
)
from kiosk.domain.ledger import Category, LedgerEntry
from kiosk.domain.near import SiteEntry
from kiosk.domain.pdfium_lock import PDFIUM_LOCK
from kiosk.domain.query import Hit

#: An entry with nothing recorded but a number: the form's own words are what it draws.
_PRELOAD = LedgerEntry(0, 0, "", Category.BUILDING, "0123456789", None, "", "", None, *("",) * 13)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)  # for the eye of one visitor: quick, not small
    return out.getvalue()


def _heads(file: FormFile) -> frozenset[int]:
    code = file.signed_code if file.signed_code and file.signed_code.enabled else None
    return frozenset(terms.dpi for terms in (file.ground, code) if terms is not None)


class CertificateMaker:
    """One form, with those it sends entries of other 区分 to, ready. Implements
    ``kiosk.domain.ports.SheetMaker``; safe to share by threads."""

    def __init__(self, form: Form) -> None:
        self._form = form

    @classmethod
    def load(
        cls, form_id: str | Path, font_dirs: Sequence[Path] | None = None
    ) -> CertificateMaker | FormFault:
        """The form by name or path, with its fonts and seals. About 0.3 s for the first."""
        form = load_form(form_id, font_dirs)
        return form if isinstance(form, FormFault) else cls(form)

    def form(self) -> FormIdentity:
        return self._form.together()

    def form_for(self, category: Category) -> FormIdentity:
        return self._form.of(category).identity

    def _drawn_with(self, content: CertificateContent) -> Form:
        """The form that made this content; drawing with another one refuses."""
        known = (form for form in self._form.all() if form.identity == content.form)
        return next(known, self._form)

    def heads(self) -> frozenset[int]:
        return frozenset().union(*(_heads(form.file) for form in self._form.all()))

    def content(self, entry: LedgerEntry) -> CertificateContent | DrawRefusal:
        return certificate_content(self._form.of(entry.category), entry)

    def surface(self, entry: LedgerEntry, surface: Surface) -> tuple[ItemText, ...]:
        """What a list or a screen may show of an entry, with the form's labels and masks."""
        return surface_items(self._form.of(entry.category), entry, surface)

    def listed(self, hit: Hit) -> Hit:
        """A line of the list of hits, whose owner is as recorded, as a list may show it."""
        return listed_hit(self._form.of(hit.category).file, hit)

    def past(self, entry: SiteEntry) -> SiteEntry:
        """An entry of a site's history, whose owner is as recorded, as a list may show it."""
        return listed_past(self._form.of(entry.hit.category).file, entry)

    def shown(self, entry: LedgerEntry) -> LedgerEntry:
        """The entry as the screens before the sheet may show it."""
        return shown_entry(self._form.of(entry.category).file, entry)

    def draw(
        self, content: CertificateContent, stamp: Stamp | None, day: date | None = None
    ) -> DrawnCertificate | DrawRefusal:
        return draw_certificate(self._drawn_with(content), content, stamp, day=day)

    def seal(self, day: date, content: CertificateContent | None = None) -> bytes:
        """The PNG of the seal in force on a day; empty if none is, and then no sheet is drawn.

        Of the form that ``content`` is laid out in; without, of the form that was named.
        """
        terms = (self._form if content is None else self._drawn_with(content)).seal(day)
        return b"" if terms is None else terms[1].png

    def claims(self, content: CertificateContent, number: str, issued_on: date) -> Claims | None:
        """What the signed code of a sheet has to say; None where the form has no code."""
        return claims_of(self._drawn_with(content), content, number, issued_on)

    def slips(self, dpi: int, width_mm: float, sheet_dpi: int) -> SlipPrinter:
        """Slips in this form's words, for a head's dots and its paper's width; ``sheet_dpi`` is
        of the head that certificates come out of."""
        return SlipPrinter(self._form, dpi, width_mm, sheet_dpi)

    def preview_png(self, pdf: bytes, width: int) -> list[bytes]:
        """Pages as PNG, ``width`` pixels wide. Raises ValueError if the PDF cannot be read."""
        pictures = []
        with PDFIUM_LOCK:
            try:
                document = pdfium.PdfDocument(pdf)
            except pdfium.PdfiumError as error:
                raise ValueError(f"not a PDF: {error}") from error
            try:
                for page in document:
                    bitmap = page.render(scale=width / page.get_width())
                    pictures.append(bitmap.to_pil().convert("RGB"))
                    page.close()
            finally:
                document.close()
        return [_png(picture) for picture in pictures]

    def preload(self) -> None:
        """Draws the form's words once, so that the first visitor does not wait for fonts."""
        for category in (Category.BUILDING, *self._form.others):
            content = self.content(replace(_PRELOAD, category=category))
            if isinstance(content, CertificateContent):
                self.draw(content, None)
