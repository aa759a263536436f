"""Makes the tiles of the copy-guard ground: ``python assets/images/make_ground.py``.

Run by hand when a tile is to change; the form names the picture's SHA-256. Needs Pillow and the
font named below (fonts-morisawa-bizud-gothic). The dots must be balanced on the real printer and
paper: print the test sheet, copy it, and change FINE, COARSE and their steps until 複写 is not seen
on the sheet and is on the copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WORD = "複写"
FONT = "BIZUDGothic-Bold.ttf"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Pattern:
    """Dots an inch, tile, and the two kinds of dots: side and step, all in device dots.

    A dot of side 1 every 4 and one of side 2 every 8 both ink one sixteenth.
    """

    dpi: int
    width: int
    height: int
    fine: tuple[int, int]
    coarse: tuple[int, int]
    letter_mm: float


PATTERNS = (
    Pattern(203, 512, 448, (1, 4), (2, 8), 27.0),
    Pattern(300, 756, 660, (1, 4), (3, 12), 27.0),
)


def font_path() -> Path:
    return next(Path("/usr/share/fonts").rglob(FONT))


def letters(pattern: Pattern) -> Image.Image:
    """The word in the middle of the tile, white on black."""
    mask = Image.new("L", (pattern.width, pattern.height), 0)
    size = round(pattern.letter_mm / 25.4 * pattern.dpi)
    font = ImageFont.truetype(str(font_path()), size)
    middle = (pattern.width / 2, pattern.height / 2)
    ImageDraw.Draw(mask).text(middle, WORD, fill=255, font=font, anchor="mm")
    return mask


def tile(pattern: Pattern) -> Image.Image:
    """Ink is black (0). A square of the coarse step has dots of one kind only."""
    mask = letters(pattern).load()
    made = Image.new("1", (pattern.width, pattern.height), 1)
    square = pattern.coarse[1]
    assert pattern.width % square == pattern.height % square == square % pattern.fine[1] == 0
    for top in range(0, pattern.height, square):
        for left in range(0, pattern.width, square):
            inside = mask[left + square // 2, top + square // 2] >= 128
            _dots(made, left, top, square, pattern.coarse if inside else pattern.fine)
    return made


def _dots(made: Image.Image, left: int, top: int, square: int, kind: tuple[int, int]) -> None:
    side, step = kind
    shift = (step - side) // 2
    for y in range(top + shift, top + square, step):
        for x in range(left + shift, left + square, step):
            made.paste(0, (x, y, x + side, y + side))


if __name__ == "__main__":
    for one in PATTERNS:
        tile(one).save(HERE / f"ground-{one.dpi}.png", optimize=True)
