"""The sample forms with their sample entries: each is drawn, looked at, and says what it should."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pytest

from kiosk.certificate.command import DONE
from kiosk.certificate.entry_file import read_entry
from kiosk.certificate.form_file import Surface
from kiosk.certificate.maker import CertificateMaker
from kiosk.domain.assets import asset_path
from kiosk.domain.certificate import DrawnCertificate
from kiosk.domain.ledger import LedgerEntry
from kiosk.printing.raster import HEADS, PdfiumRasterizer
from tests.unit.certificate.papers import NUMBER, preview, said, sheet
from tests.unit.certificate.test_command import run
from tests.unit.certificate.test_pictures import save

#: form, entry, pages
SAMPLES = [
    ("ledger-certificate", "sample-entry", 1),
    ("lift-certificate", "sample-lift", 1),
    ("lift-certificate", "sample-structure", 1),
    ("plan-change-certificate", "sample-plan-changes", 3),
]


@lru_cache(maxsize=3)
def form(name: str) -> CertificateMaker:
    made = CertificateMaker.load(name)
    assert isinstance(made, CertificateMaker), str(made)
    return made


def sample(name: str) -> LedgerEntry:
    found = read_entry(asset_path("forms", f"{name}.json").read_bytes())
    assert isinstance(found, LedgerEntry), found
    return found


def words(form_name: str, entry_name: str) -> str:
    return "".join(said(sheet(sample(entry_name), form(form_name)).pdf))


@pytest.mark.parametrize(("form_name", "entry_name", "pages"), SAMPLES)
def test_pictures_of_the_sample_forms(form_name: str, entry_name: str, pages: int) -> None:
    drawn = sheet(sample(entry_name), form(form_name))
    assert isinstance(drawn, DrawnCertificate)
    assert save(f"form-{form_name}-{entry_name}", drawn) == drawn.page_count == pages
    assert form(form_name).form().sample
    for text in said(drawn.pdf):
        assert f"第{NUMBER}号" in text
    for head in ("a4-203", "a4-300"):
        assert len(PdfiumRasterizer(HEADS[head]).pages(drawn.pdf)) == pages
    assert preview(sample(entry_name), form(form_name)).page_count == pages


@pytest.mark.parametrize(("form_name", "entry_name", "pages"), SAMPLES)
def test_the_preview_command_draws_them(
    tmp_path: Path, form_name: str, entry_name: str, pages: int
) -> None:
    out = tmp_path / "out.pdf"
    entry = asset_path("forms", f"{entry_name}.json")
    assert run("--form", form_name, "--entry", entry, out) == DONE
    assert len(said(out.read_bytes())) == pages


def test_lift_and_structure_have_their_own_items_in_one_form() -> None:
    lift, structure = (
        words("lift-certificate", "sample-lift"),
        words("lift-certificate", "sample-structure"),
    )
    for label in ("昇降機の種別", "設置する建築物"):
        assert label in lift
        assert label not in structure
    assert "工作物の種類広告塔" in structure
    assert "工作物の種類" not in lift
    assert "構造鉄骨造" in structure


def test_dates_stand_as_the_rules_say() -> None:
    lift = words("lift-certificate", "sample-lift")
    assert "令和元年5月20日" in lift  # recorded as R1.5.20
    assert "交付年月日令和元年交付者" in lift  # a year only stays a year
    structure = words("lift-certificate", "sample-structure")
    assert "交付年月日昭和62年交付者" in structure
    changes = words("plan-change-certificate", "sample-plan-changes")
    assert "令和元年5月1日" in changes  # recorded as 2019-05-01


def test_a_blank_says_so_and_never_more() -> None:
    for _, entry_name, _ in SAMPLES:
        form_name = next(f for f, e, _ in SAMPLES if e == entry_name)
        assert "未検査" not in words(form_name, entry_name)
    assert "検査済証記載なし" in words("lift-certificate", "sample-structure")
    assert "検査済証記載なし" in words("plan-change-certificate", "sample-plan-changes")
    assert "番号記載なし" in words("plan-change-certificate", "sample-plan-changes")


def test_a_person_is_masked_on_lists_and_preview_and_whole_on_the_sheet() -> None:
    by, person, company = (
        form("lift-certificate"),
        sample("sample-lift"),
        sample("sample-structure"),
    )
    for surface in (Surface.LIST, Surface.PREVIEW):
        shown = {row.key: row.text for row in by.surface(person, surface)}
        assert shown["owner"] == "見本　＊＊"
        shown = {row.key: row.text for row in by.surface(company, surface)}
        assert shown["owner"].startswith("見本商事株式会社")
    assert "辻\U000e0102子" in said(sheet(person, by).pdf)[0]
    assert "辻" not in said(preview(person, by).pdf)[0]
    assert "辻".encode("utf-16-be").hex().upper().encode() not in preview(person, by).pdf


def test_every_plan_change_is_there_in_its_order() -> None:
    text = words("plan-change-certificate", "sample-plan-changes")
    recorded = json.loads(asset_path("forms", "sample-plan-changes.json").read_text("utf-8"))
    numbers = [one["番号"] for one in recorded["計画変更"]]
    assert len(numbers) == 24
    places = [text.index(number) for number in numbers if number]
    assert places == sorted(places)
    assert all(f"第{n}回" in text for n in range(1, 25))
