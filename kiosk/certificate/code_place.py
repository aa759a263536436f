"""The signed QR code on the sheet: which claims it makes, its one size, and its dots.

Every code is of one version, so that the sheet is laid out before the code is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

import segno

from kiosk.certificate.form import Form
from kiosk.certificate.form_file import SignedCode
from kiosk.certificate.grid import Grid
from kiosk.certificate.places import MM, PAGE_HEIGHT, PAGE_WIDTH, Box
from kiosk.certificate.signed_code import CONTENT_BYTES, Claims, cut
from kiosk.domain.certificate import CertificateContent

#: 73 modules: 528 letters at level M (ISO/IEC 18004, table 7).
VERSION = 14
QUIET = 4  # modules of white on each side (ISO/IEC 18004, 9.1)
SIDE = 17 + 4 * VERSION + 2 * QUIET  # modules


def code_of(form: Form) -> SignedCode | None:
    """The form's terms of the code, if the ward has turned it on."""
    terms = form.file.signed_code
    return terms if terms is not None and terms.enabled else None


def claims_of(
    form: Form, content: CertificateContent, number: str, issued_on: date
) -> Claims | None:
    """What is to be signed for this sheet, or None where the form has no code."""
    terms = code_of(form)
    if terms is None:
        return None
    rows = {item.key: item for item in content.items}
    facts = []
    for key in terms.items:
        label = f"{rows[key].group} {rows[key].label}".strip() if key in rows else ""
        facts.append((" ".join(label.split()), cut(rows[key].text)) if key in rows else (key, ""))
    return Claims(
        number=number,
        issued_on=issued_on,
        content=bytes.fromhex(content.content_sha256())[:CONTENT_BYTES],
        form_id=form.identity.form_id,
        facts=tuple(facts),
        sample=form.identity.sample,
    )


def module_dots(terms: SignedCode) -> int:
    return max(1, round(terms.module_mm / 25.4 * terms.dpi))


def side(terms: SignedCode) -> float:
    """Points, with its white."""
    return SIDE * module_dots(terms) / terms.dpi * 72


def qr_rows(text: str, version: int = VERSION) -> list[list[bool]]:
    """The modules without the white. Raises ValueError if the text does not fit."""
    code = segno.make(
        text, version=version, error="m", mode="alphanumeric", micro=False, boost_error=False
    )
    return [[bool(module) for module in row] for row in code.matrix]


def code_boxes(
    rows: list[list[bool]],
    x: float,
    top: float,
    dots: int,
    dpi: int,
    page: tuple[float, float] = (PAGE_WIDTH, PAGE_HEIGHT),
) -> Iterator[Box]:
    """White ground and modules of ``dots`` dots, the nearest whole dot to (x, top) in points."""
    grid = Grid(dpi, *page)
    left, first = round(x / 72 * dpi), round((page[1] - top) / 72 * dpi)
    whole = (len(rows) + 2 * QUIET) * dots
    yield _box(grid, left, first, whole, whole, ink=False)
    for n, row in enumerate(rows):
        at = left + QUIET * dots
        for ink, same in groupby(row):
            width = len(list(same)) * dots
            if ink:
                yield _box(grid, at, first + (n + QUIET) * dots, width, dots)
            at += width


def _box(grid: Grid, left: int, top: int, width: int, height: int, ink: bool = True) -> Box:
    x, y = grid.x(left), grid.y(top + height)
    return Box(x, y, grid.x(left + width) - x, grid.y(top) - y, ink)


GAP = 4 * MM  # to what stands beside the code
