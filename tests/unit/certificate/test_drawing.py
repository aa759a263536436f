"""The sheet as other programs read it: pages, numbers, text, fonts, the preview, the seal."""

from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kiosk.certificate import check
from kiosk.certificate.maker import CertificateMaker
from kiosk.domain.certificate import DrawnCertificate, DrawRefusal
from kiosk.printing.raster import HEADS, HeadGeometry, PdfiumRasterizer
from tests.unit.certificate.papers import (
    DAY,
    ENTRY,
    NUMBER,
    changed_form,
    content,
    entry,
    load,
    maker,
    pictures,
    plan_changes,
    preview,
    said,
    sample_seal,
    sheet,
    stamp,
    without_ground,
)

LONG = "見本の備考は長く続きます。"

#: pages -> an entry that fills them
SIZES = {
    1: ENTRY,
    2: entry(dispositions=plan_changes(9)),
    3: entry(dispositions=plan_changes(30)),
    4: entry(remarks=LONG * 260),
}


@pytest.mark.parametrize("pages", SIZES)
def test_every_page_bears_number_and_page_of_pages(pages: int) -> None:
    drawn = sheet(SIZES[pages])
    texts = said(drawn.pdf)
    assert drawn.page_count == len(texts) == pages
    for n, text in enumerate(texts, start=1):
        assert f"第{NUMBER}号" in text
        assert f"{n}/{pages}" in text
        assert ("次のページに続く" in text) is (n < pages)


@pytest.mark.parametrize("pages", SIZES)
def test_the_last_page_closes_the_sheet_with_rows_above(pages: int) -> None:
    *others, last = said(sheet(SIZES[pages]).pdf)
    for words in ("証明します。", "令和8年4月6日", "江戸川区長", "ではありません。"):
        assert words in last
        assert not any(words in text for text in others)
    assert "備考" in last


@pytest.mark.parametrize("pages", SIZES)
def test_ink_stays_inside_the_margins(tmp_path: Path, pages: int) -> None:
    for picture in pictures(sheet(SIZES[pages], load(without_ground(tmp_path))).pdf):
        box = picture.convert("L").point(lambda v: 255 if v < 250 else 0).getbbox()
        assert box is not None
        inch = 100 / 25.4
        left, top, right, bottom = (edge / inch for edge in box)
        assert left > 20
        assert right < 190
        assert top > 15
        assert bottom < 285


A4_HEADS = [head for head in HEADS.values() if head.paper_mm == (210.0, 297.0)]


@pytest.mark.parametrize("head", A4_HEADS, ids=lambda head: head.name)
@pytest.mark.parametrize("pages", [1, 3])
def test_every_head_prints_all_of_it(head: HeadGeometry, pages: int) -> None:
    """The rasterizer refuses ink beyond the head; these heads are narrower than the paper."""
    assert len(PdfiumRasterizer(head).pages(sheet(SIZES[pages]).pdf)) == pages


def test_a_long_name_of_a_terminal_is_set_smaller_and_never_cut() -> None:
    longest = maker().draw(content(), stamp(terminal="w" * 64))
    assert isinstance(longest, DrawnCertificate)
    assert "w" * 64 in said(longest.pdf)[0]
    refused = maker().draw(content(), stamp(terminal="kiosk-" * 20))
    assert isinstance(refused, DrawRefusal)
    assert (refused.code, "ページの下" in refused.detail) == ("form_invalid", True)


def test_paper_is_a4() -> None:
    for picture in pictures(sheet().pdf, dpi=254):
        assert abs(picture.width - 2100) <= 1
        assert abs(picture.height - 2970) <= 1


def test_every_font_is_embedded_and_has_its_unicode_map() -> None:
    pdf = sheet(entry(owner="\U00020bb7野　葛\U000e0102子")).pdf
    run = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True)
    rows = run.stdout.decode().splitlines()[2:]
    names = {row.split()[0].split("+")[1] for row in rows}
    assert names == {"BIZUDMincho-Regular", "IPAmjMincho"}
    for row in rows:
        assert re.search(r"\byes +yes +yes\b", row), row  # embedded, subset, ToUnicode


