"""A plain report on A4: a title, words, and lines that flow over pages; drawn by the sheet's code.

The fonts are the certificate's, so a name is drawn as it is recorded; a character that no font has
is drawn as 〓 with its code point beside it, for a report is no certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kiosk.certificate.fonts import FontSet, Glyph, code_points
from kiosk.certificate.pdf import write_pdf
from kiosk.certificate.places import MM, PAGE_HEIGHT, PAGE_WIDTH, Page, Rule, TextRun
from kiosk.certificate.wrap import line_width, wrap
from kiosk.domain.graphemes import graphemes

MARGIN = 20 * MM
SIZE = 9.5  # points
TITLE_SIZE = 15.0
LEADING = 1.55  # of the size
RULE_WIDTH = 0.5
_FOOT = 10 * MM


class Paper:
    """Takes lines from top to bottom; ``pdf`` numbers the pages."""

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = fonts
        self._pages: list[Page] = []
        self._new_page()

    def title(self, text: str) -> None:
        glyphs = self._glyphs(text)
        width = line_width(glyphs, TITLE_SIZE)
        self._down(TITLE_SIZE * LEADING)
        self._put((PAGE_WIDTH - width) / 2, glyphs, TITLE_SIZE)
        self._down(SIZE)

    def row(self, label: str, text: str, *, indent: float = 34 * MM) -> None:
        """A label and what belongs to it, wrapped; nothing is cut."""
        lines = self._wrapped(text, PAGE_WIDTH - 2 * MARGIN - indent)
        for at, line in enumerate(lines):
            self._down(SIZE * LEADING)
            if at == 0:
                self._put(MARGIN, self._glyphs(label), SIZE)
            self._put(MARGIN + indent, line, SIZE)

    def words(self, text: str, *, indent: float = 0.0) -> None:
        for line in self._wrapped(text, PAGE_WIDTH - 2 * MARGIN - indent):
            self._down(SIZE * LEADING)
            self._put(MARGIN + indent, line, SIZE)

    def rule(self) -> None:
        self._down(SIZE * 0.8)
        self._page.rules.append(Rule(MARGIN, self._y, PAGE_WIDTH - MARGIN, self._y, RULE_WIDTH))

    def pdf(self, title: str, dated: date) -> bytes:
        """The pages as PDF; the same lines give the same bytes."""
        for number, page in enumerate(self._pages, start=1):
            glyphs = self._glyphs(f"{number}/{len(self._pages)}")
            width = line_width(glyphs, SIZE)
            page.runs.append(TextRun((PAGE_WIDTH - width) / 2, MARGIN - _FOOT, SIZE, tuple(glyphs)))
        return write_pdf(
            self._pages, self._fonts, info={"Title": title, "Subject": "", "Keywords": ""},
            dated=dated, seal=None, mark=(),
        )  # fmt: skip

    def _wrapped(self, text: str, width: float) -> list[list[Glyph]]:
        lines: list[list[Glyph]] = []
        for part in text.split("\n"):
            lines += wrap(self._glyphs(part), SIZE, width)
        return lines

    def _glyphs(self, text: str) -> Sequence[Glyph]:
        found: list[Glyph] = []
        for cluster in graphemes(text.replace("\t", " ")):
            glyph = self._fonts.resolve(cluster)
            if glyph is not None:
                found.append(glyph)
            else:
                found += self._fonts.shape(f"〓({code_points(cluster)})")[0]
        return found

    def _put(self, x: float, glyphs: Sequence[Glyph], size: float) -> None:
        if glyphs:
            self._page.runs.append(TextRun(x, self._y, size, tuple(glyphs)))

    def _down(self, points: float) -> None:
        if self._y - points < MARGIN:
            self._new_page()
            self._y -= SIZE
        else:
            self._y -= points

    def _new_page(self) -> None:
        self._page = Page()
        self._pages.append(self._page)
        self._y = PAGE_HEIGHT - MARGIN
