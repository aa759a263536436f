"""From words to places: every line of the sheet with its baseline, every rule, every page.

Points, origin at the lower left of A4. No page is cut: values wrap, long values and many rows go
on, and what closes the sheet (sentence, date, signatory, seal, disclaimer) stays in one piece
with at least two lines of the table above it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kiosk.certificate.fonts import Glyph
from kiosk.certificate.form import Form
from kiosk.certificate.wrap import line_width, wrap
from kiosk.domain.certificate import CertificateContent, Stamp
from kiosk.domain.eras import wareki

MM = 72 / 25.4
PAGE_WIDTH = 210 * MM
PAGE_HEIGHT = 297 * MM

FRAME = 0.9  # points: the table's outer rule
HAIRLINE = 0.4

_TITLE_GAP = 8 * MM  # number line to title, title to table
_CLOSING_GAP = 8 * MM  # table to sentence, sentence to date, date to signatory
_LABEL_PAD = 3.2 * MM
_VALUE_PAD = 3 * MM
_NAME_INDENT = 17 * MM  # the name ends here before the right margin; the seal covers its end
_SPLIT_LINES = 6  # a value of fewer lines is moved whole
_KEEP_LINES = 2  # lines or rows that stay together on either side of a page's end


@dataclass(frozen=True, slots=True)
class TextRun:
    """Glyphs on one baseline. ``spacing`` is added after each glyph; ``grey`` 0 is black."""

    x: float
    y: float
    size: float
    glyphs: tuple[Glyph, ...]
    spacing: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    x0: float
    y0: float
    x1: float
    y1: float
    width: float


@dataclass(frozen=True, slots=True)
class SealPlace:
    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True)
class Page:
    runs: list[TextRun] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    seal: SealPlace | None = None

    def text(self) -> str:
        """What the page says, in drawing order."""
        return "".join(glyph.sequence for run in self.runs for glyph in run.glyphs)


@dataclass(frozen=True, slots=True)
class RowBox:
    """A row, or the part of a row that is on one page."""

    group: str
    label: str
    lines: tuple[tuple[Glyph, ...], ...]
    height: float
    continued: bool = False


Unit = list[RowBox]  # rows that are not parted


def stamp_texts(form: Form, stamp: Stamp) -> list[str]:
    """The texts that come with the release; their glyphs are checked before anything is drawn."""
    words = form.file.words
    return [
        words.number_frame.replace("{number}", stamp.number),
        words.date_frame.replace("{date}", wareki(stamp.issued_on)),
        stamp.terminal,
    ]


def lay_out(form: Form, content: CertificateContent, stamp: Stamp | None) -> list[Page]:
    """All pages. Every glyph is known to exist (see ``missing_glyphs``, ``stamp_texts``)."""
    return _Sheet(form, content, stamp).pages()


class _Sheet:
    def __init__(self, form: Form, content: CertificateContent, stamp: Stamp | None) -> None:
        self.form, self.file, self.content, self.stamp = form, form.file, content, stamp
        self.look = form.file.layout
        self.left = self.look.margin_side_mm * MM
        self.right = PAGE_WIDTH - self.left
        self.top = PAGE_HEIGHT - self.look.margin_top_mm * MM
        self.bottom = self.look.margin_bottom_mm * MM + 2 * self.look.small_size
        self.value_x = self.left + self.look.label_width_mm * MM
        self.label_x = self.left + self.look.group_width_mm * MM
        self.leading = self.look.text_size * self.look.leading

    # --- measures -----------------------------------------------------------------------

    def shape(self, text: str) -> tuple[Glyph, ...]:
        return tuple(self.form.fonts.shape(text)[0])

    def wrapped(self, text: str, size: float, width: float) -> tuple[tuple[Glyph, ...], ...]:
        lines: list[tuple[Glyph, ...]] = []
        for part in text.split("\n"):
            lines += [tuple(line) for line in wrap(self.shape(part), size, width)]
        return tuple(lines)

    def row_height(self, line_count: int) -> float:
        pad = self.look.row_min_mm * MM - self.leading
        return line_count * self.leading + max(pad, 0.3 * self.leading)

    def rows(self) -> list[RowBox]:
        width = self.right - self.value_x - 2 * _VALUE_PAD
        boxes = []
        for item in self.content.items:
            shown = item.text
            if self.stamp is None and item.preview is not None:
                shown = item.preview
            lines = self.wrapped(shown, self.look.text_size, width)
            tallest = max(len(lines), len(self.label_lines(item.label, bool(item.group))))
            boxes.append(RowBox(item.group, item.label, lines, self.row_height(tallest)))
        return boxes

    def label_width(self, grouped: bool) -> float:
        start = self.label_x if grouped else self.left
        return self.value_x - start - 2 * _LABEL_PAD

    def label_lines(self, label: str, grouped: bool) -> tuple[tuple[Glyph, ...], ...]:
        return self.wrapped(label, self.look.label_size, self.label_width(grouped))

    def header_height(self, first: bool) -> float:
        number_line = self.look.text_size
        if not first:
            return number_line + 4 * MM
        subtitle = self.look.small_size + 3 * MM if self.file.subtitle else 0.0
        return number_line + _TITLE_GAP + self.look.title_size + subtitle + _TITLE_GAP

    def room(self, first: bool) -> float:
        return self.top - self.header_height(first) - self.bottom

    # --- pages --------------------------------------------------------------------------

    def pages(self) -> list[Page]:
        closing = _Closing(self)
        sets = _Flow(self).paginate(_units(self.rows(), self.room(False)), closing.height)
        if len(sets) == 1:
            sets[0] = self.stretched(sets[0], self.room(True) - closing.height)
        pages = []
        before = ""
        for n, rows in enumerate(sets, start=1):
            page = Page()
            self.header(page, n == 1)
            y = self.top - self.header_height(n == 1)
            y = self.table(page, rows, y, before)
            if n == len(sets):
                closing.draw(page, y)
            self.footer(page, n, len(sets))
            pages.append(page)
            before = rows[-1].group if rows else ""
        return pages

    def stretched(self, rows: list[RowBox], room: float) -> list[RowBox]:
        """A short sheet gives its rows air, up to the form's limit."""
        most = (self.look.row_max_mm - self.look.row_min_mm) * MM
        spare = room - sum(row.height for row in rows)
        more = min(most, max(0.0, spare / len(rows)))
        return [replace(row, height=row.height + more) for row in rows]

    def header(self, page: Page, first: bool) -> None:
        words = self.file.words
        size = self.look.text_size
        y = self.top - 0.88 * size
        number = words.preview
        if self.stamp is not None:
            number = words.number_frame.replace("{number}", self.stamp.number)
        line = self.shape(f"{words.number}\u3000{number}")
        page.runs.append(TextRun(self.right - line_width(line, size), y, size, line))
        if not first:
            title = self.shape(self.file.title + words.continued)
            page.runs.append(TextRun(self.left, y, size, title, 0.08 * size))
            return
        y = self.top - size - _TITLE_GAP - 0.88 * self.look.title_size
        self.centred(page, self.file.title, y, self.look.title_size, self.look.title_spacing)
        if self.file.subtitle:
            y -= 0.12 * self.look.title_size + 3 * MM + 0.88 * self.look.small_size
            self.centred(page, self.file.subtitle, y, self.look.small_size, 0.0)

    def centred(self, page: Page, text: str, y: float, size: float, em: float) -> None:
        glyphs = self.shape(text)
        spacing = em * size
        width = line_width(glyphs, size) + spacing * (len(glyphs) - 1)
        page.runs.append(TextRun((PAGE_WIDTH - width) / 2, y, size, glyphs, spacing))

    def footer(self, page: Page, n: int, m: int) -> None:
        words = self.file.words
        size = self.look.small_size
        y = self.look.margin_bottom_mm * MM
        if self.stamp is None:
            page.runs.append(TextRun(self.left, y, size, self.shape(words.preview_notice)))
        else:
            line = self.shape(f"{words.terminal}\u3000{self.stamp.terminal}")
            page.runs.append(TextRun(self.left, y, size, line))
        number = words.page.replace("{n}", str(n)).replace("{m}", str(m))
        self.centred(page, number, y, size, 0.0)
        if n < m:
            line = self.shape(words.next_page)
            page.runs.append(TextRun(self.right - line_width(line, size), y, size, line))

    # --- the table ----------------------------------------------------------------------

    def table(self, page: Page, rows: Sequence[RowBox], top: float, before: str) -> float:
        """Draws the rows from ``top`` down; returns the lower edge."""
        y = top
        for first, run in _groups(rows):
            height = sum(row.height for row in run)
            if run[0].group:
                going_on = first and run[0].group == before
                label = run[0].group + ("\n" + self.file.words.continued if going_on else "")
                width = self.label_x - self.left - 2 * _LABEL_PAD
                self.label(page, label, self.left, width, y, height)
                page.rules.append(Rule(self.label_x, y, self.label_x, y - height, HAIRLINE))
            for i, row in enumerate(run):
                self.row(page, row, y)
                if i:
                    page.rules.append(Rule(self.label_x, y, self.right, y, HAIRLINE))
                y -= row.height
            page.rules.append(Rule(self.left, y, self.right, y, HAIRLINE))
        if rows:
            page.rules.pop()
            page.rules.append(Rule(self.value_x, top, self.value_x, y, HAIRLINE))
            for x in (self.left, self.right):
                page.rules.append(Rule(x, top + FRAME / 2, x, y - FRAME / 2, FRAME))
            for edge in (top, y):
                page.rules.append(Rule(self.left, edge, self.right, edge, FRAME))
        return y

    def row(self, page: Page, row: RowBox, top: float) -> None:
        label = row.label + ("\n" + self.file.words.continued if row.continued else "")
        start = self.label_x if row.group else self.left
        self.label(page, label, start, self.label_width(bool(row.group)), top, row.height)
        size = self.look.text_size
        y = top - (row.height - len(row.lines) * self.leading) / 2
        for line in row.lines:
            baseline = y - (self.leading - size) / 2 - 0.88 * size
            if line:
                page.runs.append(TextRun(self.value_x + _VALUE_PAD, baseline, size, line))
            y -= self.leading

    def label(
        self, page: Page, text: str, x: float, width: float, top: float, height: float
    ) -> None:
        """A label spread over its column (均等割付), in the middle of its cell."""
        size = self.look.label_size
        leading = size * 1.3
        lines = self.wrapped(text, size, width)
        y = top - (height - len(lines) * leading) / 2
        for line in lines:
            natural = line_width(line, size)
            gaps = len(line) - 1
            spacing = (width - natural) / gaps if gaps > 0 else 0.0
            spacing = min(spacing, 3 * size) if len(line) <= len(lines[0]) else 0.0
            start = x + _LABEL_PAD + (width - natural - spacing * gaps) / 2
            baseline = y - (leading - size) / 2 - 0.88 * size
            page.runs.append(TextRun(start, baseline, size, line, spacing))
            y -= leading


