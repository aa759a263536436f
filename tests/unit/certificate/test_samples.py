"""見本 across every page where form or seal is a sample, and on none where neither is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.unit.certificate.papers import (
    entry,
    load,
    pictures,
    plan_changes,
    preview,
    said,
    sample_seal,
    sheet,
    without_ground,
)

#: The mark's fill, 0.93 of white, as one 8-bit level.
FILL = (237, 237, 237)

THREE_PAGES = entry(dispositions=plan_changes(30))


def fill(picture: Image.Image) -> tuple[int, tuple[int, int, int, int]]:
    """Pixels of the mark's fill, and the box they reach over."""
    mask = picture.convert("L").point(lambda v: 255 if v == FILL[0] else 0)
    box = mask.getbbox()
    assert box is not None
    return mask.histogram()[255], box


def real_form(folder: Path, form: bool, seal: bool) -> Path:
    """The form with its two ``sample`` words, and without 見本 in its other words."""
    return without_ground(
        folder,
        sample=form,
        seals=[sample_seal() | {"sample": seal}],
        signatories=[{"from": sample_seal()["from"], "title": "区長", "name": "甲野　乙子"}],
    )


@pytest.mark.parametrize(("form", "seal"), [(True, True), (True, False), (False, True)])
def test_a_sample_form_or_seal_marks_every_page(tmp_path: Path, form: bool, seal: bool) -> None:
    by = load(real_form(tmp_path, form, seal))
    assert by.form().sample
    drawn = sheet(THREE_PAGES, by)
    for picture, text in zip(pictures(drawn.pdf), said(drawn.pdf), strict=True):
        count, (left, top, right, bottom) = fill(picture)
        assert count > 10_000
        assert (right - left) / picture.width > 0.5
        assert (bottom - top) / picture.height > 0.45
        assert "見" in text
    assert fill(pictures(preview(by=by).pdf)[0])[0] > 10_000


def test_a_real_form_with_a_real_seal_has_no_mark(tmp_path: Path) -> None:
    by = load(real_form(tmp_path, form=False, seal=False))
    assert not by.form().sample
    of = entry(owner="甲", confirmation_issuer="乙", inspection_issuer="丙")
    drawn = sheet(of, by)
    assert "見" not in said(drawn.pdf)[0]
    mask = pictures(drawn.pdf)[0].convert("L").point(lambda v: 255 if v == FILL[0] else 0)
    assert mask.histogram()[255] < 2_000  # edges of letters only


def test_text_stays_readable_over_the_mark(tmp_path: Path) -> None:
    """The mark lies below the text and is pale: what it darkens is a thin outline."""
    marked = pictures(sheet(by=load(real_form(tmp_path, True, True))).pdf, 200)[0].convert("L")
    plain = pictures(sheet(by=load(real_form(tmp_path, False, False))).pdf, 200)[0].convert("L")
    ink = plain.point(lambda v: 255 if v < 128 else 0)
    darkened = marked.point(lambda v: 255 if v < 128 else 0)
    assert ImageChops.subtract(ink, darkened).getbbox() is None  # no letter loses a dot
    outline = ImageChops.subtract(darkened, ink).histogram()[255]
    assert 1_000 < outline < 0.006 * plain.width * plain.height


def test_the_mark_stays_on_a_printer_that_knows_only_black_and_white() -> None:
    """At 203 dpi and one bit the outlines remain, the fill does not."""
    picture = pictures(preview().pdf, 203)[0].convert("L")
    empty = picture.crop((1040, 650, 1290, 850))  # right of the values: only the mark and rules
    ink = empty.point(lambda v: 255 if v < 128 else 0).histogram()[255]
    assert 300 < ink < empty.width * empty.height / 6
