"""What the program itself writes on the screen has a glyph in the screen's own font."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from kiosk.domain.assets import asset_path
from kiosk.screens import fonts

SOURCES = sorted(Path(fonts.__file__).parent.rglob("*.py"))
CATALOGUES = sorted(asset_path("strings").glob("*.ja.yaml"))


@pytest.fixture(scope="module")
def glyphs() -> Iterator[frozenset[int]]:
    with TTFont(fonts._file("regular"), lazy=True) as font:
        yield frozenset(font.getBestCmap())


def literals(source: str) -> set[str]:
    """Characters of every string literal that is no docstring."""
    tree = ast.parse(source)
    said = {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return {
        char
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in said
        for char in node.value
    }


def lacking(text: set[str], glyphs: frozenset[int]) -> set[str]:
    return {char for char in text if char.isprintable() and ord(char) not in glyphs}


def test_a_character_without_a_glyph_is_seen(glyphs: frozenset[int]) -> None:
    assert lacking(literals('"""☑"""\nmark = "☐ 確認"'), glyphs) == {"☐"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_character_in_the_screens_code_has_a_glyph(
    path: Path, glyphs: frozenset[int]
) -> None:
    assert lacking(literals(path.read_text("utf-8")), glyphs) == set()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_every_character_of_the_sentences_has_a_glyph(path: Path, glyphs: frozenset[int]) -> None:
    assert CATALOGUES
    assert lacking(set(path.read_text("utf-8")), glyphs) == set()