class _Closing:
    """Sentence, date, signatory with seal, disclaimer: never parted."""

    def __init__(self, sheet: _Sheet) -> None:
        self.sheet = sheet
        look, file = sheet.look, sheet.file
        self.size = look.text_size + 1
        self.leading = self.size * 1.6
        day = None if sheet.stamp is None else sheet.stamp.issued_on
        basis, self.signatory, seal = (
            sheet.form.basis(day),
            sheet.form.signatory(day),
            sheet.form.seal(day),
        )
        if basis is None or self.signatory is None or seal is None:
            raise ValueError("nothing is in force on the day of issue")
        terms, image = seal
        self.seal_width = terms.width_mm * MM
        self.seal_height = self.seal_width * image.height / image.width
        width = sheet.right - sheet.left
        sentence = "\u3000" + file.sentence.replace("{basis}", basis.text)
        self.sentence = sheet.wrapped(sentence, self.size, width)
        self.small_leading = look.small_size * 1.5
        self.disclaimer = sheet.wrapped(file.disclaimer, look.small_size, width)
        self.name_height = max(self.leading, self.seal_height)
        self.height = (
            _CLOSING_GAP
            + len(self.sentence) * self.leading
            + _CLOSING_GAP * 0.7
            + self.leading
            + self.name_height
            + _CLOSING_GAP * 0.5
            + len(self.disclaimer) * self.small_leading
        )
        if self.height > 0.6 * sheet.room(False):
            raise ValueError("the form's closing texts do not fit with a table above them")

    def draw(self, page: Page, top: float) -> None:
        sheet, size = self.sheet, self.size
        y = top - _CLOSING_GAP
        for line in self.sentence:
            page.runs.append(TextRun(sheet.left, y - size, size, line))
            y -= self.leading
        y -= _CLOSING_GAP * 0.7
        if sheet.stamp is not None:
            date = sheet.file.words.date_frame.replace("{date}", wareki(sheet.stamp.issued_on))
            page.runs.append(TextRun(sheet.left + 2 * size, y - size, size, sheet.shape(date)))
        y -= self.leading
        self.sign(page, y - self.name_height / 2)
        y -= self.name_height + _CLOSING_GAP * 0.5
        small = sheet.look.small_size
        for line in self.disclaimer:
            page.runs.append(TextRun(sheet.left, y - small, small, line))
            y -= self.small_leading

    def sign(self, page: Page, middle: float) -> None:
        """Title and name with the seal over the end of the name, as seals are set."""
        sheet = self.sheet
        assert self.signatory is not None
        size = self.size + 1.5
        glyphs = sheet.shape(f"{self.signatory.title}\u3000\u3000{self.signatory.name}")
        spacing = 0.12 * size
        width = line_width(glyphs, size) + spacing * (len(glyphs) - 1)
        end = sheet.right - _NAME_INDENT
        page.runs.append(TextRun(end - width, middle - 0.38 * size, size, glyphs, spacing))
        if sheet.stamp is not None:
            x = min(end - 0.6 * size, sheet.right - self.seal_width)
            page.seal = SealPlace(
                x, middle - self.seal_height / 2, self.seal_width, self.seal_height
            )