def test_the_preview_has_no_number_date_or_seal_and_the_same_layout(tmp_path: Path) -> None:
    plain = load(without_ground(tmp_path))
    before, after = preview(by=plain), sheet(by=plain)
    assert b"ImageMask" in sheet().pdf
    assert b"ImageMask" not in preview().pdf  # the ground too comes with the release
    text = said(before.pdf)[0]
    assert NUMBER not in text
    assert "令和8年4月6日" not in text
    assert "この表示は証明書ではありません" in text
    assert NUMBER.encode() not in before.pdf
    assert b"/Subtype /Image" not in before.pdf
    assert b"/Subtype /Image" in after.pdf
    assert before.page_count == after.page_count
    # the table and the sentence are where they will be; below them the day comes
    one, two = pictures(before.pdf)[0], pictures(after.pdf)[0]
    table = (0, 150, one.width, 905)
    assert one.crop(table).tobytes() == two.crop(table).tobytes()


def red(picture: Image.Image) -> int:
    colours = picture.getcolors(picture.width * picture.height) or []
    return sum(count for count, (r, g, b) in colours if r > 150 > 80 > max(g, b))  # type: ignore[misc]


def test_the_seal_is_on_the_last_page_only() -> None:
    first, last = pictures(sheet(SIZES[2]).pdf)
    assert red(first) == 0
    assert red(last) > 1000
    assert red(pictures(preview().pdf)[0]) == 0


@pytest.mark.parametrize("name", ["issue_id", "number", "user_id", "terminal"])
def test_an_empty_stamp_is_refused(name: str) -> None:
    changes: dict[str, Any] = {name: " "}
    refused = maker().draw(content(), stamp(**changes))
    assert refused == DrawRefusal("stamp_incomplete", detail=f"{name} is empty")


def test_a_missing_or_foreign_seal_is_refused() -> None:
    for seal, detail in ((b"", "the seal is empty"), (b"x", "the seal is not the form's")):
        refused = maker().draw(content(), stamp(seal_png=seal))
        assert refused == DrawRefusal("stamp_incomplete", detail=detail)


@pytest.mark.parametrize("part", ["seals", "signatories", "bases"])
def test_nothing_in_force_on_the_day_is_refused(tmp_path: Path, part: str) -> None:
    file = changed_form(tmp_path)
    terms = {
        "seals": [sample_seal() | {"from": date(2026, 4, 7)}],
        "signatories": [{"from": date(2020, 1, 1), "until": date(2026, 4, 5),
                         "title": "区長", "name": "見本"}],
        "bases": [{"from": date(2027, 1, 1), "text": "法"}],
    }  # fmt: skip
    file = changed_form(tmp_path, **{part: terms[part]})
    by = load(file)
    refused = by.draw(content(by=by), stamp(by, seal_png=by.seal(DAY) or b"any"))
    assert isinstance(refused, DrawRefusal)
    assert refused.code == "form_invalid"
    assert (by.seal(DAY) == b"") is (part == "seals")


def test_terms_change_on_their_day(tmp_path: Path) -> None:
    names = [
        {"from": date(2020, 1, 1), "until": date(2026, 4, 6), "title": "区長", "name": "見本　前"},
        {"from": date(2026, 4, 7), "title": "区長", "name": "見本　後"},
    ]
    by = load(changed_form(tmp_path, signatories=names))
    for day, name in ((DAY, "見本前"), (date(2026, 4, 7), "見本後")):
        drawn = by.draw(content(by=by), stamp(by, issued_on=day))
        assert isinstance(drawn, DrawnCertificate)
        assert name in said(drawn.pdf)[0]


