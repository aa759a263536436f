"""The fonts inside a sheet, taken apart with fontTools: which outline stands for which text.

Shares nothing with kiosk.certificate.pdf but the PDF itself, whose objects are not compressed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from fontTools.ttLib import TTFont

_FONT = re.compile(rb"/FontDescriptor (\d+) 0 R.*?/ToUnicode (\d+) 0 R", re.DOTALL)
_FILE = re.compile(rb"/FontFile2 (\d+) 0 R")
_PAIR = re.compile(rb"<([0-9A-F]{2})> <([0-9A-F]{4,})>")

#: A glyph's points, contours and flags, or its components.
Outline = tuple[Any, ...]


def outlines(pdf: bytes) -> Iterator[tuple[str, Outline]]:
    """(text as a reader gets it, outline that is painted) for every code of every font."""
    for font in _FONT.finditer(pdf):
        descriptor, to_unicode = (_object(pdf, int(number)) for number in font.groups())
        file = _FILE.search(descriptor)
        assert file is not None
        embedded = TTFont(io.BytesIO(_stream(_object(pdf, int(file[1])))))
        codes = embedded["cmap"].getcmap(1, 0).cmap
        for code, text in _PAIR.findall(_stream(to_unicode)):
            sequence = bytes.fromhex(text.decode()).decode("utf-16-be")
            yield sequence, outline(embedded, codes[int(code, 16)])


def outline(font: TTFont, name: str) -> Outline:
    glyphs = font["glyf"]
    coordinates, ends, flags = glyphs[name].getCoordinates(glyphs)
    return tuple(coordinates), tuple(ends), bytes(flags)


def _object(pdf: bytes, number: int) -> bytes:
    """From the object's head on; a stream may hold any bytes, so its end is not looked for."""
    return pdf[pdf.index(b"\n%d 0 obj\n" % number) :]


def _stream(of: bytes) -> bytes:
    length = re.search(rb"/Length (\d+)", of)
    assert length is not None
    start = of.index(b"\nstream\n") + len(b"\nstream\n")
    return of[start : start + int(length[1])]
