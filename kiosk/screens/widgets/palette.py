"""Colours: few, calm, and with contrast of at least 4.5 to 1 for text (a test computes it)."""

from __future__ import annotations

from dataclasses import dataclass

Rgba = tuple[float, float, float, float]


def _hex(code: str) -> Rgba:
    return (int(code[0:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:6], 16) / 255, 1.0)


WHITE = _hex("FFFFFF")
INK = _hex("1A1F26")
SOFT_INK = _hex("46525F")
NAVY = _hex("0B2F5B")
BLUE = _hex("0B4A8F")
PALE = _hex("EAF1F9")
PAPER = _hex("F6F8FA")
LINE = _hex("C3CCD6")
GREEN = _hex("0A6B3D")
PALE_GREEN = _hex("E4F3EA")
RED = _hex("A61C14")
PALE_RED = _hex("FCECEA")
AMBER = _hex("FFF4D6")
#: Tints of neighbours on the map, told apart by every kind of eye (after Okabe and Ito, lightened);
#: the last is what lies around.
MAP_TINTS: tuple[Rgba, ...] = tuple(
    map(_hex, ("CDE3F4", "FBE3BF", "CFEADF", "F3EEB8", "E8D3E2", "E9EDF1"))
)


@dataclass(frozen=True, slots=True)
class Look:
    """A button's colours; ``pressed`` is its face under a finger."""

    face: Rgba
    pressed: Rgba
    edge: Rgba
    text: Rgba


PALETTE: dict[str, Look] = {
    "primary": Look(BLUE, NAVY, BLUE, WHITE),
    "secondary": Look(WHITE, PALE, BLUE, BLUE),
    "quiet": Look(PAPER, LINE, LINE, INK),
    "danger": Look(WHITE, PALE_RED, RED, RED),
    "key": Look(WHITE, PALE, LINE, INK),
    "chosen": Look(NAVY, NAVY, NAVY, WHITE),
    "dark": Look(NAVY, BLUE, WHITE, WHITE),
    "disabled": Look(_hex("E4E8EC"), _hex("E4E8EC"), _hex("CDD4DB"), _hex("5B6670")),
}