def _groups(rows: Sequence[RowBox]) -> Iterator[tuple[bool, list[RowBox]]]:
    """Neighbouring rows of one group, and whether they are the first on the page."""
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or not rows[i].group or rows[i].group != rows[start].group:
            yield start == 0, list(rows[start:i])
            start = i


def _height(unit: Sequence[RowBox]) -> float:
    return sum(row.height for row in unit)


def _units(rows: Sequence[RowBox], page: float) -> list[Unit]:
    """Rows that stay together: small groups whole, long groups without a lone first or last row."""

    def keep(run: list[RowBox]) -> list[Unit]:
        return [run] if run and _height(run) <= 0.3 * page else [[row] for row in run]

    units: list[Unit] = []
    for _, run in _groups(rows):
        if _height(run) <= 0.3 * page or len(run) < 2 * _KEEP_LINES:
            units += keep(run)
        else:
            units += keep(run[:_KEEP_LINES])
            units += [[row] for row in run[_KEEP_LINES:-_KEEP_LINES]]
            units += keep(run[-_KEEP_LINES:])
    return units


class _Flow:
    """Units onto pages: a unit of rows is at most 0.3 of a page, a closing at most 0.6."""

    def __init__(self, sheet: _Sheet) -> None:
        self.sheet = sheet
        self.room = sheet.room(False)
        self.left = sheet.room(True)
        self.pages: list[list[Unit]] = [[]]

    def paginate(self, units: Sequence[Unit], closing: float) -> list[list[RowBox]]:
        queue = deque(units)
        while queue:
            unit = queue.popleft()
            if _height(unit) <= self.left:
                self.pages[-1].append(unit)
                self.left -= _height(unit)
                continue
            parts = self.split(unit, self.lines_in(self.left))
            if parts is not None:
                self.pages[-1].append([parts[0]])
            queue.appendleft(unit if parts is None else [parts[1]])
            self.pages.append([])
            self.left = self.room
        if closing > self.left:
            self.pages.append(self.taken_along())
        return [[row for unit in page for row in unit] for page in self.pages]

    def lines_in(self, height: float) -> int:
        spare = height - self.sheet.row_height(0)
        return max(0, int(spare / self.sheet.leading))

    def split(self, unit: Unit, lines: int) -> tuple[RowBox, RowBox] | None:
        """A long row parted after ``lines``, with at least two lines on either side."""
        row = unit[0]
        lines = min(lines, len(row.lines) - _KEEP_LINES)
        if len(unit) > 1 or len(row.lines) < _SPLIT_LINES or lines < _KEEP_LINES:
            return None
        head, tail = row.lines[:lines], row.lines[lines:]
        height = self.sheet.row_height
        return (
            replace(row, lines=head, height=height(len(head))),
            replace(row, lines=tail, height=height(len(tail)), continued=True),
        )

    def taken_along(self) -> list[Unit]:
        """What the last page takes from the one before, so that its table is not empty."""
        page = self.pages[-1]
        taken: list[Unit] = []
        while page and sum(len(row.lines) for unit in taken for row in unit) < _KEEP_LINES:
            parts = self.split(page[-1], len(page[-1][0].lines) - _KEEP_LINES)
            if parts is not None:
                page[-1] = [parts[0]]
                taken.insert(0, [parts[1]])
                break
            if len(page) == 1:
                break
            taken.insert(0, page.pop())
        return taken
