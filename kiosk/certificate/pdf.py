"""From places to PDF by reportlab, with fonts whose text comes back as it was recorded.

reportlab writes a wrong ToUnicode for characters beyond U+FFFF and knows no variation sequences.
Here every (sequence, glyph) has a private code in its font, and the font's ToUnicode maps the code
back to the sequence in UTF-16BE (PDF 32000-1, 9.10.3). Nothing is compressed: the same bytes must
come out of machines with different builds of zlib.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from weakref import WeakKeyDictionary

from reportlab.pdfbase import pdfdoc, pdfmetrics, ttfonts
from reportlab.pdfgen.canvas import Canvas

from kiosk.certificate.fonts import FontFile, FontSet, Glyph
from kiosk.certificate.places import PAGE_HEIGHT, PAGE_WIDTH, Page, SealPlace, TextRun
from kiosk.certificate.seal import SealImage
from kiosk.certificate.wrap import glued

#: First private code (plane 15). It never leaves the process: the PDF has one-byte codes.
_PRIVATE = 0xF0000
_BFCHARS = 100  # entries per block, PDF's limit for CMaps

#: reportlab keeps fonts in a table of the process; one sheet is drawn at a time.
DRAW_LOCK = threading.Lock()

_MARK_SIZE = 185.0  # points
_MARK_LENGTH = 640.0  # points: a longer word than 見本 is set smaller
_MARK_SPACING = 0.35  # em
_MARK_FILL = 0.93  # light enough to read through
_MARK_EDGE = 0.45  # dark enough to stay on a printer that knows only black and white
_MARK_EDGE_WIDTH = 0.7  # two dots at 203 dpi: one is always whole, so the edge never breaks
_WORD_SPACE = 0.1  # em: from here on readers of the file take the gap for a blank


class _ByGlyph:
    """reportlab asks for ``hmetrics[gid]`` and ``glyphPos[gid]``; both are read from the file."""

    def __init__(self, read: Callable[[int], Any]) -> None:
        self._read = read

    def __getitem__(self, gid: int) -> Any:
        return self._read(gid)


def _unsigned_metrics(font: FontFile) -> Callable[[int], tuple[int, int]]:
    """reportlab packs the bearing as it reads it, without a sign: -2 must be 65534."""

    def read(gid: int) -> tuple[int, int]:
        advance, bearing = font.metrics(gid)
        return advance, bearing & 0xFFFF

    return read


class _Outlines:
    """The glyf table by slices, without copying all of it for each sheet."""

    def __init__(self, font: FontFile) -> None:
        self._data, self._start = font.data, font.tables["glyf"][0]

    def __getitem__(self, part: slice) -> bytes:
        return self._data[self._start + part.start : self._start + part.stop]


class _Face(ttfonts.TTFontFace):  # type: ignore[misc]
    """A face over a mapped file; characters are the private codes given so far."""

    def __init__(self, font: FontFile) -> None:
        pdfmetrics.TypeFace.__init__(self, None)
        self._ttf_data = font.data
        self.filename = font.name
        ttfonts.TTFontFile.__init__(self, font.name, charInfo=0)
        self.charToGlyph: dict[int, int] = {}
        self.charWidths: dict[int, float] = {}
        self.defaultWidth = 0
        self.hmetrics = _ByGlyph(_unsigned_metrics(font))
        self.glyphPos = _ByGlyph(font.outline_start)
        self._outlines = _Outlines(font)

    def get_table(self, tag: str) -> Any:
        return self._outlines if tag == "glyf" else super().get_table(tag)


class SheetFont(ttfonts.TTFont):  # type: ignore[misc]
    """A reportlab font whose characters are recorded sequences."""

    def __init__(self, font: FontFile) -> None:
        self.fontName = f"sheet-{font.sha256[:16]}"
        self.face = _Face(font)
        self.encoding = ttfonts.TTEncoding()
        self.state: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._asciiReadable = False
        self.shapable = False
        self._codes: dict[tuple[str, int], int] = {}
        self._sequences: dict[int, str] = {}

    def encode(self, glyphs: Sequence[Glyph]) -> str:
        """The private codes of glyphs of this font, as reportlab's text."""
        text = []
        for glyph in glyphs:
            key = glyph.sequence, glyph.gid
            code = self._codes.get(key)
            if code is None:
                code = self._codes[key] = _PRIVATE + len(self._codes)
                self._sequences[code] = glyph.sequence
                self.face.charToGlyph[code] = glyph.gid
                self.face.charWidths[code] = round(glyph.advance * 1000, 3)
            text.append(chr(code))
        return "".join(text)

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab calls it
        """Writes the subsets this document uses."""
        state = self.state[doc]
        state.frozen = 1
        for n, subset in enumerate(state.subsets):
            name = self.getSubsetInternalName(n, doc)[1:]
            base = f"{ttfonts.SUBSETN(n).decode()}+{self.face.name.decode()}"
            font = pdfdoc.PDFTrueTypeFont()
            font.Name, font.BaseFont = name, base
            font.FirstChar, font.LastChar = 0, len(subset) - 1
            font.Widths = pdfdoc.PDFArray([self.face.getCharWidth(code) for code in subset])
            cmap = pdfdoc.PDFStream()
            cmap.content = self._to_unicode(base, subset)
            font.ToUnicode = doc.Reference(cmap, f"toUnicodeCMap:{base}")
            font.FontDescriptor = self.face.addSubsetObjects(doc, base, subset)
            doc.Reference(font, name)
            doc.idToObject["BasicFonts"].dict[name] = font
        del self.state[doc]

    def _to_unicode(self, name: str, subset: Sequence[int]) -> str:
        pairs = [
            f"<{i:02X}> <{self._sequences[code].encode('utf-16-be').hex().upper()}>"
            for i, code in enumerate(subset)
            if code in self._sequences
        ]
        lines = ["/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap"]
        lines += ["/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def"]
        lines += [f"/CMapName /{name} def", "/CMapType 2 def"]
        lines += ["1 begincodespacerange", "<00> <FF>", "endcodespacerange"]
        for start in range(0, len(pairs), _BFCHARS):
            block = pairs[start : start + _BFCHARS]
            lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
        lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
        return "\n".join(lines)


