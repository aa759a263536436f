"""What closes a sheet: sentence, date, signatory with seal, disclaimer. Never parted."""

from __future__ import annotations

from datetime import date

from kiosk.certificate.code_place import GAP as CODE_GAP
from kiosk.certificate.code_place import code_boxes, code_of, module_dots, qr_rows, side
from kiosk.certificate.measure import Measure
from kiosk.certificate.places import MM, Page, SealPlace, TextRun
from kiosk.certificate.wrap import gap_count, line_width
from kiosk.domain.certificate import Stamp
from kiosk.domain.eras import wareki

_GAP = 8 * MM  # table to sentence, sentence to date, date to signatory
_SEAL_OVER_NAME = 0.25  # em of the last character under the seal: readable in black and white too


class Closing:
    """Raises ValueError when nothing is in force on the day, or the form's texts are too long."""

    def __init__(self, measure: Measure, stamp: Stamp | None, day: date | None) -> None:
        self.measure, self.stamp = measure, stamp
        form, look, file = measure.form, measure.look, measure.form.file
        self.size = look.text_size + 1
        self.leading = self.size * 1.6
        basis, signatory, seal = form.basis(day), form.signatory(day), form.seal(day)
        if basis is None or signatory is None or seal is None:
            raise ValueError(f"{day} に有効な bases・signatories・seals がそろっていません")
        self.signatory = f"{signatory.title}\u3000\u3000{signatory.name}"
        terms, image = seal
        self.seal_width = terms.width_mm * MM
        self.seal_height = self.seal_width * image.height / image.width
        width = measure.right - measure.left
        sentence = "\u3000" + file.sentence.replace("{basis}", basis.text)
        self.sentence = measure.wrapped(sentence, self.size, width)
        self.small_leading = look.small_size * 1.5
        self.disclaimer = measure.wrapped(file.disclaimer, look.small_size, width)
        self.code = code_of(form)
        code_height = 0.0 if self.code is None else side(self.code)
        self.name_height = max(self.leading, self.seal_height, code_height)
        self.height = self._height()
        if self.height > 0.6 * measure.room(False):
            raise ValueError("sentence と disclaimer が長すぎて、表の下に入りません")

    def _height(self) -> float:
        return (
            _GAP
            + len(self.sentence) * self.leading
            + _GAP * 0.7
            + self.leading
            + self.name_height
            + _GAP * 0.5
            + len(self.disclaimer) * self.small_leading
        )

    def draw(self, page: Page, top: float) -> None:
        measure, size = self.measure, self.size
        y = top - _GAP
        for line in self.sentence:
            page.runs.append(TextRun(measure.left, y - size, size, line))
            y -= self.leading
        y -= _GAP * 0.7
        if self.stamp is not None:
            words = measure.form.file.words
            date = measure.shape(words.date_frame.replace("{date}", wareki(self.stamp.issued_on)))
            page.runs.append(TextRun(measure.left + 2 * size, y - size, size, date))
        y -= self.leading
        self._sign(page, y - self.name_height / 2)
        if self.code is not None and self.stamp is not None:
            top = y - (self.name_height - side(self.code)) / 2
            dots = module_dots(self.code)
            rows = qr_rows(self.stamp.code)
            page.boxes += code_boxes(rows, measure.left, top, dots, self.code.dpi)
        y -= self.name_height + _GAP * 0.5
        small = measure.look.small_size
        for line in self.disclaimer:
            page.runs.append(TextRun(measure.left, y - small, small, line))
            y -= self.small_leading

    def _sign(self, page: Page, middle: float) -> None:
        """Title and name, the seal over the name's end; without a seal its place stays empty."""
        size = self.size + 1.5
        glyphs = self.measure.shape(self.signatory)
        spacing = 0.12 * size
        width = line_width(glyphs, size) + spacing * gap_count(glyphs)
        seal_x = self.measure.right - self.seal_width
        start = seal_x + _SEAL_OVER_NAME * size - width
        if self.code is not None and start < self.measure.left + side(self.code) + CODE_GAP:
            raise ValueError("署名者の名前と二次元コードが横に並びません")
        page.runs.append(TextRun(start, middle - 0.38 * size, size, glyphs, spacing))
        if self.stamp is not None:
            y = middle - self.seal_height / 2
            page.seal = SealPlace(seal_x, y, self.seal_width, self.seal_height)
