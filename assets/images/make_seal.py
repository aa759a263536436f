"""Makes seal-sample.png, the seal of the sample form: python assets/images/make_seal.py

It is no picture of a real seal: the face is a printing type and two of its nine places say 見本 in
white on the ink. 24 mm square at 600 dots per inch. Needs fonts-morisawa-bizud-mincho.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/bizud-mincho/BIZUDMincho-Regular.ttf"
SIDE = 567  # 24 mm at 600 dpi
INK = (196, 30, 34)
BORDER = 17
GAP = 26  # frame to characters
COLUMNS = ("江戸川", "区長之", "印見本")  # from the right, as seals are read
REVERSED = "見本"
OVER = 3  # drawn larger, then reduced: soft edges


def draw() -> Image.Image:
    side = SIDE * OVER
    image = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), 16 * OVER, outline=INK, width=BORDER * OVER)
    cell = (SIDE - 2 * GAP) * OVER // 3
    font = ImageFont.truetype(FONT, round(cell * 0.94))
    for column, text in enumerate(COLUMNS):
        x = side - GAP * OVER - (column + 1) * cell
        for row, char in enumerate(text):
            y = GAP * OVER + row * cell
            white = char in REVERSED
            if white:
                pen.rectangle((x + 4 * OVER, y, x + cell - 4 * OVER, y + cell), fill=INK)
            middle = (x + cell / 2, y + cell / 2)
            colour = "white" if white else INK
            pen.text(middle, char, colour, font, "mm", stroke_width=3 * OVER, stroke_fill=colour)
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).quantize(64)


if __name__ == "__main__":
    draw().save(Path(__file__).with_name("seal-sample.png"), optimize=True, dpi=(600, 600))
