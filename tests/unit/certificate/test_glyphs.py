"""Every glyph of a name: the one the font names, or a refusal; read against fontTools."""

from __future__ import annotations

from functools import lru_cache

import pytest
from fontTools.ttLib import TTFont

from kiosk.certificate import check
from kiosk.certificate.fonts import DEFAULT_FONT_DIRS, FontSet, _locate, load_fonts
from kiosk.domain.certificate import MissingGlyph
from tests.unit.certificate.papers import entry, maker, refusal, said, sheet

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


def test_pairs_and_rare_characters_are_drawn_and_read_back() -> None:
    """A sample of both fonts' pairs on sheets: PDFium and poppler give each pair back."""
    pairs = [
        chr(base) + chr(selector)
        for name in (BIZ, IPA)
        for base, selector in sorted(reference_pairs(name))[::97]
    ]
    beyond = [chr(c) for c in sorted(reference(IPA).getBestCmap()) if c > 0xFFFF][::211]
    wanted = [s for s in (*pairs, *beyond) if fonts().resolve(s)]
    assert len(wanted) > 250
    for start in range(0, len(wanted), 400):
        text = "".join(wanted[start : start + 400])
        pdf = sheet(entry(remarks=text)).pdf
        ours, poppler = "".join(check.extracted_pages(pdf)), "".join(said(pdf))
        for sequence in wanted[start : start + 400]:
            assert sequence in ours
            assert sequence in poppler


def test_another_form_of_a_name_is_another_picture() -> None:
    drawn = {sheet(entry(owner=f"葛{s}")).pdf_sha256 for s in ("", "\U000e0100", "\U000e0102")}
    assert len(drawn) == 3


def test_half_width_and_full_width_stand_as_recorded() -> None:
    text = said(sheet(entry(owner="ｶﾞﾚｰｼﾞ ＡＢＣ ABC １２３ 123")).pdf)[0]
    assert "ｶﾞﾚｰｼﾞＡＢＣABC１２３123" in text
    assert maker().form().sample
