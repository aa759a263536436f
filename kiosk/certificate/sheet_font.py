"""A font of reportlab's whose text comes back from the PDF as it was recorded.

reportlab writes a wrong ToUnicode for characters beyond U+FFFF and knows no variation sequences.
Here every (sequence, glyph) has a private code in its font, and the font's ToUnicode maps the code
back to the sequence in UTF-16BE (PDF 32000-1, 9.10.3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from reportlab.pdfbase import pdfdoc, pdfmetrics, ttfonts

from kiosk.certificate.fonts import FontFile, Glyph

#: First private code (plane 15). It never leaves the process: the PDF has one-byte codes.
_PRIVATE = 0xF0000
_BFCHARS = 100  # entries per block, PDF's limit for CMaps


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


_FONTS: dict[str, SheetFont] = {}


def sheet_font(font: FontFile) -> SheetFont:
    """The font, registered with reportlab once. Called under the lock of drawing."""
    if font.sha256 not in _FONTS:
        _FONTS[font.sha256] = SheetFont(font)
        pdfmetrics.registerFont(_FONTS[font.sha256])
    return _FONTS[font.sha256]
