"""The form language: what a YAML file under assets/forms may say, and its plain readings.

Everything a ward may decide is here and nowhere in the code: items and their order, labels,
widths, disclosure, sentences, legal basis, signatory and seal with the days they hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from kiosk.certificate.owners import ENDING_SIGNS, BodyMarkers
from kiosk.certificate.signed_code import MAX_PAYLOAD, largest_payload
from kiosk.domain.ledger import STANDARD_HEADINGS, Category, DispositionKind

Text = Annotated[str, Field(min_length=1, max_length=2000)]
#: A word of 法人; with ～ before it, one that counts at the end of a word only.
Marker = Annotated[str, Field(pattern=rf"^[{ENDING_SIGNS}]?[^{ENDING_SIGNS}\s]", max_length=100)]


def _basis_only(sentence: str) -> str:
    """What is not {basis} would be printed with its braces."""
    if set("{}") & set(sentence.replace("{basis}", "")):
        raise ValueError("{basis} のほかに { } は使えません")
    return sentence


FormName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Millimetres = Annotated[float, Field(ge=0, le=210, strict=False)]
Points = Annotated[float, Field(ge=5, le=40, strict=False)]

_PAPER_MM = 210  # A4
_NARROWEST_LABEL_MM = 14
_NARROWEST_VALUE_MM = 50
_HIGHEST_ROW_MM = 30

LEDGER_FIELDS = frozenset(name for _, name in STANDARD_HEADINGS)
DISPOSITION_FIELDS = frozenset({"number", "date", "issuer", "detail"})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Show(StrEnum):
    """What a surface gives of an item: the text, ``山田　＊＊``, or nothing."""

    SHOW = "show"
    MASK = "mask"
    OMIT = "omit"


_STRICTNESS = (Show.SHOW, Show.MASK, Show.OMIT)
FormKind = Literal["individual", "corporate"]
FORM_KINDS: tuple[FormKind, ...] = ("individual", "corporate")


class Surface(StrEnum):
    LIST = "list"
    PREVIEW = "preview"
    SHEET = "sheet"


_CategoryName = Annotated[Category, Field(strict=False)]
_ShowName = Annotated[Show, Field(strict=False)]


class Surfaces(_Part):
    list: _ShowName = Show.SHOW
    preview: _ShowName = Show.SHOW
    sheet: _ShowName = Show.SHOW


class Disclosure(_Part):
    """Per kind of owner (個人, 法人), as the owner's recorded name tells it."""

    individual: Surfaces = Surfaces()
    corporate: Surfaces = Surfaces()


class Piece(_Part):
    """One field within an item. ``unit`` is added only where the recorded text ends in a digit."""

    field: str
    before: str = ""
    unit: str = ""
    after: str = ""
    own_line: bool = False  # begins a new line of the item
    blank: str = ""  # what stands here when nothing is recorded; empty: the piece is left out


class Row(_Part):
    """One line of an item of several: 確認済証 has 番号, 交付年月日, 交付者."""

    label: Text
    field: str


class Item(_Part):
    """One item: either ``pieces`` in one row, or ``rows``, or ``each`` disposition of a kind."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    label: Text
    pieces: tuple[Piece, ...] = Field(default=(), strict=False)
    rows: tuple[Row, ...] = Field(default=(), strict=False)
    each: Annotated[DispositionKind, Field(strict=False)] | None = None
    each_label: Annotated[str, Field(pattern=r"\{n\}")] = "第{n}回"
    separator: str = "\u3000"
    blank: Text = "記載なし"
    omit_when_blank: bool = False
    #: A lift has no site area: nothing recorded there is no gap of the ledger.
    omit_blank_for: tuple[_CategoryName, ...] = Field(default=(), strict=False)
    #: Only entries of these categories have the item; none named: all have it.
    only_for: tuple[_CategoryName, ...] = Field(default=(), strict=False)
    disclosure: Disclosure = Disclosure()

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if bool(self.pieces) == bool(self.rows):
            raise ValueError(f"{self.key}: pieces か rows のどちらか一つを書いてください")
        if self.each is not None and not self.pieces:
            raise ValueError(f"{self.key}: each には pieces が要ります")
        known = DISPOSITION_FIELDS if self.each is not None else LEDGER_FIELDS
        names = [p.field for p in self.pieces] + [r.field for r in self.rows]
        unknown = sorted(set(names) - known)
        if unknown:
            raise ValueError(f"{self.key}: 台帳にない欄です: {'、'.join(unknown)}")
        blanks = [self.blank, *(p.blank for p in self.pieces)]
        if any("未検査" in "".join(blank.split()) for blank in blanks):
            # A blank has three meanings; the sheet may not choose one of them.
            raise ValueError(f"{self.key}: blank に「未検査」とは書けません")
        return self


class Effective(_Part):
    """Something that holds from a day on, up to and including another."""

    since: date = Field(alias="from")
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class LegalBasis(Effective):
    text: Text


class Signatory(Effective):
    title: Text
    name: Text


class Seal(Effective):
    """``sha256`` binds the image: a sheet with another image is refused.

    ``sample`` must be said: a seal is not taken for a real one by silence.
    """

    file: Text
    sample: bool
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    width_mm: Annotated[float, Field(ge=8, le=40, strict=False)] = 24.0


class GroundFile(_Part):
    """The copy-guard ground: a tile of pure black and white dots at the head's own resolution."""

    file: Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    dpi: Annotated[int, Field(ge=150, le=1200)]


