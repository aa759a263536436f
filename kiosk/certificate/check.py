"""The finished sheet read again by another program (PDFium): all that must be on it is on it."""

from __future__ import annotations

import ctypes
import hashlib
import json
import unicodedata
from collections.abc import Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from kiosk.certificate.places import Page
from kiosk.certificate.seal import SealImage
from kiosk.domain.pdfium_lock import PDFIUM_LOCK

#: PDFium gives a hyphen at a line's end as a control character, and ligatures as their letters.
_AS_READ = {0x02: "-", 0xFFFE: "-"} | {
    code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)
}


def seen(text: str) -> str:
    """Text without blanks and line ends, which a reader places by guess."""
    return "".join(text.split()).translate(_AS_READ)


def extracted_pages(pdf: bytes) -> list[str]:
    """What each page says, character by character in drawing order, without blanks.

    Raises ValueError when the PDF cannot be read.
    """
    with PDFIUM_LOCK:
        document = _open(pdf)
        try:
            return [_page_text(document, n) for n in range(len(document))]
        finally:
            document.close()


def _open(pdf: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(pdf)
    except pdfium.PdfiumError as error:
        raise ValueError(f"not a PDF: {error}") from error


def _page_text(document: pdfium.PdfDocument, n: int) -> str:
    page = document[n]
    textpage = page.get_textpage()
    text: str = textpage.get_text_range()
    textpage.close()
    page.close()
    return seen(text)


def faults(
    pdf: bytes, pages: Sequence[Page], seal: SealImage | None, required: Sequence[str], mark: str
) -> list[str]:
    """What is wrong, in words for the log and without the sheet's text; empty when complete.

    ``required`` are texts that must be found somewhere on the sheet, ``mark`` on every page;
    ``seal`` must be on the last page, sample by sample.
    """
    try:
        texts = extracted_pages(pdf)
    except ValueError as error:
        return [str(error)]
    found = []
    if len(texts) != len(pages):
        found.append(f"{len(texts)} pages instead of {len(pages)}")
    for n, (text, page) in enumerate(zip(texts, pages, strict=False), start=1):
        if text != seen(mark + page.text()):
            found.append(f"page {n}: its text does not read back")
    whole = "".join(texts)
    for place, text in enumerate(required):
        if not text or seen(text) not in whole:
            found.append(f"required text {place} is missing")
    if seal is not None and not _has_seal(pdf, seal):
        found.append("the seal is missing from the last page")
    return found


def _has_seal(pdf: bytes, seal: SealImage) -> bool:
    with PDFIUM_LOCK:
        document = _open(pdf)
        try:
            page = document[len(document) - 1]
            width, height = page.get_size()
            for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]):
                left, bottom, right, top = image.get_bounds()
                inside = 0 <= left < right <= width and 0 <= bottom < top <= height
                if inside and _packed(image) == hashlib.sha256(seal.packed).digest():
                    return True
            return False
        finally:
            document.close()


def _packed(image: pdfium.PdfImage) -> bytes:
    """SHA-256 of the image's samples as they lie in the file."""
    size = pdfium_c.FPDFImageObj_GetImageDataRaw(image, None, 0)
    buffer = (ctypes.c_ubyte * size)()
    pdfium_c.FPDFImageObj_GetImageDataRaw(image, buffer, size)
    return hashlib.sha256(bytes(buffer)).digest()


def read_marks(pdf: bytes) -> dict[str, str]:
    """What a sheet says of itself in its metadata, to be compared before it is spooled.

    Keys: issue_id, number, user_id, terminal (empty in a preview), entry, entry_version, form,
    form_version, form_sha256, content_sha256, kind (certificate or preview), sample (yes or no).
    Raises ValueError when it is no sheet of ours.
    """
    with PDFIUM_LOCK:
        document = _open(pdf)
        try:
            keywords = document.get_metadata_value("Keywords")
        finally:
            document.close()
    try:
        marks = json.loads(keywords)
    except json.JSONDecodeError as error:
        raise ValueError("the PDF carries no marks") from error
    if not isinstance(marks, dict) or not all(isinstance(v, str) for v in marks.values()):
        raise ValueError("the PDF carries no marks")
    return marks
