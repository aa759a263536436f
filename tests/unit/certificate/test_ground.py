"""The copy-guard ground: dot for dot on the head it is made for, and risen on a copy."""

from __future__ import annotations

import hashlib
import math
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from kiosk.certificate.ground import read_ground, tiles
from kiosk.certificate.maker import CertificateMaker
from kiosk.certificate.places import PAGE_HEIGHT, PAGE_WIDTH
from kiosk.domain.assets import asset_path
from kiosk.printing.raster import HEADS, PdfiumRasterizer
from tests.unit.certificate.papers import (
    OUT,
    changed_form,
    entry,
    load,
    pictures,
    plan_changes,
    png,
    said,
    sample_seal,
    sheet,
)
from tests.unit.certificate.rasters import ink_share, photocopy, picture

HEADS_OF = {203: "a4-203", 300: "a4-300"}


def tile(dpi: int) -> Image.Image:
    with Image.open(asset_path("images", f"ground-{dpi}.png")) as image:
        return image.convert("L")


def real_form(folder: Path, ground: dict[str, Any] | None) -> CertificateMaker:
    """No sample mark, which would cover the ground."""
    return load(
        changed_form(folder, ground=ground, sample=False, seals=[sample_seal() | {"sample": False}])
    )


def terms(dpi: int) -> dict[str, Any]:
    raw = asset_path("images", f"ground-{dpi}.png").read_bytes()
    return {
        "file": f"ground-{dpi}.png", "sha256": hashlib.sha256(raw).hexdigest(), "dpi": dpi,
    }  # fmt: skip


def white(folder: Path, dpi: int) -> dict[str, Any]:
    """A ground without a dot: the sheet's rules lie on the head's dots all the same."""
    raw = png(Image.new("1", (64, 64), 1))
    (folder / "white.png").write_bytes(raw)
    return {"file": "white.png", "sha256": hashlib.sha256(raw).hexdigest(), "dpi": dpi}


#: Dots of the coarse dots' step: within such a square all dots are of one kind.
STEPS = {203: 8, 300: 12}


def letters(of: Image.Image, step: int) -> Image.Image:
    """White where the coarse dots are: two dots of ink side by side."""
    mask = Image.new("L", of.size)
    ink = of.point([255 - level for level in range(256)])
    pair = ImageChops.multiply(ink, ImageChops.offset(ink, -1, 0))
    for y in range(0, of.height, step):
        for x in range(0, of.width, step):
            area = (x, y, x + step, y + step)
            if pair.crop(area).getbbox() is not None:
                mask.paste(255, area)
    return mask


def shares(of: Image.Image, mask: Image.Image) -> tuple[float, float]:
    """Shares of ink inside and outside the letters."""
    paper = Image.new("L", of.size, 255)
    white, black = mask.histogram()[255], mask.histogram()[0]
    assert white + black == of.width * of.height
    inside, outside = Image.composite(of, paper, mask), Image.composite(paper, of, mask)
    return inside.histogram()[0] / white, outside.histogram()[0] / black


@pytest.mark.parametrize("dpi", HEADS_OF)
def test_every_dot_of_the_tile_is_a_dot_of_the_head(tmp_path: Path, dpi: int) -> None:
    """The sheet is the sheet without ground with the tile's dots added: no more, no fewer."""
    head = HEADS[HEADS_OF[dpi]]
    plain, page = (
        picture(PdfiumRasterizer(head).pages(sheet(by=real_form(tmp_path, ground)).pdf)[0])
        for ground in (white(tmp_path, dpi), terms(dpi))
    )
    ground = read_ground(asset_path("images", f"ground-{dpi}.png").read_bytes(), dpi)
    assert ground is not None
    places = list(tiles(ground, PAGE_WIDTH, PAGE_HEIGHT))
    assert len(places) == 15
    columns, rows = (math.ceil(side * dpi / 72) for side in (PAGE_WIDTH, PAGE_HEIGHT))
    cropped = (columns - head.dots) // 2
    wanted = plain.copy()
    for x, y, _, height in places:
        left = round(x / PAGE_WIDTH * columns) - cropped
        top = round(rows - (y + height) / PAGE_HEIGHT * rows)
        area = (left, top, left + ground.width, top + ground.height)
        wanted.paste(ImageChops.darker(plain.crop(area), tile(dpi)), area)
    assert ink_share(wanted) > ink_share(plain) + 0.04
    assert ImageChops.difference(wanted, page).getbbox() is None