class SignedCode(_Part):
    """The signed QR code: off until the ward turns it on. ``items``: what it repeats of the sheet.

    ``dpi`` is the head's, so that each module is a whole number of dots.
    """

    enabled: bool = False
    items: Annotated[tuple[Text, ...], Field(min_length=1, max_length=4, strict=False)]
    dpi: Annotated[int, Field(ge=150, le=1200)] = 203
    module_mm: Annotated[float, Field(ge=0.3, le=0.6, strict=False)] = 0.375


class Words(_Part):
    """The fixed words of the sheet beside its items."""

    number: Text = "発行番号"
    number_frame: Annotated[str, Field(pattern=r"\{number\}")] = "{number}"
    preview: Text = "プレビュー"
    preview_notice: Text = "プレビュー（この表示は証明書ではありません）"
    sample_mark: Text = "見本"
    continued: Text = "（続き）"
    next_page: Text = "（次のページに続く）"
    withheld: Text = "（画面には表示しません）"
    terminal: Text = "発行端末"
    page: Annotated[str, Field(pattern=r"\{n\}.*\{m\}")] = "{n}/{m}"
    date_frame: Annotated[str, Field(pattern=r"\{date\}")] = "{date}"
    #: Repeated in very small letters over the foot of each page; empty: no such line.
    micro: Annotated[str, Field(pattern=r"^$|\{number\}", max_length=100)] = ""


class Layout(_Part):
    """Sizes on A4 paper. The head of a 200 mm printer crops 5 mm on each side."""

    margin_side_mm: Annotated[float, Field(ge=12, le=40, strict=False)] = 22
    margin_top_mm: Annotated[float, Field(ge=12, le=60, strict=False)] = 20
    margin_bottom_mm: Annotated[float, Field(ge=12, le=60, strict=False)] = 16
    label_width_mm: Millimetres = 46
    group_width_mm: Millimetres = 24
    row_min_mm: Millimetres = 7.4
    row_max_mm: Millimetres = 9.2
    title_size: Points = 20
    title_spacing: Annotated[float, Field(ge=0, le=2, strict=False)] = 0.42  # em
    text_size: Points = 10.5
    label_size: Points = 10
    small_size: Points = 9
    micro_size: Annotated[float, Field(ge=1.5, le=5, strict=False)] = 3
    leading: Annotated[float, Field(ge=1.1, le=2.5, strict=False)] = 1.45  # of the size

    @model_validator(mode="after")
    def _columns(self) -> Self:
        labels = self.label_width_mm - self.group_width_mm
        if self.group_width_mm < _NARROWEST_LABEL_MM or labels < _NARROWEST_LABEL_MM:
            raise ValueError(
                f"label_width_mm {self.label_width_mm:g} のうち group_width_mm"
                f" {self.group_width_mm:g}、残り {labels:g} です。"
                f"どちらも {_NARROWEST_LABEL_MM} 以上にしてください"
            )
        values = _PAPER_MM - 2 * self.margin_side_mm - self.label_width_mm
        if values < _NARROWEST_VALUE_MM:
            raise ValueError(
                f"用紙 {_PAPER_MM} から margin_side_mm {self.margin_side_mm:g} の2倍と"
                f" label_width_mm {self.label_width_mm:g} を引くと {values:g} です。"
                f"値の欄に {_NARROWEST_VALUE_MM} 以上を残してください"
            )
        if not 0 < self.row_min_mm <= self.row_max_mm <= _HIGHEST_ROW_MM:
            raise ValueError(
                f"row_min_mm {self.row_min_mm:g} は 0 より大きく、row_max_mm {self.row_max_mm:g}"
                f"（{_HIGHEST_ROW_MM} まで）以下にしてください"
            )
        return self


