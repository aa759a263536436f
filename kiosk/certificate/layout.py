"""From words to places: every line of the sheet with its baseline, every rule, every page.

Nothing is cut: values wrap, long values and many rows go on, and what closes the sheet (sentence,
date, signatory, seal, disclaimer) stays in one piece with at least two lines of table above it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kiosk.certificate.closing import Closing
from kiosk.certificate.flow import Flow, RowBox, units_of
from kiosk.certificate.form import Form
from kiosk.certificate.measure import ASCENT, TITLE_GAP, Measure
from kiosk.certificate.places import MM, PAGE_WIDTH, Page, TextRun
from kiosk.certificate.table import Table
from kiosk.certificate.wrap import gap_count, line_width
from kiosk.domain.certificate import CertificateContent, Stamp
from kiosk.domain.eras import wareki

_SMALLEST = 5.0  # points
_MICRO_ABOVE = 1.4  # footer's letters: from its line up to the very small one
_FOOT_TOO_LONG = (
    "ページの下の言葉（words の preview_notice・terminal・page・next_page）が長すぎて入りません"
)
_LINE_TOO_LONG = (
    "左右の余白の間に入らない行があります。"
    "title・subtitle・label・words の number を短くするか、文字を小さくしてください"
)
_SLACK = 0.5  # points; of rounding, and of the last letter's own side bearing


def run_width(run: TextRun) -> float:
    """Points from the first letter's start to the last one's end."""
    return line_width(run.glyphs, run.size) + run.spacing * gap_count(run.glyphs)


def stamp_texts(form: Form, stamp: Stamp) -> list[str]:
    """The texts that come with the release; their glyphs are checked before anything is drawn."""
    words = form.file.words
    return [
        words.micro.replace("{number}", stamp.number),
        words.number_frame.replace("{number}", stamp.number),
        words.date_frame.replace("{date}", wareki(stamp.issued_on)),
        stamp.terminal,
    ]


def lay_out(
    form: Form, content: CertificateContent, stamp: Stamp | None, day: date | None
) -> list[Page]:
    """All pages. Every glyph is known to exist (see ``missing_glyphs``, ``stamp_texts``).

    Rows stand closer where that keeps the sheet on one page. Raises ValueError when the form's
    own texts leave no room for a table, or nothing is in force on the day of issue.
    """
    sheet = _Sheet(Measure(form), content, stamp, day)
    if len(sheet.sets) > 1:
        tight = _Sheet(Measure(form, tight=True), content, stamp, day)
        sheet = tight if len(tight.sets) == 1 else sheet
    return sheet.pages()


class _Sheet:
    def __init__(
        self,
        measure: Measure,
        content: CertificateContent,
        stamp: Stamp | None,
        day: date | None,
    ) -> None:
        self.measure, self.content, self.stamp = measure, content, stamp
        self.file, self.look = measure.form.file, measure.look
        self.closing = Closing(measure, stamp, day)
        units = units_of(self._rows(), measure.room(False))
        self.sets = Flow(measure).paginate(units, self.closing.height)

    def pages(self) -> list[Page]:
        if len(self.sets) == 1:
            self.sets[0] = self._stretched(self.sets[0])
        table = Table(self.measure)
        pages = []
        for n, rows in enumerate(self.sets, start=1):
            page = Page()
            self._header(page, n == 1)
            y = self.measure.top - self.measure.header_height(n == 1)
            y = table.draw(page, rows, y)
            if n == len(self.sets):
                self.closing.draw(page, y)
            self._footer(page, n, len(self.sets))
            self._check_margins(page)
            pages.append(page)
        return pages

    def _rows(self) -> list[RowBox]:
        measure = self.measure
        boxes = []
        for item in self.content.items:
            shown = item.text
            if self.stamp is None and item.preview is not None:
                shown = item.preview
            lines = measure.wrapped(shown, self.look.text_size, measure.value_width)
            tallest = max(len(lines), len(measure.label_lines(item.label, bool(item.group))))
            boxes.append(RowBox(item.group, item.label, lines, measure.row_height(tallest)))
        return boxes

    def _stretched(self, rows: list[RowBox]) -> list[RowBox]:
        """A short sheet gives its rows air, up to the form's limit."""
        most = (self.look.row_max_mm - self.look.row_min_mm) * MM
        room = self.measure.room(True) - self.closing.height
        spare = room - sum(row.height for row in rows)
        more = min(most, max(0.0, spare / len(rows)))
        return [replace(row, height=row.height + more) for row in rows]

    def _header(self, page: Page, first: bool) -> None:
        """Number on every page; the title large on the first, small on the others."""
        measure, words, size = self.measure, self.file.words, self.look.text_size
        y = measure.top - ASCENT * size
        number = words.preview
        if self.stamp is not None:
            number = words.number_frame.replace("{number}", self.stamp.number)
        if not first:  # drawn before the number: readers of the file go from left to right
            title = measure.shape(self.file.title + words.continued)
            page.runs.append(TextRun(measure.left, y, size, title, 0.08 * size))
        line = measure.shape(f"{words.number}\u3000{number}")
        page.runs.append(TextRun(measure.right - line_width(line, size), y, size, line))
        if first:
            self._title(page)

    def _title(self, page: Page) -> None:
        measure, size = self.measure, self.look.text_size
        title_size, small = self.look.title_size, self.look.small_size
        y = measure.top - size - TITLE_GAP - ASCENT * title_size
        self._centred(page, self.file.title, y, title_size, self.look.title_spacing)
        if self.file.subtitle:
            y -= (1 - ASCENT) * title_size + 3 * MM + ASCENT * small
            self._centred(page, self.file.subtitle, y, small, 0.0)

    def _centred(self, page: Page, text: str, y: float, size: float, em: float) -> None:
        glyphs = self.measure.shape(text)
        spacing = em * size
        width = line_width(glyphs, size) + spacing * gap_count(glyphs)
        page.runs.append(TextRun((PAGE_WIDTH - width) / 2, y, size, glyphs, spacing))

    def _footer(self, page: Page, n: int, m: int) -> None:
        measure, words, size = self.measure, self.file.words, self.look.small_size
        y = self.look.margin_bottom_mm * MM
        number = words.page.replace("{n}", str(n)).replace("{m}", str(m))
        self._centred(page, number, y, size, 0.0)
        centre = page.runs.pop()
        left = words.preview_notice
        if self.stamp is not None:
            left = f"{words.terminal}\u3000{self.stamp.terminal}"
        self._micro(page, y + _MICRO_ABOVE * size)
        page.runs.append(self._fitted(left, y, centre.x - size - measure.left))
        page.runs.append(centre)
        if n < m:
            line = measure.shape(words.next_page)
            start = measure.right - line_width(line, size)
            if start < centre.x + run_width(centre):
                raise ValueError(_FOOT_TOO_LONG)
            page.runs.append(TextRun(start, y, size, line))

    def _micro(self, page: Page, y: float) -> None:
        """The line of very small letters: the number again and again, from edge to edge."""
        words, size = self.file.words, self.look.micro_size
        number = words.preview if self.stamp is None else self.stamp.number
        once = self.measure.shape(words.micro.replace("{number}", number))
        if not once:
            return
        width = self.measure.right - self.measure.left
        times = max(1, int(width / (sum(glyph.advance for glyph in once) * size)))
        line = once * times
        spare = (width - line_width(line, size)) / max(1, gap_count(line))
        page.runs.append(TextRun(self.measure.left, y, size, line, max(0.0, spare)))

    def _fitted(self, text: str, y: float, width: float) -> TextRun:
        """At the left margin, smaller where it is long (a terminal's name has up to 64 letters)."""
        line = self.measure.shape(text)
        size = min(self.look.small_size, width / line_width(line, 1.0))
        if size < _SMALLEST:
            raise ValueError(_FOOT_TOO_LONG)
        return TextRun(self.measure.left, y, size, line)

    def _check_margins(self, page: Page) -> None:
        """Nothing is cut: a head or label that is too long for the paper refuses the sheet."""
        left, right = self.measure.left - _SLACK, self.measure.right + _SLACK
        for run in page.runs:
            if run.x < left or run.x + run_width(run) > right:
                raise ValueError(_LINE_TOO_LONG)
