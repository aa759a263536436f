"""The copy-guard ground (地紋): one tile of device dots, repeated over the page under the text.

Fine dots outside and coarse dots inside the letters 複写 cover the same share of the paper. The
eye sees one grey; a copier loses the fine dots and keeps the coarse ones, so the letters rise.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

from kiosk.certificate.grid import Grid
from kiosk.certificate.seal import run_length

#: The white edge of the page. Heads of 200 mm leave 5 mm at either side of A4.
EDGE_MM = 8.0
_LARGEST = 4000  # dots of a tile each way


@dataclass(frozen=True, slots=True)
class Ground:
    """``packed``: run-length packed rows, one bit a dot, 0 where there is ink."""

    dpi: int
    width: int  # dots
    height: int
    packed: bytes = field(repr=False)
    png_sha256: str


def read_ground(png: bytes, dpi: int) -> Ground | None:
    """The tile from a PNG of pure black and white, or None if it is no such picture."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if max(image.size) > _LARGEST or image.mode != "1" or image.width % 2:
                return None
            tile = image.copy()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    digest = hashlib.sha256(png).hexdigest()
    return Ground(dpi, tile.width, tile.height, run_length(tile.tobytes()), digest)


def tiles(ground: Ground, width: float, height: float) -> Iterator[tuple[float, ...]]:
    """x, y, width, height in points of each tile on a page; as many whole ones as there is room."""
    grid = Grid(ground.dpi, width, height)
    edge = grid.dots(EDGE_MM)
    columns = (grid.columns - 2 * edge) // ground.width
    rows = (grid.rows - 2 * edge) // ground.height
    left = (grid.columns - columns * ground.width) // 2
    top = (grid.rows - rows * ground.height) // 2
    for row in range(rows):
        for column in range(columns):
            yield grid.picture(
                left + column * ground.width, top + row * ground.height,
                ground.width, ground.height,
            )  # fmt: skip
