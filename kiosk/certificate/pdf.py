"""From places to PDF by reportlab.

Nothing is compressed: the same bytes must come out of machines with different builds of zlib.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from kiosk.certificate.fonts import FontSet, Glyph
from kiosk.certificate.grid import Grid
from kiosk.certificate.ground import Ground, tiles
from kiosk.certificate.places import (
    MM,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Box,
    Page,
    Rule,
    SealPlace,
    TextRun,
)
from kiosk.certificate.seal import SealImage
from kiosk.certificate.sheet_font import SheetFont, sheet_font
from kiosk.certificate.wrap import glued

#: reportlab keeps fonts in a table of the process; one sheet is drawn at a time.
DRAW_LOCK = threading.Lock()

_MARK_SIZE = 185.0  # points
_MARK_LENGTH = 640.0  # points: a longer word than 見本 is set smaller
_MARK_SLOPE = 1.25  # of A4's height: a slip lower than it is wide keeps the whole mark
_MARK_EDGE_MM = 5.0  # which no head reaches at either side of any paper
_MARK_SPACING = 0.35  # em
_MARK_FILL = 0.93  # light enough to read through
_MARK_EDGE = 0.45  # dark enough to stay on a printer that knows only black and white
_MARK_EDGE_WIDTH = 0.7  # two dots at 203 dpi: one is always whole, so the edge never breaks
_WORD_SPACE = 0.1  # em: from here on readers of the file take the gap for a blank


class _Canvas(Canvas):  # type: ignore[misc]
    """A canvas without reportlab's own first font, which would not be embedded."""

    def _make_preamble(self) -> None:
        self._preamble = "1 0 0 1 0 0 cm"


def write_pdf(
    pages: Sequence[Page],
    fonts: FontSet,
    *,
    info: dict[str, str],
    dated: date | None,
    seal: SealImage | None,
    mark: tuple[Glyph, ...],
    ground: Ground | None = None,
    size: tuple[float, float] = (PAGE_WIDTH, PAGE_HEIGHT),
) -> bytes:
    """The pages as one PDF. ``info``: Title, Subject, Keywords. ``mark`` goes under each page.

    The document's date is the start of ``dated`` in Japan, never the clock's.
    """
    with DRAW_LOCK:
        sheet_fonts = [sheet_font(file) for file in fonts.files]
        out = io.BytesIO()
        canvas = _Canvas(
            out,
            pagesize=size,
            pageCompression=0,
            invariant=1,
            pdfVersion=(1, 4),
            initialFontName=sheet_fonts[0].fontName,
            initialFontSize=10,
            lang="ja-JP",
        )
        _describe(canvas, info, dated)
        for page in pages:
            if ground is not None:
                _draw_ground(canvas, ground, size)
            if mark:
                _draw_mark(canvas, mark, sheet_fonts, size)
            _draw_boxes(canvas, page.boxes)
            canvas.setFillGray(0)
            canvas.setStrokeGray(0)
            _draw_rules(canvas, page.rules, None if ground is None else Grid(ground.dpi, *size))
            for run in page.runs:
                _draw_run(canvas, run, sheet_fonts)
            if page.seal is not None and seal is not None:
                draw_seal(canvas, page.seal, seal)
            canvas.showPage()
        canvas.save()
        return out.getvalue()


def _describe(canvas: Canvas, info: dict[str, str], dated: date | None) -> None:
    canvas.setTitle(info["Title"])
    canvas.setSubject(info["Subject"])
    canvas.setKeywords(info["Keywords"])
    canvas.setAuthor("")
    canvas.setCreator("daicho-kiosk")
    # SOURCE_DATE_EPOCH must not reach the sheet: neither its date nor, through the hash that
    # reportlab begins with the time, its ID.
    canvas._doc.signature = hashlib.md5(b"daicho-kiosk", usedforsecurity=False)
    stamp = canvas._doc._timeStamp
    day = dated or date(2000, 1, 1)
    stamp.YMDhms = (day.year, day.month, day.day, 0, 0, 0)
    stamp.dhh, stamp.dmm = 9, 0


def _text(canvas: Canvas, run: TextRun, fonts: Sequence[SheetFont], mode: int = 0) -> None:
    text = canvas.beginText(run.x, run.y)
    if mode:
        text.setTextRenderMode(mode)
    pieces = groupby(
        enumerate(run.glyphs), key=lambda one: (one[1].font, glued(run.glyphs, one[0]))
    )
    for (index, tight), part in pieces:
        text.setFont(fonts[index].fontName, run.size)
        if run.spacing:
            text.setCharSpace(0 if tight else run.spacing)
        text.textOut(fonts[index].encode([glyph for _, glyph in part]))
    if run.spacing:
        text.setCharSpace(0)
    if mode:
        text.setTextRenderMode(0)
    canvas.drawText(text)


def _draw_run(canvas: Canvas, run: TextRun, fonts: Sequence[SheetFont]) -> None:
    """A line; one whose letters stand far apart says besides that it is one word (ActualText)."""
    apart = run.spacing > _WORD_SPACE * run.size
    if apart:
        text = b"\xfe\xff" + run.text().encode("utf-16-be")
        canvas._code.append(f"/Span <</ActualText <{text.hex().upper()}>>> BDC")
    _text(canvas, run, fonts)
    if apart:
        canvas._code.append("EMC")