class _Canvas(Canvas):  # type: ignore[misc]
    """A canvas without reportlab's own first font, which would not be embedded."""

    def _make_preamble(self) -> None:
        self._preamble = "1 0 0 1 0 0 cm"


_FONTS: dict[str, SheetFont] = {}


def _sheet_font(font: FontFile) -> SheetFont:
    if font.sha256 not in _FONTS:
        _FONTS[font.sha256] = SheetFont(font)
        pdfmetrics.registerFont(_FONTS[font.sha256])
    return _FONTS[font.sha256]


def write_pdf(
    pages: Sequence[Page],
    fonts: FontSet,
    *,
    info: dict[str, str],
    dated: date | None,
    seal: SealImage | None,
    mark: tuple[Glyph, ...],
) -> bytes:
    """The pages as one PDF. ``info``: Title, Subject, Keywords. ``mark`` goes under each page.

    The document's date is the start of ``dated`` in Japan, never the clock's.
    """
    with DRAW_LOCK:
        sheet_fonts = [_sheet_font(file) for file in fonts.files]
        out = io.BytesIO()
        canvas = _Canvas(
            out,
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            pageCompression=0,
            invariant=1,
            pdfVersion=(1, 4),
            initialFontName=sheet_fonts[0].fontName,
            initialFontSize=10,
            lang="ja-JP",
        )
        _describe(canvas, info, dated)
        for page in pages:
            if mark:
                _draw_mark(canvas, mark, sheet_fonts)
            canvas.setFillGray(0)
            canvas.setStrokeGray(0)
            for rule in page.rules:
                canvas.setLineWidth(rule.width)
                canvas.line(rule.x0, rule.y0, rule.x1, rule.y1)
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


def _draw_mark(canvas: Canvas, glyphs: tuple[Glyph, ...], fonts: Sequence[SheetFont]) -> None:
    """見本 from corner to corner, below the text."""
    em = sum(glyph.advance for glyph in glyphs) + _MARK_SPACING * (len(glyphs) - 1)
    size = min(_MARK_SIZE, _MARK_LENGTH / em)
    canvas.saveState()
    canvas.setFillGray(_MARK_FILL)
    canvas.setStrokeGray(_MARK_EDGE)
    canvas.setLineWidth(_MARK_EDGE_WIDTH)
    canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
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
