"""Invented ledger entries (見本), a stamp, and what a drawn sheet says and shows."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import yaml
from PIL import Image

from kiosk.certificate.form import FormFault
from kiosk.certificate.maker import CertificateMaker
from kiosk.domain.assets import asset_path
from kiosk.domain.certificate import (
    CertificateContent,
    DrawnCertificate,
    DrawRefusal,
    Stamp,
)
from kiosk.domain.ledger import (
    Category,
    Disposition,
    DispositionKind,
    LedgerEntry,
    RecordedDate,
)
from kiosk.domain.pdfium_lock import PDFIUM_LOCK
from kiosk.domain.recorded_dates import parse_recorded_date

DAY = date(2026, 4, 6)
NUMBER = "2026-000123"
OUT = Path(__file__).parents[3] / "out" / "pictures"


def recorded(text: str) -> RecordedDate:
    found = parse_recorded_date(text)
    assert found is not None, text
    return found


ENTRY = LedgerEntry(
    entry_id=7,
    version=2,
    ledger_no="見本-0007",
    category=Category.BUILDING,
    confirmation_no="第Ｈ12確認建築江戸川00123号",
    confirmation_date=recorded("平成12年7月3日"),
    confirmation_issuer="江戸川区建築主事　見本　一郎",
    inspection_no="第Ｈ13検査建築江戸川00456号",
    inspection_date=recorded("平成13年2月19日"),
    inspection_issuer="江戸川区建築主事　見本　二郎",
    owner="見本　花子",
    lot="江戸川区中央一丁目1234番5",
    residential_address="江戸川区中央一丁目4番1号",
    main_use="一戸建ての住宅",
    work_kind="新築",
    structure="木造",
    storeys_above="2",
    storeys_below="1",
    site_area="125.43",
    building_area="62.15",
    total_floor_area="118.92",
    remarks="角地緩和",
)


def entry(**changes: Any) -> LedgerEntry:
    return replace(ENTRY, **changes)


def plan_changes(count: int) -> tuple[Disposition, ...]:
    return tuple(
        Disposition(
            DispositionKind.PLAN_CHANGE,
            f"第Ｈ13計変建築江戸川{n:05d}号",
            recorded(f"平成13年{(n - 1) % 12 + 1}月{n % 28 + 1}日"),
            "指定確認検査機関　見本建築確認検査株式会社",
            "床面積の変更" if n % 3 == 0 else "",
        )
        for n in range(1, count + 1)
    )


@lru_cache(maxsize=1)
def maker() -> CertificateMaker:
    made = CertificateMaker.load("ledger-certificate")
    assert isinstance(made, CertificateMaker), str(made)
    return made


def stamp(by: CertificateMaker | None = None, **changes: Any) -> Stamp:
    made = Stamp(
        issue_id="5b2c1f50-0000-4000-8000-000000000001",
        number=NUMBER,
        issued_on=DAY,
        user_id="U-2026-000045",
        terminal="kiosk-01",
        seal_png=(by or maker()).seal(DAY),
    )
    return replace(made, **changes)


def content(of: LedgerEntry = ENTRY, by: CertificateMaker | None = None) -> CertificateContent:
    made = (by or maker()).content(of)
    assert isinstance(made, CertificateContent), made
    return made


def sheet(of: LedgerEntry = ENTRY, by: CertificateMaker | None = None) -> DrawnCertificate:
    drawn = (by or maker()).draw(content(of, by), stamp(by))
    assert isinstance(drawn, DrawnCertificate), drawn
    return drawn


def preview(of: LedgerEntry = ENTRY, by: CertificateMaker | None = None) -> DrawnCertificate:
    drawn = (by or maker()).draw(content(of, by), None)
    assert isinstance(drawn, DrawnCertificate), drawn
    return drawn


def refusal(of: LedgerEntry, by: CertificateMaker | None = None) -> DrawRefusal:
    refused = (by or maker()).content(of)
    assert isinstance(refused, DrawRefusal)
    return refused


def changed_form(folder: Path, **changes: Any) -> Path:
    """The sample form with top-level keys changed (None: left out), as a file of its own."""
    file = yaml.safe_load(asset_path("forms", "ledger-certificate.yaml").read_text("utf-8"))
    file |= {"form_of": None} | changes  # alone, unless a test says otherwise
    if "items" in changes and "signed_code" not in changes:
        del file["signed_code"]  # it names items of the sample
    path = folder / "changed.yaml"
    text = yaml.safe_dump({k: v for k, v in file.items() if v is not None}, allow_unicode=True)
    path.write_text(text, "utf-8")
    return path


def without_ground(folder: Path, **changes: Any) -> Path:
    """The sample form on plain paper: where a test counts dots of something else."""
    return changed_form(folder, ground=None, **changes)


def sample_seal() -> dict[str, Any]:
    """The seal's terms in the sample form."""
    file = yaml.safe_load(asset_path("forms", "ledger-certificate.yaml").read_text("utf-8"))
    seal: dict[str, Any] = file["seals"][0]
    return seal


def sample_ground() -> dict[str, Any]:
    """The ground's terms in the sample form."""
    file = yaml.safe_load(asset_path("forms", "ledger-certificate.yaml").read_text("utf-8"))
    ground: dict[str, Any] = file["ground"]
    return ground


def load(path: Path) -> CertificateMaker:
    made = CertificateMaker.load(path)
    assert isinstance(made, CertificateMaker), str(made)
    return made


def fault(path: Path | str) -> FormFault:
    found = CertificateMaker.load(path)
    assert isinstance(found, FormFault)
    return found


def said(pdf: bytes) -> list[str]:
    """What poppler reads on each page, without blanks."""
    run = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return ["".join(page.split()) for page in run.stdout.decode("utf-8").split("\f")[:-1]]


def pictures(pdf: bytes, dpi: int = 100) -> list[Image.Image]:
    with PDFIUM_LOCK:
        document = pdfium.PdfDocument(pdf)
        try:
            return [page.render(scale=dpi / 72).to_pil().convert("RGB").copy() for page in document]
        finally:
            document.close()


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