def _draw_ground(canvas: Canvas, ground: Ground, size: tuple[float, float]) -> None:
    """The tile as a stencil (ImageMask), painted black wherever a whole one fits."""
    doc = canvas._doc
    name = doc.getXObjectName("ground")
    if name not in doc.idToObject:
        image = pdfdoc.PDFStream()
        image.content = ground.packed
        image.dictionary = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("XObject"),
                "Subtype": pdfdoc.PDFName("Image"),
                "ImageMask": "true",
                "Width": ground.width,
                "Height": ground.height,
                "BitsPerComponent": 1,
                "Filter": pdfdoc.PDFName("RunLengthDecode"),
            }
        )
        doc.Reference(image, name)
    canvas._formsinuse.append("ground")
    canvas.setFillGray(0)
    for x, y, width, height in tiles(ground, *size):
        place = fp_str(width, 0, 0, height, x, y)
        canvas._code.append(f"q {place} cm /{name} Do Q")


def _draw_rules(canvas: Canvas, rules: Sequence[Rule], grid: Grid | None) -> None:
    """On the head's own dots where it is known: a hairline is not now one dot thick, now two."""
    if grid is not None:
        _draw_boxes(canvas, [_on_dots(rule, grid) for rule in rules])
        canvas.setFillGray(0)
        return
    for rule in rules:
        canvas.setLineWidth(rule.width)
        canvas.line(rule.x0, rule.y0, rule.x1, rule.y1)


def _on_dots(rule: Rule, grid: Grid) -> Box:
    across, down = grid.columns / grid.width, grid.rows / grid.height
    thick = max(1, round(rule.width * grid.dpi / 72))
    columns = [rule.x0 * across, rule.x1 * across]
    rows = [(grid.height - rule.y0) * down, (grid.height - rule.y1) * down]
    if rule.y0 == rule.y1:
        left, right = round(min(columns)), round(max(columns))
        top = round(rows[0] - thick / 2)
        bottom = top + thick
    else:
        top, bottom = round(min(rows)), round(max(rows))
        left = round(columns[0] - thick / 2)
        right = left + thick
    x, y = grid.x(left), grid.y(bottom)
    return Box(x, y, grid.x(right) - x, grid.y(top) - y)


def _draw_boxes(canvas: Canvas, boxes: Sequence[Box]) -> None:
    for ink, run in groupby(boxes, key=lambda box: box.ink):
        canvas.setFillGray(0 if ink else 1)
        canvas._code += [f"{fp_str(box.x, box.y, box.width, box.height)} re" for box in run]
        canvas._code.append("f")


def _draw_mark(
    canvas: Canvas,
    glyphs: tuple[Glyph, ...],
    fonts: Sequence[SheetFont],
    page: tuple[float, float],
) -> None:
    """見本 from corner to corner, below the text."""
    em = sum(glyph.advance for glyph in glyphs) + _MARK_SPACING * (len(glyphs) - 1)
    reached = (page[0] - 2 * _MARK_EDGE_MM * MM) / (PAGE_WIDTH - 2 * _MARK_EDGE_MM * MM)
    scale = min(reached, _MARK_SLOPE * page[1] / PAGE_HEIGHT)
    size = min(_MARK_SIZE, _MARK_LENGTH * scale / em)
    canvas.saveState()
    canvas.setFillGray(_MARK_FILL)
    canvas.setStrokeGray(_MARK_EDGE)
    canvas.setLineWidth(_MARK_EDGE_WIDTH)
    canvas.translate(page[0] / 2, page[1] / 2)
    canvas.rotate(52)
    run = TextRun(-em * size / 2, -0.38 * size, size, glyphs, _MARK_SPACING * size)
    _text(canvas, run, fonts, mode=2)
    canvas.restoreState()


def draw_seal(canvas: Canvas, place: SealPlace, seal: SealImage) -> None:
    """The seal over the name, multiplied as ink is, so that the name shows through."""
    doc = canvas._doc
    image = pdfdoc.PDFStream()
    image.content = seal.packed
    colours = len(seal.palette) // 3
    image.dictionary = pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("XObject"),
            "Subtype": pdfdoc.PDFName("Image"),
            "Width": seal.width,
            "Height": seal.height,
            "BitsPerComponent": 8,
            "ColorSpace": pdfdoc.PDFArray(
                [
                    pdfdoc.PDFName("Indexed"),
                    pdfdoc.PDFName("DeviceRGB"),
                    colours - 1,
                    pdfdoc.PDFText(seal.palette, enc="raw"),
                ]
            ),
            "Filter": pdfdoc.PDFName("RunLengthDecode"),
        }
    )
    doc.Reference(image, doc.getXObjectName("seal"))
    canvas._formsinuse.append("seal")
    canvas.saveState()
    canvas.setBlendMode("Multiply")
    canvas.translate(place.x, place.y)
    canvas.scale(place.width, place.height)
    canvas._code.append(f"/{doc.getXObjectName('seal')} Do")
    canvas.restoreState()