class FormFile(_Part):
    """A form file as written."""

    form: FormName
    version: Text
    sample: bool
    title: Text
    subtitle: str = ""
    fonts: tuple[Text, ...] = Field(min_length=1, strict=False)
    items: tuple[Item, ...] = Field(min_length=1, strict=False)
    sentence: Annotated[str, Field(pattern=r"\{basis\}"), AfterValidator(_basis_only)]
    disclaimer: Text
    bases: tuple[LegalBasis, ...] = Field(min_length=1, strict=False)
    signatories: tuple[Signatory, ...] = Field(min_length=1, strict=False)
    seals: tuple[Seal, ...] = Field(min_length=1, strict=False)
    corporate_markers: tuple[Marker, ...] = Field(min_length=1, strict=False)
    mask: Text = "＊＊"
    words: Words = Words()
    layout: Layout = Layout()
    ground: GroundFile | None = None
    signed_code: SignedCode | None = None
    #: Entries of these 区分 are certified with another form; its name.
    form_of: dict[_CategoryName, FormName] = {}

    @cached_property
    def bodies(self) -> BodyMarkers:
        """Made once: every name is held against them."""
        return BodyMarkers(self.corporate_markers)

    @cached_property
    def field_shows(self) -> dict[tuple[FormKind, Surface], dict[str, Show]]:
        """How each of the ledger's fields that an item names is shown: the strictest item decides.

        Made once: a list of fifty hits asks for a dozen fields of each.
        """
        made: dict[tuple[FormKind, Surface], dict[str, Show]] = {}
        for kind in FORM_KINDS:
            for surface in Surface:
                shows: dict[str, list[Show]] = {}
                for item in self.items:
                    if item.each is None:
                        for field in _fields_of(item):
                            shows.setdefault(field, []).append(_show_of(item, kind, surface))
                made[kind, surface] = {field: strictest(all_) for field, all_ in shows.items()}
        return made

    @model_validator(mode="after")
    def _whole(self) -> Self:
        keys = [item.key for item in self.items]
        if len(set(keys)) != len(keys):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise ValueError(f"items: 同じ key が二つあります: {'、'.join(twice)}")
        if self.signed_code is not None:
            _known_rows("signed_code", self.signed_code.items, self.items)
            self._code_fits(self.signed_code.items)
        for name, terms in (
            ("bases", self.bases),
            ("signatories", self.signatories),
            ("seals", self.seals),
        ):
            _no_overlap(name, terms)
        return self

    def _code_fits(self, keys: Sequence[str]) -> None:
        """Found when the form is read, not when a number has been given."""
        # A row that is left out of a sheet is named by its key.
        labels = [max(_label_of(self.items, key), key, key=_bytes_of) for key in keys]
        size = largest_payload(self.form, labels)
        if size > MAX_PAYLOAD:
            raise ValueError(
                f"signed_code: items の見出しと様式の名前が長く、二次元コードに入りません"
                f"（{size} バイト、{MAX_PAYLOAD} まで）。items を減らしてください"
            )


def _bytes_of(text: str) -> int:
    return len(text.encode("utf-8"))


def _label_of(items: Sequence[Item], key: str) -> str:
    """As the code says it: ``確認済証 番号``."""
    for item in items:
        if key == item.key:
            return " ".join(item.label.split())
        for row in item.rows:
            if key == f"{item.key}.{row.field}":
                return " ".join(f"{item.label} {row.label}".split())
    return key


def _known_rows(where: str, wanted: Sequence[str], items: Sequence[Item]) -> None:
    """Names of rows as ``ContentItem.key`` has them: ``lot``, ``confirmation.confirmation_no``."""
    known = {item.key for item in items if item.pieces and item.each is None}
    known |= {f"{item.key}.{row.field}" for item in items for row in item.rows}
    unknown = sorted(set(wanted) - known)
    if unknown:
        raise ValueError(f"{where}: items にない項目です: {'、'.join(unknown)}")


def _no_overlap(name: str, terms: Sequence[Effective]) -> None:
    for term in terms:
        if term.until is not None and term.until < term.since:
            raise ValueError(f"{name}: until {term.until} が from {term.since} より前です")
    for earlier, later in pairwise(terms):
        if earlier.until is None or not earlier.until < later.since:
            raise ValueError(
                f"{name}: from {later.since} の期間が、前の期間と重なるか、順がちがいます"
                "（前の期間に until を書いてください）"
            )


def fixed_texts(file: FormFile) -> list[str]:
    """Every text the form itself puts on a sheet."""
    words = file.words.model_dump()
    texts = [file.title, file.subtitle, file.sentence, file.disclaimer, file.mask]
    texts += [str(word) for word in words.values()]
    for item in file.items:
        texts += [item.label, item.each_label, item.separator, item.blank]
        for piece in item.pieces:
            texts += [piece.before, piece.unit, piece.after, piece.blank]
        texts += [row.label for row in item.rows]
    texts += [basis.text for basis in file.bases]
    for signatory in file.signatories:
        texts += [signatory.title, signatory.name]
    return texts


def owner_kind(file: FormFile, owner: str) -> FormKind:
    """個人 or 法人 by the words a corporation's name carries; unsure is 個人, which shows less."""
    return "corporate" if file.bodies.named(owner) else "individual"


def disclosure_of(file: FormFile, item: Item, owner: str, surface: Surface) -> Show:
    return _show_of(item, owner_kind(file, owner), surface)


def _show_of(item: Item, kind: FormKind, surface: Surface) -> Show:
    surfaces: Surfaces = getattr(item.disclosure, kind)
    show: Show = getattr(surfaces, surface.value)
    return show


def _fields_of(item: Item) -> set[str]:
    return {piece.field for piece in item.pieces} | {row.field for row in item.rows}


def strictest(shows: Sequence[Show]) -> Show:
    """Of what several items allow, the least."""
    return max(shows, key=_STRICTNESS.index, default=Show.SHOW)
