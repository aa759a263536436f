"""Every glyph of a name: the one the font names, or a refusal; read against fontTools."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from kiosk.certificate.fonts import DEFAULT_FONT_DIRS, FontSet, _locate, code_points, load_fonts
from kiosk.domain.certificate import DrawnCertificate, MissingGlyph
from tests.unit.certificate.embedded import outline, outlines
from tests.unit.certificate.papers import (
    changed_form,
    content,
    entry,
    load,
    maker,
    refusal,
    said,
    sheet,
)

BIZ, IPA = "BIZUDMincho-Regular.ttf", "ipamjm.ttf"


@lru_cache(maxsize=2)
def reference(name: str) -> TTFont:
    return TTFont(_locate(name, DEFAULT_FONT_DIRS), lazy=True)


@lru_cache(maxsize=2)
def reference_pairs(name: str) -> dict[tuple[int, int], str | None]:
    """(base, selector) -> glyph name, None for the base's own glyph."""
    for table in reference(name)["cmap"].tables:
        if table.format == 14:
            return {
                (base, selector): glyph
                for selector, pairs in table.uvsDict.items()
                for base, glyph in pairs
            }
    raise AssertionError(f"{name} has no variation sequences")


def fonts() -> FontSet:
    return load_fonts((BIZ, IPA))


@pytest.mark.parametrize("name", [BIZ, IPA])
def test_every_pair_is_the_glyph_that_the_font_names(name: str) -> None:
    file = load_fonts((name,)).files[0]
    font, pairs = reference(name), reference_pairs(name)
    best = font.getBestCmap()
    assert set(file.pairs()) == set(pairs)
    assert len(pairs) > 10_000
    ids = font.getReverseGlyphMap()
    for (base, selector), glyph in pairs.items():
        assert file.variant(base, selector) == ids[glyph or best[base]]


@pytest.mark.parametrize("name", [BIZ, IPA])
def test_every_character_and_its_advance(name: str) -> None:
    file = load_fonts((name,)).files[0]
    font = reference(name)
    ids, metrics = font.getReverseGlyphMap(), font["hmtx"].metrics
    for code, glyph in font.getBestCmap().items():
        assert file.glyph(code) == ids[glyph]
        assert file.metrics(ids[glyph]) == metrics[glyph]


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("葛\U000e0100", 0),  # Adobe-Japan1: BIZ UD has it, IPAmj has not
        ("葛\U000e0102", 1),  # Moji_Joho: only IPAmj
        ("邊\U000e0112", 1),
        ("\U00020bb7", 1),  # 𠮷
        ("髙", 0),
        ("か\u3099", 0),  # が in two characters, as some systems record it
    ],
)
def test_each_pair_finds_its_font(text: str, font: int) -> None:
    glyph = fonts().resolve(text)
    assert glyph is not None
    assert (glyph.font, glyph.sequence) == (font, text)


@pytest.mark.parametrize(
    "text",
    [
        "葛\U000e01ef",  # a pair that no font names: never the base instead
        "あ\ufe0f",
        "\ue000",  # private use: a ward's own 外字
        "\U0001f3e0",
        "か\u0301",
        "\u200b",
        "\ufeff",
        "\ufffd",  # what a decoder leaves of a character that it lost
        "\ufffc",
        "\u200d",  # joiner
        "\u202e",  # turns the reading round
        "\u2066",
        "\u00ad",
        "\x7f",
        "\x85",
        "\u2028",
        "葛\U000e0100\U000e0101",
        "葛\u3099",
        "a\u0308\u0304",
        "\t",
        "\U000e0100",
    ],
)
def test_what_no_font_draws_is_not_drawn(text: str) -> None:
    assert fonts().resolve(text) is None


def test_missing_glyphs_refuse_with_item_and_code_for_staff() -> None:
    refused = refusal(entry(owner="見本　葛\U000e01ef子\ue000", remarks="\ue000\ue000"))
    assert refused.code == "missing_glyph"
    assert refused.missing == (
        MissingGlyph("建築主氏名又は名称", "U+845B U+E01EF"),
        MissingGlyph("建築主氏名又は名称", "U+E000"),
        MissingGlyph("備考", "U+E000"),
    )


@lru_cache(maxsize=1)
def everything() -> list[str]:
    """Every character and every pair that one of the fonts draws; marks stand on a base only."""
    codes = {code for name in (BIZ, IPA) for code in reference(name).getBestCmap()}
    alone = [chr(c) for c in sorted(codes) if unicodedata.category(chr(c)) not in ("Mn", "Me")]
    pairs = {chr(b) + chr(s) for name in (BIZ, IPA) for b, s in reference_pairs(name)}
    return [one for one in (*alone, *sorted(pairs)) if fonts().resolve(one)]