def test_the_first_year_of_an_era_is_gannen(tmp_path: Path) -> None:
    since = {"from": date(2019, 1, 1)}
    by = load(
        changed_form(
            tmp_path,
            signatories=[since | {"title": "区長", "name": "見本"}],
            seals=[sample_seal() | since],
            bases=[since | {"text": "法"}],
        )
    )
    for day, said_day in (("2019-04-30", "平成31年4月30日"), ("2019-05-01", "令和元年5月1日")):
        drawn = by.draw(content(by=by), stamp(by, issued_on=date.fromisoformat(day)))
        assert isinstance(drawn, DrawnCertificate)
        assert said_day in said(drawn.pdf)[0]


def test_a_date_that_is_not_recorded_says_so() -> None:
    assert "交付年月日記載なし" in said(sheet(entry(confirmation_date=None)).pdf)[0]


def test_the_marks_in_the_file_bind_it_to_its_issue() -> None:
    marks = check.read_marks(sheet().pdf)
    assert marks["kind"] == "certificate"
    # the five that the session compares before it spools
    assert marks["issue_id"] == stamp().issue_id
    assert marks["entry"] == "7"
    assert marks["terminal"] == "kiosk-01"
    assert marks["number"] == NUMBER
    assert marks["user_id"] == "U-2026-000045"
    assert marks["content_sha256"] == content().content_sha256()
    assert marks["form_sha256"] == maker().form_for(ENTRY.category).sha256
    assert marks["sample"] == "yes"
    assert check.read_marks(preview().pdf)["number"] == ""


def test_a_sheet_of_too_many_pages_is_for_the_counter() -> None:
    refused = maker().draw(content(entry(remarks=LONG * 3200)), None)
    assert isinstance(refused, DrawRefusal)
    assert refused.code == "not_certifiable"
    assert "pages" in refused.detail


def test_png_pages_for_the_screen() -> None:
    pages = maker().preview_png(sheet(SIZES[2]).pdf, 600)
    assert len(pages) == 2
    assert all(page.startswith(b"\x89PNG") for page in pages)
    with pytest.raises(ValueError, match="not a PDF"):
        maker().preview_png(b"no", 600)


def test_sheets_drawn_at_the_same_time_are_the_same() -> None:
    """The server draws in many threads; one sheet's letters never reach another's fonts."""
    entries = [entry(owner=f"見本　{name}", remarks=name * 40) for name in "葛辻髙﨑邊齋"] * 4
    alone = [sheet(of).pdf_sha256 for of in entries]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda of: sheet(of).pdf_sha256, entries))
    assert together == alone
    assert len(set(alone)) == 6


def test_what_is_missing_from_a_finished_sheet_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last look sees a sheet whose letters were not written (F-07: sheets without a seal)."""
    monkeypatch.setattr("kiosk.certificate.pdf.draw_seal", lambda *_: None)
    refused = maker().draw(content(), stamp())
    assert refused == DrawRefusal("incomplete", detail="the seal is missing from the last page")


def test_a_line_that_was_not_drawn_refuses_the_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.certificate.pdf._draw_run", lambda *_: None)
    refused = maker().draw(content(), None)
    assert isinstance(refused, DrawRefusal)
    assert refused.code == "incomplete"
    assert "page 1: its text does not read back" in refused.detail


def test_a_maker_preloads_and_is_the_same_form() -> None:
    fresh = CertificateMaker.load("ledger-certificate")
    assert isinstance(fresh, CertificateMaker)
    fresh.preload()
    assert fresh.form() == maker().form()


@pytest.mark.parametrize("count", range(1, 14))
def test_no_page_is_left_with_a_lone_row(count: int) -> None:
    """Whatever the number of plan changes, each page shows at least two lines of the table."""
    drawn = sheet(entry(dispositions=plan_changes(count)))
    for text in said(drawn.pdf):
        body = text.replace("（続き）", "")
        assert len(re.findall(r"\d日|記載なし|角地緩和|号", body)) >= 3