@pytest.mark.parametrize("dpi", HEADS_OF)
def test_both_kinds_of_dots_ink_the_same_share(dpi: int) -> None:
    inside, outside = shares(tile(dpi), letters(tile(dpi), STEPS[dpi]))
    assert inside == outside == pytest.approx(1 / 16)


@pytest.mark.parametrize("dpi", HEADS_OF)
def test_the_word_rises_on_a_copy(dpi: int) -> None:
    copy = photocopy(tile(dpi), dpi)
    mask = letters(tile(dpi), STEPS[dpi]).resize(copy.size, Image.Resampling.NEAREST)
    inside, outside = shares(copy, mask)
    assert inside > 0.02
    assert outside < 0.0005
    OUT.mkdir(parents=True, exist_ok=True)
    copy.resize(tile(dpi).size, Image.Resampling.BOX).save(OUT / f"ground-{dpi}-copied.png")


def test_a_copy_of_the_whole_sheet() -> None:
    """The picture a person looks at: sheet and copy side by side; letters stay, fine dots go."""
    page = picture(PdfiumRasterizer(HEADS["a4-203"]).pages(sheet().pdf)[0])
    copy = photocopy(page, 203).resize(page.size, Image.Resampling.BOX)
    both = Image.new("L", (2 * page.width, page.height), 255)
    both.paste(page, (0, 0))
    both.paste(copy, (page.width, 0))
    OUT.mkdir(parents=True, exist_ok=True)
    both.save(OUT / "certificate-and-copy.png")
    assert (
        ink_share(copy.point([0 if v < 128 else 255 for v in range(256)])) < ink_share(page) - 0.02
    )


def test_the_ground_is_on_every_page_once_in_the_file() -> None:
    drawn = sheet(entry(dispositions=plan_changes(30)))
    assert drawn.page_count == 3
    assert drawn.pdf.count(b"/ImageMask true") == 1
    for page in pictures(drawn.pdf, dpi=203):
        corner = page.convert("L").crop((70, 70, 150, 150)).point([0] * 128 + [255] * 128)
        assert ink_share(corner) == pytest.approx(1 / 16, abs=0.01)


def test_a_line_of_very_small_letters_on_every_page() -> None:
    drawn = sheet(entry(dispositions=plan_changes(30)))
    for text in said(drawn.pdf):
        assert text.count("江戸川区台帳記載事項証明書2026-000123／") >= 5


def test_the_small_line_reaches_from_edge_to_edge(tmp_path: Path) -> None:
    by = load(changed_form(tmp_path, ground=None))
    page = pictures(sheet(by=by).pdf, dpi=300)[0].convert("L")
    foot = page.crop((0, 3210, page.width, 3290)).point(lambda v: 255 if v < 200 else 0)
    box = foot.getbbox()
    assert box is not None
    assert abs(box[0] - 22 / 25.4 * 300) < 12
    assert abs(box[2] - (210 - 22) / 25.4 * 300) < 12


@pytest.mark.parametrize(
    "raw", [b"", b"GIF89a", png(Image.new("L", (8, 8))), png(Image.new("1", (9, 8)))]
)
def test_what_is_no_tile(raw: bytes) -> None:
    assert read_ground(raw, 203) is None


@pytest.mark.parametrize(("dpi", "hairline", "frame"), [(203, 1, 3), (300, 2, 4)])
def test_every_rule_is_as_thick_as_the_next(
    tmp_path: Path, dpi: int, hairline: int, frame: int
) -> None:
    """Dot for dot on the head that the form is made for: down the table's right edge."""
    page = picture(PdfiumRasterizer(HEADS[HEADS_OF[dpi]]).pages(
        sheet(by=real_form(tmp_path, terms(dpi))).pdf
    )[0]).convert("L")  # fmt: skip
    wide = 3 * dpi // 25  # some 3 mm of rule and no text, left of the frame
    right = round((210 - 22) / 25.4 * dpi) - (math.ceil(PAGE_WIDTH * dpi / 72) - page.width) // 2
    strip = page.crop((right - wide - 6, 0, right - 6, page.height))
    black = [not strip.crop((0, y, wide, y + 1)).getextrema()[1] for y in range(strip.height)]
    runs = [len(list(run)) for ink, run in groupby(black) if ink]
    table = runs[: runs.index(frame, 1) + 1]  # below it comes the seal
    assert table[0] == frame
    assert len(table) > 15
    assert set(table[1:-1]) == {hairline}