def drawn(sequences: list[str]) -> bytes:
    """A preview that says all of them; drawing refuses what PDFium does not read back."""
    found = maker().draw(content(entry(remarks="".join(sequences))), None)
    assert isinstance(found, DrawnCertificate), found
    return found.pdf


CHUNK = 1500


@pytest.mark.parametrize("part", range(4))
def test_every_character_and_pair_is_drawn_and_read_back_by_poppler(part: int) -> None:
    assert len(everything()) > 75_000
    for start in range(part * CHUNK, len(everything()), 4 * CHUNK):
        sequences = everything()[start : start + CHUNK]
        text = "".join(said(drawn(sequences)))
        lost = [one for one in sequences if not one.isspace() and one not in text]
        assert not lost


def test_the_outline_painted_is_the_one_the_font_names() -> None:
    sequences = [one for one in everything() if not one.isspace()][::37]
    found = dict(outlines(drawn(sequences)))
    seen = {len(one) for one in sequences} | {ord(one[0]) > 0xFFFF for one in sequences}
    assert seen == {1, 2, False}
    for one in sequences:
        name = BIZ if _named(BIZ, one) else IPA
        assert found[one] == outline(reference(name), _named(name, one)), one


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("name", [BIZ, IPA])
def test_every_pair_of_a_font_is_painted_as_format_14_names_it_and_read_back(
    tmp_path: Path, name: str, part: int
) -> None:
    """With this font alone, so that no pair is hidden behind another font's: every pair that it
    names is in the PDF as the very outline that fontTools finds for it, and poppler gives base and
    selector back. A pair without an outline is refused, never replaced by its base."""
    by = load(changed_form(tmp_path, fonts=[name]))
    font, best = reference(name), reference(name).getBestCmap()
    pairs = sorted(reference_pairs(name).items())[part::4]
    texts = {chr(b) + chr(s): glyph or best[b] for (b, s), glyph in pairs}
    solo = load_fonts((name,))
    shown = {text: glyph for text, glyph in texts.items() if solo.resolve(text)}
    assert all(font["glyf"][glyph].numberOfContours == 0 for glyph in texts.values()
               if glyph not in shown.values())  # fmt: skip
    assert len(shown) > 2_500
    whole = list(shown)
    for start in range(0, len(whole), CHUNK):
        sequences = whole[start : start + CHUNK]
        found = by.draw(content(entry(remarks="".join(sequences)), by), None)
        assert isinstance(found, DrawnCertificate), found
        painted = dict(outlines(found.pdf))
        text = "".join(said(found.pdf))
        for one in sequences:
            assert one in text, code_points(one)
            assert painted[one] == outline(font, shown[one]), code_points(one)


def _named(name: str, sequence: str) -> str:
    """The glyph that cmap formats 12 and 14 name for it, empty for none."""
    best = reference(name).getBestCmap()
    base = ord(sequence[0])
    if len(sequence) == 1:
        return str(best.get(base, ""))
    pairs = reference_pairs(name)
    pair = (base, ord(sequence[1]))
    return str(pairs[pair] or best[base]) if pair in pairs else ""


def test_another_form_of_a_name_is_another_picture() -> None:
    drawn = {sheet(entry(owner=f"葛{s}")).pdf_sha256 for s in ("", "\U000e0100", "\U000e0102")}
    assert len(drawn) == 3


def test_compatibility_ideographs_stay_what_they_are() -> None:
    """NFC would make 神 U+FA19 the other 神 U+795E: each is drawn and read back as recorded."""
    text = "\ufa19\u795e\ufa10\u585a\ufa11﨑\uf929\u6717"
    shown = sheet(entry(owner=text))
    assert text in said(shown.pdf)[0]
    one, other = (fonts().resolve(char) for char in ("\ufa19", "\u795e"))
    assert one is not None
    assert other is not None
    assert (one.font, one.gid) != (other.font, other.gid)


def test_signs_that_are_words_stay_one_sign() -> None:
    text = "見本㈱㈲㍿①Ⅱ㎡№℡ﬁfi〆々〇ゝヶ"
    assert text in said(sheet(entry(owner=text)).pdf)[0]


def test_half_width_and_full_width_stand_as_recorded() -> None:
    text = said(sheet(entry(owner="ｶﾞﾚｰｼﾞ ＡＢＣ ABC １２３ 123")).pdf)[0]
    assert "ｶﾞﾚｰｼﾞＡＢＣABC１２３123" in text
    assert maker().form().sample
