"""From a ledger entry to the words of its certificate, by the form.

Nothing is normalised; only a whole date in short notation is written out (see ``dates``), and a
blank that no font has, such as a tab, is drawn as one that it has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.certificate.dates import sheet_date
from kiosk.certificate.fonts import FontSet, code_points
from kiosk.certificate.form import Form
from kiosk.certificate.form_file import FormFile, Item, Piece, Show, Surface, disclosure_of
from kiosk.domain.blanks import drawn_blanks
from kiosk.domain.certificate import CertificateContent, ContentItem, DrawRefusal, MissingGlyph
from kiosk.domain.graphemes import graphemes
from kiosk.domain.ledger import Disposition, LedgerEntry, NotCertifiable, RecordedDate, field_text

#: Characters of the longest family name that a mask leaves; longer ones are cut to their first.
_FAMILY_NAME = 3
_DIGITS = frozenset("0123456789０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class ItemText:
    """One row before disclosure: as the ledger has it."""

    key: str
    group: str
    label: str
    text: str


def certificate_content(form: Form, entry: LedgerEntry) -> CertificateContent | DrawRefusal:
    """What the sheet will say of this version of the entry, or why it cannot be certified here.

    Refused: an entry set aside, an entry without a confirmation number, and one with a character
    that no font of the form draws exactly as recorded.
    """
    if entry.not_certifiable is not None:
        return DrawRefusal("not_certifiable", detail=entry.not_certifiable.value)
    if not entry.confirmation_no.strip():
        return DrawRefusal("not_certifiable", detail=NotCertifiable.NOT_RECORDED.value)
    items: list[ContentItem] = []
    for item in form.file.items:
        items += _disclosed(form.file, item, entry)
    missing = missing_glyphs(form.fonts, items)
    if missing:
        return DrawRefusal("missing_glyph", missing)
    return CertificateContent(form.identity, entry.entry_id, entry.version, tuple(items))


def surface_items(form: Form, entry: LedgerEntry, surface: Surface) -> tuple[ItemText, ...]:
    """The items as one surface may show them; for lists and screens, where no glyph refuses."""
    shown: list[ItemText] = []
    for item in form.file.items:
        show = disclosure_of(form.file, item, entry.owner, surface)
        if show is not Show.OMIT:
            shown += [
                ItemText(row.key, row.group, row.label, _shown(form.file, row.text, show))
                for row in item_rows(item, entry)
            ]
    return tuple(shown)


def item_rows(item: Item, entry: LedgerEntry) -> list[ItemText]:
    """One item of the form as rows, with its blank rule."""

    if item.only_for and entry.category not in item.only_for:
        return []

    def recorded(field: str) -> str:
        value = getattr(entry, field)
        dated = isinstance(value, RecordedDate)
        return _lines(sheet_date(value) if dated else field_text(entry, field))

    if item.each is not None:
        rows = [
            _disposition_row(item, n, disposition)
            for n, disposition in enumerate(
                (d for d in entry.dispositions if d.kind is item.each), start=1
            )
        ]
    elif item.rows:
        texts = [recorded(row.field) for row in item.rows]
        rows = [
            ItemText(f"{item.key}.{row.field}", item.label, row.label, text or item.blank)
            for row, text in zip(item.rows, texts, strict=True)
        ]
        rows = rows if any(texts) else []
    else:
        text = _joined(item, recorded)
        rows = [ItemText(item.key, "", item.label, text)] if text else []
    omitted = item.omit_when_blank or entry.category in item.omit_blank_for
    if not rows and not omitted:
        rows = [ItemText(item.key, "", item.label, item.blank)]
    return rows


def mask(text: str, stars: str) -> str:
    """``山田　太郎`` -> ``山田　＊＊``; otherwise only the first character stays.

    What stands before the blank stays only while it is as short as a family name usually is:
    ``山田太郎　鈴木花子`` is two whole names.
    """
    family = graphemes(text.split(maxsplit=1)[0]) if text.split() else []
    rest = text.lstrip()[len("".join(family)) :]
    if family and rest and len(family) <= _FAMILY_NAME:
        return "".join(family) + rest[0] + stars
    return "".join(family[:1]) + stars


def missing_glyphs(fonts: FontSet, items: list[ContentItem]) -> tuple[MissingGlyph, ...]:
    """Each sequence that no font has, once per item, in the sheet's order."""
    found: dict[tuple[str, str], None] = {}
    for item in items:
        name = f"{item.group} {item.label}".strip().replace("\n", "")
        for text in (item.text, item.preview or ""):
            for line in text.split("\n"):
                for sequence in fonts.shape(line)[1]:
                    found[name, code_points(sequence)] = None
    return tuple(MissingGlyph(name, sequence) for name, sequence in found)


def _disclosed(file: FormFile, item: Item, entry: LedgerEntry) -> list[ContentItem]:
    sheet = disclosure_of(file, item, entry.owner, Surface.SHEET)
    preview = disclosure_of(file, item, entry.owner, Surface.PREVIEW)
    if sheet is Show.OMIT:
        return []
    items = []
    for row in item_rows(item, entry):
        text = _shown(file, row.text, sheet)
        seen = _shown(file, row.text, preview)
        if preview is Show.OMIT:
            seen = file.words.withheld
        items.append(
            ContentItem(row.key, row.label, text, row.group, None if seen == text else seen)
        )
    return items


def _shown(file: FormFile, text: str, show: Show) -> str:
    return mask(text, file.mask) if show is Show.MASK else text


def _lines(recorded: str) -> str:
    """Line ends and blanks as paper has them; blanks around the whole are no text."""
    text = drawn_blanks(recorded)
    return text if text.strip() else ""


def _joined(item: Item, recorded: Callable[[str], str]) -> str:
    texts = [(piece, recorded(piece.field)) for piece in item.pieces]
    if not any(text for _, text in texts):
        return ""
    joined = ""
    for piece, text in texts:
        shown = _piece(piece, text) if text else piece.blank
        if joined and shown:
            joined += "\n" if piece.own_line else item.separator
        joined += shown
    return joined


def _piece(piece: Piece, text: str) -> str:
    """A ledger may have written 地上3階 in full: nothing is said twice."""
    before = "" if text.startswith(piece.before) else piece.before
    unit = piece.unit if text[-1] in _DIGITS else ""
    return f"{before}{text}{unit}{piece.after}"


def _disposition_row(item: Item, n: int, disposition: Disposition) -> ItemText:
    def recorded(field: str) -> str:
        if field == "date":
            day = disposition.date
            return _lines(sheet_date(day) if day else disposition.date_text)
        return _lines(str(getattr(disposition, field)))

    return ItemText(
        f"{item.key}.{n}",
        item.label,
        item.each_label.replace("{n}", str(n)),
        _joined(item, recorded) or item.blank,
    )
