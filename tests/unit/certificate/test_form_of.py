"""Entries of another 区分 are certified with the form that their form names for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from kiosk.certificate.maker import CertificateMaker
from kiosk.domain.assets import asset_path
from kiosk.domain.certificate import CertificateContent, DrawnCertificate
from kiosk.domain.ledger import Category
from kiosk.domain.query import Hit
from tests.unit.certificate.papers import (
    DAY,
    ENTRY,
    changed_form,
    content,
    fault,
    load,
    preview,
    said,
    sheet,
    stamp,
)

LIFT = replace(ENTRY, category=Category.LIFT, main_use="乗用エレベーター　1基")
BY_KIND = {"昇降機": "lift-certificate"}


def by_name(name: str = "ledger-certificate") -> CertificateMaker:
    made = CertificateMaker.load(name)
    assert isinstance(made, CertificateMaker), str(made)
    return made


def beside(folder: Path, name: str, **changes: object) -> None:
    file = yaml.safe_load(asset_path("forms", "lift-certificate.yaml").read_text("utf-8"))
    text = yaml.safe_dump(file | {"form": name} | changes, allow_unicode=True)
    (folder / f"{name}.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize("kind", [Category.LIFT, Category.STRUCTURE])
def test_a_lift_and_a_structure_have_their_own_sheet(kind: Category) -> None:
    by, alone = by_name(), by_name("lift-certificate")
    entry = replace(ENTRY, category=kind)
    made = content(entry, by)
    assert made.form == by.form_for(kind) == alone.form()
    assert made == content(entry, alone)
    assert sheet(entry, by).pdf == sheet(entry, alone).pdf
    assert "（昇降機・工作物）" in said(preview(entry, by).pdf)[0]


@pytest.mark.parametrize("kind", [Category.BUILDING, Category.EQUIPMENT])
def test_others_have_the_form_that_was_named(kind: Category) -> None:
    by = by_name()
    made = content(replace(ENTRY, category=kind), by)
    assert made.form == by.form_for(kind)
    assert made.form.form_id == "ledger-certificate"
    assert "（昇降機・工作物）" not in said(preview(replace(ENTRY, category=kind), by).pdf)[0]


def test_lists_and_screens_follow_the_same_form() -> None:
    by = by_name()
    assert by.shown(ENTRY).owner == ENTRY.owner
    assert by.shown(LIFT).owner == "見本　＊＊"  # the lift's form masks a person in its preview
    hit = Hit(1, 1, "", Category.LIFT, *("",) * 4, "見本　花子", *("",) * 5, inspected=False)
    assert by.listed(hit).owner == "見本　＊＊"


def test_server_and_terminal_compare_all_of_them(tmp_path: Path) -> None:
    """Another lift form is another identity of the whole, though the form named is the same."""
    beside(tmp_path, "own-lift")
    path = changed_form(tmp_path, form_of={"昇降機": "own-lift"})
    before = load(path)
    assert before.form().sha256 != before.form_for(Category.BUILDING).sha256
    beside(tmp_path, "own-lift", subtitle="（昇降機）")
    after = load(path)
    assert after.form_for(Category.BUILDING) == before.form_for(Category.BUILDING)
    assert after.form_for(Category.LIFT) != before.form_for(Category.LIFT)
    assert after.form() != before.form()


def test_a_sample_among_them_makes_the_whole_a_sample(tmp_path: Path) -> None:
    seals = yaml.safe_load(changed_form(tmp_path).read_text("utf-8"))["seals"]
    seals[0]["sample"] = False
    alone = load(changed_form(tmp_path, sample=False, seals=seals))
    assert not alone.form().sample
    both = load(changed_form(tmp_path, sample=False, seals=seals, form_of=BY_KIND))
    assert both.form().sample
    assert not both.form_for(Category.BUILDING).sample


def test_heads_of_all_of_them(tmp_path: Path) -> None:
    ground = {
        "file": "ground-300.png", "dpi": 300,
        "sha256": yaml.safe_load(
            asset_path("forms", "plan-change-certificate.yaml").read_text("utf-8")
        )["ground"]["sha256"],
    }  # fmt: skip
    by = load(changed_form(tmp_path, ground=ground, form_of=BY_KIND))
    assert by.heads() == {203, 300}


def test_each_form_has_its_own_seal(tmp_path: Path) -> None:
    """The stamp of a lift carries its own form's seal; another form's makes no certificate."""
    seals = yaml.safe_load(asset_path("forms", "lift-certificate.yaml").read_text("utf-8"))["seals"]
    seals[0]["from"] = date(2030, 4, 1)
    beside(tmp_path, "own-lift", seals=seals)
    by = load(changed_form(tmp_path, form_of={"昇降機": "own-lift"}))
    made = content(LIFT, by)
    assert by.seal(DAY, made) == b""
    assert by.seal(DAY, content(ENTRY, by)) == by.seal(DAY) != b""
    assert not isinstance(by.draw(made, stamp(by)), DrawnCertificate)


def test_content_of_no_form_of_these_is_not_drawn(tmp_path: Path) -> None:
    by, alone = load(changed_form(tmp_path)), by_name("lift-certificate")
    made = alone.content(LIFT)
    assert isinstance(made, CertificateContent)
    assert not isinstance(by.draw(made, stamp(by)), DrawnCertificate)


def test_wrong_names_are_told(tmp_path: Path) -> None:
    missing = fault(changed_form(tmp_path, form_of={"昇降機": "no-such-form"}))
    assert (missing.code, missing.detail) == ("form_missing", "form_of: no-such-form")
    unknown = fault(changed_form(tmp_path, form_of={"橋": "lift-certificate"}))
    assert unknown.code == "form_schema"
    outside = fault(changed_form(tmp_path, form_of={"昇降機": "../secrets"}))
    assert outside.code == "form_schema"
    beside(tmp_path, "own-lift", form_of={"工作物": "lift-certificate"})
    nested = fault(changed_form(tmp_path, form_of={"昇降機": "own-lift"}))
    assert nested.code == "form_schema"
    assert "form_of" in nested.detail
    itself = fault(changed_form(tmp_path, form_of={"昇降機": "changed"}))
    assert itself.code == "form_schema"
