"""Pictures of certificates for people to look at, under out/pictures at 100 dpi."""

from __future__ import annotations

import pytest

from kiosk.domain.certificate import DrawnCertificate
from kiosk.domain.ledger import Category, LedgerEntry
from tests.unit.certificate.papers import (
    ENTRY,
    OUT,
    entry,
    pictures,
    plan_changes,
    preview,
    sheet,
)

NO_INSPECTION: dict[str, object] = {
    "inspection_no": "",
    "inspection_date": None,
    "inspection_issuer": "",
}

MANY = entry(
    **NO_INSPECTION,
    owner="見本\U00020bb7野不動産株式会社　代表取締役　見本　葛\U000e0102子",
    lot="江戸川区中央一丁目1234番5、1234番6の一部、1234番7、1234番8、1235番1、1235番2の一部、"
    "1236番（「見本」換地予定地）及び1237番地先",
    main_use="共同住宅、店舗（物品販売業を営むもの）、自動車車庫、事務所",
    structure="鉄筋コンクリート造一部鉄骨造",
    dispositions=plan_changes(22),
    remarks="敷地の一部は都市計画道路の区域に含まれます。" * 12,
)

LIFT = entry(
    **NO_INSPECTION,
    category=Category.LIFT,
    owner="見本\u3000辻\U000e0102子",
    residential_address="",
    main_use="乗用エレベーター",
    work_kind="設置",
    structure="",
    storeys_above="",
    storeys_below="",
    site_area="",
    building_area="",
    total_floor_area="",
    remarks="",
)

SHEETS: dict[str, LedgerEntry] = {
    "certificate-1": ENTRY,
    "certificate-lift": LIFT,
    "certificate-many": MANY,
}


def save(name: str, drawn: DrawnCertificate) -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    pages = pictures(drawn.pdf, dpi=100)
    for n, page in enumerate(pages, start=1):
        suffix = f"-{n}" if len(pages) > 1 else ""
        page.save(OUT / f"{name}{suffix}.png")
        colours = page.getcolors(page.width * page.height)
        assert colours is not None
        assert len(colours) > 20  # something is drawn, in soft edges
    return len(pages)


@pytest.mark.parametrize("name", SHEETS)
def test_pictures_of_certificates(name: str) -> None:
    assert save(name, sheet(SHEETS[name])) == (3 if name == "certificate-many" else 1)


def test_picture_of_a_preview() -> None:
    assert save("certificate-preview", preview()) == 1
