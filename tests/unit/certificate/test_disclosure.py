"""List, screens, preview, sheet: each shows what the form says, 個人 and 法人 apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from admin.ledger.masking import listed_owner
from kiosk.certificate.form_file import owner_kind
from kiosk.certificate.maker import CertificateMaker
from kiosk.domain.ledger import Disposition, DispositionKind, LedgerEntry, field_text
from kiosk.domain.query import Hit
from kiosk.ledger_client.memory import hit_of
from tests.unit.certificate.papers import ENTRY, changed_form, entry, load, maker, said, sheet

PERSON, COMPANY = ENTRY.owner, "見本商事株式会社"
WITHHELD = "（画面には表示しません）"


def item(field: str, **surfaces: str) -> dict[str, Any]:
    return {
        "key": field,
        "label": field,
        "pieces": [{"field": field}],
        "disclosure": {"individual": surfaces},
    }


def form(folder: Path, *items: dict[str, Any]) -> CertificateMaker:
    return load(changed_form(folder, items=list(items)))


def hit(of: LedgerEntry = ENTRY) -> Hit:
    return replace(hit_of(of), owner=of.owner)


@pytest.mark.parametrize(
    ("show", "listed"), [("show", PERSON), ("mask", "見本　＊＊"), ("omit", "")]
)
def test_the_list_is_the_forms_to_say(tmp_path: Path, show: str, listed: str) -> None:
    by = form(tmp_path, item("owner", list=show), item("lot"))
    assert by.listed(hit()).owner == listed
    assert by.listed(hit(entry(owner=COMPANY))).owner == COMPANY
    assert by.listed(hit()).lot == ENTRY.lot


@pytest.mark.parametrize(
    "field", ["lot", "residential_address", "main_use", "confirmation_no", "total_floor_area"]
)
def test_any_item_can_be_left_out_of_the_list_for_people_alone(tmp_path: Path, field: str) -> None:
    by = form(tmp_path, item(field, list="omit"), item("owner"))
    assert getattr(by.listed(hit()), field) == ""
    assert getattr(by.listed(hit(entry(owner=COMPANY))), field) == getattr(ENTRY, field)


def test_of_two_items_the_strictest_counts_and_a_forgotten_owner_is_masked(tmp_path: Path) -> None:
    storeys = {
        "key": "storeys", "label": "階数", "pieces": [{"field": "storeys_below"}],
        "disclosure": {"individual": {"list": "omit"}},
    }  # fmt: skip
    by = form(tmp_path, item("lot"), storeys)
    listed = by.listed(replace(hit(), storeys="地上2階"))
    assert listed.storeys == ""
    assert listed.owner == "見本　＊＊"
    assert by.shown(ENTRY).owner == "見本　＊＊"
    assert by.shown(entry(owner=COMPANY)).owner == COMPANY


def test_the_screens_show_what_the_preview_shows_and_never_a_false_blank(tmp_path: Path) -> None:
    by = form(
        tmp_path,
        item("owner", preview="mask"),
        item("remarks", preview="omit"),
        item("confirmation_date", preview="omit"),
        item("lot"),
    )
    shown = by.shown(entry(remarks="見本の備考", inspection_date=None, inspection_no=""))
    assert (shown.owner, shown.remarks, shown.lot) == ("見本　＊＊", WITHHELD, ENTRY.lot)
    assert field_text(shown, "confirmation_date") == WITHHELD
    assert field_text(shown, "inspection_date") == ""
    assert by.shown(entry(remarks="")).remarks == ""  # nothing recorded is nothing withheld
    company = by.shown(entry(owner=COMPANY, remarks="見本の備考"))
    assert (company.owner, company.remarks) == (COMPANY, "見本の備考")


def test_plan_changes_too(tmp_path: Path) -> None:
    changes = {
        "key": "plan_change", "label": "計画変更", "each": "plan_change",
        "pieces": [{"field": "number"}, {"field": "issuer"}],
        "disclosure": {"individual": {"preview": "omit"}},
    }  # fmt: skip
    by = form(tmp_path, item("owner"), changes)
    day = ENTRY.confirmation_date
    one = Disposition(DispositionKind.PLAN_CHANGE, "第1号", day, "", "見本")
    other = Disposition(DispositionKind.INTERMEDIATE, "第2号", day, "建築主事")
    shown = by.shown(entry(dispositions=(one, other))).dispositions
    assert (shown[0].number, shown[0].date_said, shown[0].issuer) == (WITHHELD, WITHHELD, "")
    assert shown[1] == other


def test_the_sheet_is_drawn_of_the_entry_itself_and_not_of_what_is_shown(tmp_path: Path) -> None:
    by = form(tmp_path, item("owner", list="omit", preview="omit"), item("lot"))
    assert "花子" in said(sheet(by=by).pdf)[0]


@pytest.mark.parametrize(
    "owner",
    [
        "見本商事㈱", "㈱見本", "見本商事(株)", "（有）見本", "㈲見本", "㍿見本", "ﾐﾎﾝ株式会社",
        "見本町会", "東京都知事　見本太郎", "社会福祉法人見本会",
        "株式会社見本\n代表取締役　見本　太郎", "見本神社", "見本学園　理事長", "東京都",
        "江戸川区",
        "江戸川区長", "見本市長　見本太郎", "東京都　水道局", "江戸川区教育委員会",
        "江戸川区立見本小学校",
    ],
)  # fmt: skip
def test_a_body_is_a_body_however_its_kind_is_written(owner: str) -> None:
    assert owner_kind(maker()._form.file, owner) == "corporate"
    assert listed_owner(owner) == owner  # and without a form
    assert maker().listed(replace(hit(), owner=owner)).owner == owner


@pytest.mark.parametrize(
    "owner",
    [
        "見本　太郎", "見本太郎", "ミホン　タロウ", "見本　太郎\n見本　花子", "", "神社　太郎",
        "学園太郎", "協会　太郎", "区長　太郎", "市長太郎", "東京都子", "機構　太郎", "見本　神社",
    ],
)  # fmt: skip
def test_unsure_is_a_person(owner: str) -> None:
    assert owner_kind(maker()._form.file, owner) == "individual"
    assert "太郎" not in maker().listed(replace(hit(), owner=owner)).owner
