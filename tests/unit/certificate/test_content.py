"""What the sheet says of an entry: blanks, dates, plan changes, disclosure, and its hash."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.certificate.content import mask
from kiosk.certificate.form_file import Surface
from kiosk.domain.certificate import FormIdentity
from kiosk.domain.ledger import Category, Disposition, DispositionKind, LedgerEntry, NotCertifiable
from tests.unit.certificate.papers import (
    ENTRY,
    changed_form,
    content,
    entry,
    load,
    maker,
    plan_changes,
    preview,
    recorded,
    refusal,
    said,
    sheet,
)


def texts(of: LedgerEntry) -> dict[str, str]:
    return {item.key: item.text for item in content(of).items}


def test_every_item_in_the_order_of_the_form() -> None:
    assert [item.key for item in content().items] == [
        "category", "owner", "lot", "residential_address", "main_use", "work_kind", "structure",
        "storeys", "site_area", "building_area", "total_floor_area",
        "confirmation.confirmation_no", "confirmation.confirmation_date",
        "confirmation.confirmation_issuer",
        "inspection.inspection_no", "inspection.inspection_date", "inspection.inspection_issuer",
        "remarks",
    ]  # fmt: skip


def test_no_final_inspection_is_one_row_that_says_nothing_is_recorded() -> None:
    found = texts(entry(inspection_no="", inspection_date=None, inspection_issuer=""))
    assert found["inspection"] == "記載なし"
    assert not any("未検査" in text for text in found.values())


def test_a_half_recorded_inspection_says_of_each_part_what_is_recorded() -> None:
    found = texts(entry(inspection_no="", inspection_issuer=" \u3000"))
    assert found["inspection.inspection_no"] == "記載なし"
    assert found["inspection.inspection_date"] == "平成13年2月19日"
    assert found["inspection.inspection_issuer"] == "記載なし"


@pytest.mark.parametrize(
    ("above", "below", "shown"),
    [
        ("2", "1", "地上2階　地下1階"),
        ("２", "", "地上２階　地下　記載なし"),
        ("", "1", "地上　記載なし　地下1階"),
        ("", "", "記載なし"),
        ("地上3階", "0", "地上3階　地下0階"),
        ("2階建て", "", "地上2階建て　地下　記載なし"),
    ],
)
def test_storeys(above: str, below: str, shown: str) -> None:
    assert texts(entry(storeys_above=above, storeys_below=below))["storeys"] == shown


@pytest.mark.parametrize(
    ("area", "shown"),
    [("118.92", "118.92平方メートル"), ("118.92㎡", "118.92㎡"), ("", "記載なし")],
)
def test_a_unit_is_added_only_where_the_ledger_has_none(area: str, shown: str) -> None:
    assert texts(entry(total_floor_area=area))["total_floor_area"] == shown


def test_plan_changes_and_inspections_are_listed_in_their_order() -> None:
    inspection = Disposition(
        DispositionKind.INTERMEDIATE, "第1号", recorded("昭和42年 月不明"), "", "基礎"
    )
    found = content(entry(dispositions=(*plan_changes(2), inspection))).items
    rows = [(item.group, item.label, item.text) for item in found if item.group]
    assert rows[3] == (
        "計画変更",
        "第1回",
        "第Ｈ13計変建築江戸川00001号　平成13年1月2日\n指定確認検査機関　見本建築確認検査株式会社",
    )
    assert rows[4][:2] == ("計画変更", "第2回")
    assert rows[5] == (
        "中間検査",
        "第1回",
        "基礎\n第1号　昭和42年 月不明\n交付者　記載なし",
    )


def test_without_plan_changes_no_row_speaks_of_them() -> None:
    assert not any(item.key.startswith("plan_change") for item in content().items)


@pytest.mark.parametrize("category", [Category.LIFT, Category.STRUCTURE])
def test_a_lift_shows_areas_only_where_the_ledger_has_them(
    category: Category, tmp_path: Path
) -> None:
    one_for_all = load(changed_form(tmp_path, form_of={}))
    other = entry(category=category, site_area="", storeys_above="", storeys_below="")
    found = {item.key: item.text for item in content(other, by=one_for_all).items}
    assert "site_area" not in found
    assert "storeys" not in found
    assert found["building_area"] == "62.15平方メートル"
    assert texts(entry(site_area=""))["site_area"] == "記載なし"


@pytest.mark.parametrize("reason", list(NotCertifiable))
def test_an_entry_set_aside_is_refused_with_its_reason(reason: NotCertifiable) -> None:
    refused = refusal(entry(not_certifiable=reason))
    assert (refused.code, refused.detail) == ("not_certifiable", reason.value)


def test_an_entry_without_a_confirmation_number_is_refused() -> None:
    assert refusal(entry(confirmation_no=" \u3000")).detail == NotCertifiable.NOT_RECORDED.value


OTHER: dict[str, Any] = {
    "entry_id": 8,
    "version": 3,
    "category": Category.STRUCTURE,
    "confirmation_date": recorded("平成12年7月"),
    "inspection_date": None,
    "dispositions": plan_changes(1),
}
NOT_PRINTED = (
    "ledger_no", "not_certifiable", "source_page",
    "confirmation_date_text", "inspection_date_text",  # only where no day can be read
)  # fmt: skip


@pytest.mark.parametrize("name", [f.name for f in fields(LedgerEntry) if f.name not in NOT_PRINTED])
def test_every_printed_field_changes_the_content_hash(name: str) -> None:
    changed = replace(ENTRY, **{name: OTHER.get(name, f"{getattr(ENTRY, name)}甲")})
    assert content(changed).content_sha256() != content().content_sha256()


@pytest.mark.parametrize("field", ["confirmation_date", "inspection_date"])
def test_words_in_a_dates_place_are_certified_as_recorded(field: str) -> None:
    words = replace(ENTRY, **{field: None, f"{field}_text": "台帳汚損のため不明"})
    assert any("台帳汚損のため不明" in item.text for item in content(words).items)


@pytest.mark.parametrize("name", [f.name for f in fields(FormIdentity)])
def test_every_part_of_the_forms_identity_changes_the_content_hash(name: str) -> None:
    identity = content().form
    old = getattr(identity, name)
    changes: dict[str, Any] = {name: not old if isinstance(old, bool) else f"{old}x"}
    other = replace(identity, **changes)
    assert replace(content(), form=other).content_sha256() != content().content_sha256()


def test_the_content_hash_is_the_same_for_an_equal_entry() -> None:
    assert content(replace(ENTRY)).content_sha256() == content().content_sha256()
    assert replace(ENTRY) is not ENTRY


def test_line_ends_of_any_system_are_one() -> None:
    assert texts(entry(remarks="一\r\n二\r三"))["remarks"] == "一\n二\n三"


def test_every_blank_that_a_ledger_may_hold_is_drawn() -> None:
    """A tab in a cell is no reason to send a person to the counter; what is recorded stays."""
    blanks = [ch for ch in map(chr, range(sys.maxunicode + 1)) if ch.isspace()]
    assert "\t" in blanks
    for ch in blanks:
        of = entry(remarks=f"左{ch}右", owner=f"見本{ch}太郎")
        assert texts(of)["remarks"] in {f"左{kept}右" for kept in "\n \u3000\xa0\u2002\u2003"}
        assert of.remarks == f"左{ch}右"
    assert texts(entry(remarks="左\t右"))["remarks"] == "左\u3000右"
    assert texts(entry(remarks="一\f二\u2028三"))["remarks"] == "一\n二\n三"


@pytest.mark.parametrize("ch", ["\x00", "\x07", "\u200b", "\u202e", "\ufeff"])
def test_what_is_no_blank_still_refuses_the_sheet(ch: str) -> None:
    assert refusal(entry(remarks=f"左{ch}右")).code == "missing_glyph"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("山田　太郎", "山田　＊＊"),
        ("山田太郎", "山＊＊"),
        ("葛\U000e0102城　太郎", "葛\U000e0102城　＊＊"),
        ("山田太郎　鈴木花子", "山＊＊"),
        ("", "＊＊"),
    ],
)
def test_a_mask_leaves_no_given_name(name: str, masked: str) -> None:
    assert mask(name, "＊＊") == masked


def masking_form(folder: Path) -> Path:
    owner = {
        "key": "owner",
        "label": "建築主",
        "pieces": [{"field": "owner"}],
        "disclosure": {
            "individual": {"list": "mask", "preview": "omit", "sheet": "mask"},
            "corporate": {"list": "show"},
        },
    }
    lot = {"key": "lot", "label": "地名地番", "pieces": [{"field": "lot"}]}
    return changed_form(folder, items=[owner, lot])


def test_disclosure_is_apart_for_people_and_companies_and_for_each_surface(
    tmp_path: Path,
) -> None:
    by = load(masking_form(tmp_path))
    company = entry(owner="見本建設株式会社")
    assert content(by=by).items[0].text == "見本　＊＊"
    assert content(by=by).items[0].preview == "（画面には表示しません）"
    assert content(company, by).items[0].text == "見本建設株式会社"
    assert content(company, by).items[0].preview is None
    assert by.surface(ENTRY, Surface.LIST)[0].text == "見本　＊＊"
    assert [row.key for row in by.surface(ENTRY, Surface.PREVIEW)] == ["lot"]


def test_what_is_withheld_is_nowhere_in_the_pdf(tmp_path: Path) -> None:
    by = load(masking_form(tmp_path))
    assert "花子" not in said(sheet(by=by).pdf)[0]
    assert "花子" not in said(preview(by=by).pdf)[0]
    assert "花子" in said(sheet().pdf)[0]


def test_a_content_of_another_form_is_not_drawn(tmp_path: Path) -> None:
    by = load(changed_form(tmp_path, version="other"))
    refused = by.draw(content(), None)
    assert getattr(refused, "code", "") == "form_invalid"
    assert maker().form() != by.form()
