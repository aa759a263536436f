"""What to send an IPP printer, by what it says it takes: the PDF itself or PWG raster."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kiosk.domain.printer import (
    OTHER_MEDIA,
    PageRaster,
    PrinterReason,
    PrinterState,
    PrinterStatus,
)
from kiosk.printing import pwg_raster
from kiosk.printing.ipp_client import Attributes
from kiosk.printing.ipp_codec import Attribute, Tag
from kiosk.printing.ipp_status import first_text

PDF: Final = "application/pdf"
_PER_INCH: Final = 3  # unit of an IPP resolution

#: What decides, asked before every job: printers are replaced overnight.
ASKED: Final = (
    "document-format-supported",
    "document-format-preferred",
    "pwg-raster-document-type-supported",
    "pwg-raster-document-resolution-supported",
    "operations-supported",
    "job-creation-attributes-supported",
    "media-supported",
    "sides-supported",
    "print-scaling-supported",
    "copies-supported",
    "sides-default",
    "job-hold-until-supported",
    "media-ready",
)

#: How a sheet must come out, whatever the printer's own defaults are.
A4: Final = "iso_a4_210x297mm"
_A4_MM: Final = (210.0, 297.0)
#: A name in inches is rounded to hundredths, and no other paper is so near to A4.
_SAME_MM: Final = 2.0
_INCH_MM: Final = 25.4
#: The end of a self-describing name (PWG 5101.1): width x height and the unit.
_SIZE: Final = re.compile(r"_([0-9.]+)x([0-9.]+)(mm|in)\b")
#: Names of RFC 2911 that were sizes, of paper that is used in place of A4.
_OTHER_WORDS: Final = ("na-letter", "na-legal", "iso-a3", "iso-a5", "iso-b", "jis-b")
TICKET: Final = (
    ("media", Tag.KEYWORD, A4),
    ("sides", Tag.KEYWORD, "one-sided"),
    ("print-scaling", Tag.KEYWORD, "none"),
    ("job-hold-until", Tag.KEYWORD, "no-hold"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What goes over the wire."""

    mime_type: str
    data: bytes


def choose(said: Attributes, dpi: int) -> str | None:
    """``application/pdf``, ``image/pwg-raster``, or None if it takes neither.

    The format that the printer prefers, if it is one of the two and can be made at ``dpi``;
    otherwise the PDF; otherwise the raster.
    """
    able = [mime for mime in (PDF, pwg_raster.MIME_TYPE) if _takes(said, mime, dpi)]
    preferred = first_text(said, "document-format-preferred")
    if preferred in able:
        return preferred
    return able[0] if able else None


def _takes(said: Attributes, mime: str, dpi: int) -> bool:
    if mime not in said.get("document-format-supported", ()):
        return False
    if mime == PDF:
        return True
    resolutions = said.get("pwg-raster-document-resolution-supported", ())
    return (dpi, dpi, _PER_INCH) in resolutions and _type(said) is not None


def _type(said: Attributes) -> str | None:
    known = said.get("pwg-raster-document-type-supported", ())
    return next((kind for kind in pwg_raster.TYPES if kind in known), None)


def unfit(said: Attributes, dpi: int) -> str:
    """Why no sheet of ours can come out of this printer as it should, for staff; or empty."""
    if choose(said, dpi) is None:
        return "document-format"
    if A4 not in said.get("media-supported", (A4,)):
        return "media"
    turned = first_text(said, "sides-default").startswith("two-sided")
    if turned and all(attribute.name != "sides" for attribute in ticket(said)):
        return "sides"
    return ""


def other_media(said: Attributes) -> tuple[str, ...]:
    """What is loaded, if the printer says it and none of it can be A4; otherwise nothing.

    ``media-ready`` (RFC 8011 5.2.11): usable without anybody's hand. A name that says no size
    ("tray-2") may be A4.
    """
    ready = tuple(name for name in said.get("media-ready", ()) if isinstance(name, str) and name)
    return () if any(_may_be_a4(name) for name in ready) else ready


def _may_be_a4(name: str) -> bool:
    found = _SIZE.search(name)
    if found is None:
        return not name.startswith(_OTHER_WORDS)
    unit = _INCH_MM if found[3] == "in" else 1.0
    sides = sorted((float(found[1]) * unit, float(found[2]) * unit))
    return all(abs(side - a4) < _SAME_MM for side, a4 in zip(sides, _A4_MM, strict=True))


def with_media(status: PrinterStatus, said: Attributes) -> PrinterStatus:
    """IPP's media-needed: a sheet of A4 would wait for somebody, or come out cropped."""
    other = other_media(said)
    if not other:
        return status
    return PrinterStatus(
        PrinterState.STOPPED if status.state is PrinterState.IDLE else status.state,
        status.reasons | {PrinterReason.MEDIA_EMPTY},
        f"{status.raw} {OTHER_MEDIA}{','.join(other)}",
    )


def make(said: Attributes, pdf: bytes, pages: Sequence[PageRaster]) -> Document | None:
    """The document for this printer. None if it takes nothing that we can make."""
    mime = choose(said, pages[0].dpi)
    if mime == PDF:
        return Document(PDF, pdf)
    kind = _type(said)
    if mime is None or kind is None:
        return None
    return Document(mime, pwg_raster.document(pages, kind))


def ticket(said: Attributes) -> list[Attribute]:
    """Only what the printer says it knows: anything else would have it refuse the job."""
    known = said.get("job-creation-attributes-supported")
    found = [
        Attribute(name, tag, (value,))
        for name, tag, value in TICKET
        if value in said.get(f"{name}-supported", ()) and (known is None or name in known)
    ]
    if "copies-supported" in said:
        found.append(Attribute("copies", Tag.INTEGER, (1,)))
    return found
