"""Each way a form can be unusable is a value with a sentence, never an exception."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from admin.settings import DEFAULT_FORM as OF_SERVER
from kiosk.certificate.command import DEFAULT_FORM as OF_COMMAND
from kiosk.certificate.form import FORM_FAULTS, FormFault
from kiosk.certificate.maker import CertificateMaker
from kiosk.certificate.sentences import _sentences, sentence
from kiosk.domain.assets import asset_path
from kiosk.domain.certificate import DrawRefusal
from tests.unit.certificate.papers import (
    changed_form,
    content,
    fault,
    load,
    pictures,
    png,
    sample_ground,
    sample_seal,
    sheet,
)

REFUSALS = {"missing_glyph", "not_certifiable", "form_invalid", "stamp_incomplete", "incomplete"}


def seal_file(folder: Path, png: bytes) -> list[dict[str, Any]]:
    (folder / "own.png").write_bytes(png)
    return [sample_seal() | {"file": "own.png", "sha256": hashlib.sha256(png).hexdigest()}]


def ground_file(folder: Path, png: bytes) -> dict[str, Any]:
    (folder / "own.png").write_bytes(png)
    return sample_ground() | {"file": "own.png", "sha256": hashlib.sha256(png).hexdigest()}


def broken(folder: Path, code: str) -> Path | str:
    """A form with this one fault."""
    if code == "form_missing":
        return "no-such-form"
    if code == "form_unreadable":
        path = folder / "broken.yaml"
        path.write_bytes("title: 台帳".encode("cp932"))
        return path
    if code == "font_unreadable":
        (folder / "broken.ttf").write_bytes(b"\0\1\0\0 no font at all")
        return changed_form(folder, fonts=["broken.ttf"])
    changes: dict[str, dict[str, Any]] = {
        "form_schema": {"sentence": "根拠のない文"},
        "form_glyph": {"title": "証明書\ue000"},
        "seal_missing": {"seals": [sample_seal() | {"file": "nowhere.png"}]},
        "seal_mismatch": {"seals": [sample_seal() | {"sha256": "0" * 64}]},
        "ground_missing": {"ground": sample_ground() | {"file": "nowhere.png"}},
        "ground_mismatch": {"ground": sample_ground() | {"sha256": "0" * 64}},
        "font_missing": {"fonts": ["NoSuchFont.ttf"]},
    }
    if code == "seal_unreadable":
        return changed_form(folder, seals=seal_file(folder, b"GIF89a"))
    if code == "ground_unreadable":  # soft edges are no device dots
        return changed_form(folder, ground=ground_file(folder, png(Image.new("L", (8, 8)))))
    return changed_form(folder, **changes[code])


@pytest.mark.parametrize("code", FORM_FAULTS)
def test_each_fault_is_found_and_says_what_to_do(tmp_path: Path, code: str) -> None:
    found = CertificateMaker.load(broken(tmp_path, code), font_dirs=_font_dirs(tmp_path, code))
    assert isinstance(found, FormFault)
    assert found.code == code
    assert str(found).startswith(sentence("fault", code))
    assert found.detail
    assert str(found).endswith(f"（{found.detail}）")


def _font_dirs(folder: Path, code: str) -> list[Path] | None:
    return [folder] if code == "font_unreadable" else None


def test_every_code_has_a_polite_sentence_and_no_sentence_is_left_over() -> None:
    assert set(_sentences()["fault"]) == set(FORM_FAULTS)
    assert set(_sentences()["refusal"]) == REFUSALS
    for group in _sentences().values():
        for said in group.values():
            assert said.endswith("。")
            assert said.rstrip("。").endswith(("ください", "ません", "ました", "ます"))


ITEM = {"key": "lot", "label": "地名地番", "pieces": [{"field": "lot"}]}
TERM = {"from": date(2020, 1, 1), "text": "法"}

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown key": ({"colour": "red"}, "colour"),
    "no items": ({"items": []}, "items"),
    "unknown field": ({"items": [ITEM | {"pieces": [{"field": "height"}]}]}, "height"),
    "two shapes": ({"items": [ITEM | {"rows": [{"label": "甲", "field": "lot"}]}]}, "pieces"),
    "no shape": ({"items": [{"key": "lot", "label": "甲"}]}, "pieces"),
    "same key twice": ({"items": [ITEM, ITEM]}, "同じ key が二つあります: lot"),
    "未検査": ({"items": [ITEM | {"blank": "未検査"}]}, "未検査"),
    "each without pieces": (
        {"items": [{"key": "a", "label": "甲", "each": "plan_change",
                    "rows": [{"label": "乙", "field": "number"}]}]},
        "each",
    ),
    "unknown disclosure": (
        {"items": [ITEM | {"disclosure": {"individual": {"list": "hide"}}}]},
        "disclosure",
    ),
    "days overlap": ({"bases": [TERM, TERM | {"from": date(2021, 1, 1)}]}, "bases"),
    "a term that ends before it begins": (
        {"bases": [TERM | {"until": date(2019, 12, 31)}]},
        "until 2019-12-31 が from 2020-01-01 より前です",
    ),
    "未検査 with a gap": ({"items": [ITEM | {"blank": "未　検査"}]}, "未検査"),
    "every change called the same": (
        {"items": [ITEM | {"each": "plan_change", "each_label": "変更",
                           "pieces": [{"field": "number"}]}]},
        "each_label",
    ),
    "a form's name too long for the code": ({"form": "a" * 41}, "form"),
    "groups without room": ({"layout": {"group_width_mm": 6}}, "group_width_mm 6"),
    "sample is not said": ({"sample": None}, "sample"),
    "seal's sample is not said": (
        {"seals": [{k: v for k, v in sample_seal().items() if k != "sample"}]},
        "sample",
    ),
    "a word for yes": ({"sample": "no"}, "sample"),
    "a code of items that are not there": ({"signed_code": {"items": ["height"]}}, "height"),
    "a very small line without number": ({"words": {"micro": "台帳"}}, "micro"),
    "page without number": ({"words": {"page": "ページ"}}, "page"),
    "a seal nobody sees": ({"seals": [sample_seal() | {"width_mm": 0}]}, "width_mm"),
    "no room for labels": ({"layout": {"label_width_mm": 30}}, "label_width_mm"),
    "no room for values": ({"layout": {"label_width_mm": 130}}, "label_width_mm"),
    "rows without height": ({"layout": {"row_min_mm": 0}}, "row_min_mm"),
    "margin under the head's crop": ({"layout": {"margin_side_mm": 5}}, "margin_side_mm"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_the_form_language_refuses(tmp_path: Path, name: str) -> None:
    changes, where = WRONG[name]
    found = fault(changed_form(tmp_path, **changes))
    assert found.code == "form_schema"
    assert where in found.detail


def test_a_form_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- 1\n- 2\n")
    assert fault(path).code == "form_schema"


@pytest.mark.parametrize("text", ["a: [", "a: !!python/object:os.system x", "\x00"])
def test_a_form_that_is_no_yaml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    assert fault(path).code == "form_unreadable"


def test_an_all_too_large_picture_is_no_seal(tmp_path: Path) -> None:
    path = changed_form(tmp_path, seals=seal_file(tmp_path, png(Image.new("1", (4001, 1)))))
    assert fault(path).code == "seal_unreadable"


def test_a_seal_of_many_colours_and_with_transparency_is_drawn(tmp_path: Path) -> None:
    picture = Image.radial_gradient("L").convert("RGB")
    picture.putalpha(Image.linear_gradient("L"))
    by = load(changed_form(tmp_path, seals=seal_file(tmp_path, png(picture))))
    drawn = sheet(by=by)
    assert len(pictures(drawn.pdf)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "台帳記載事項証明書" * 9},
        {"words": {"preview_notice": "プレビュー" * 9}},
        {"words": {"number": "発行番号" * 15}},
        {"disclaimer": "断り書き" * 500},
        {"items": [ITEM | {"label": "地名地番" * 400}]},
    ],
)
def test_words_of_the_form_that_do_not_fit_refuse_the_sheet(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    by = load(changed_form(tmp_path, **changes))
    refused = by.draw(content(by=by), None)
    assert isinstance(refused, DrawRefusal)
    assert refused.code == "form_invalid"
    assert refused.detail.endswith(("入りません", "ください"))


@pytest.mark.parametrize("words", ["SAMPLE", "見", "みほん（見本）"])
def test_another_word_for_sample_stays_on_the_paper(tmp_path: Path, words: str) -> None:
    by = load(changed_form(tmp_path, words={"sample_mark": words}))
    picture = pictures(sheet(by=by).pdf)[0].convert("L")
    edge = picture.crop((0, 0, 12, picture.height))
    assert edge.getextrema() == (255, 255)


def test_the_identity_covers_form_seal_and_fonts(tmp_path: Path) -> None:
    red = png(Image.new("RGB", (40, 40), "red"))
    changes: list[dict[str, Any]] = [
        {},
        {"title": "台帳記載証明書"},
        {"fonts": ["ipamjm.ttf"]},
        {"seals": seal_file(tmp_path, red)},
    ]
    hashes = [load(changed_form(tmp_path, **change)).form().sha256 for change in changes]
    assert len(set(hashes)) == 4
    assert load(changed_form(tmp_path)).form().sha256 == hashes[0]


def test_the_form_of_the_settings_is_there() -> None:
    made = CertificateMaker.load(OF_SERVER)
    assert isinstance(made, CertificateMaker)
    assert made.form().form_id == OF_SERVER == OF_COMMAND
    assert made.form().sample


# --- the line and the key, in words ---------------------------------------------------------------

LINES: dict[str, tuple[str, str, str]] = {
    "unknown key": (
        "label: 地名地番", "labl: 地名地番", "{line}行目 items.2.labl: 決められていない項目",
    ),
    "what it may have meant": (
        "  label_width_mm: 50", "  label_widht_mm: 50", "（label_width_mm のまちがいですか）",
    ),
    "missing key": (
        "label: 地名地番", "labl: 地名地番", "{above}行目 items.2.label: 書かれていません",
    ),
    "wrong kind": ("sample: true", "sample: 9", "7行目 sample: true か false で書いてください"),
    "number in words": ("dpi: 203", "dpi: 二百三", "ground.dpi: 整数で書いてください"),
    "a day that is none": ("from: 2022-04-01", "from: 2022-02-30", "bases.0.from: 年月日を"),
    "columns that do not add up": (
        "label_width_mm: 50", "label_width_mm: 130",
        "layout: 用紙 210 から margin_side_mm 22 の2倍と label_width_mm 130 を引くと 36 です",
    ),
    "a list that is none": ("fonts: [", "fonts: x #[", "10行目 fonts: 並び"),
    "another brace": ("{basis}", "{basis}{x}", "sentence: {{basis}} のほかに {{ }} は使えません"),
    "the basis left out": ("{basis}", "", "sentence: {{basis}} を入れてください"),
    "a term's part of the form": (
        "from: 2022-04-01, title", "from: 2022-04-01, until: 2022-03-31, title",
        "{above}行目 様式: signatories: until 2022-03-31 が from 2022-04-01 より前です",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_fault_names_its_line_and_key(tmp_path: Path, name: str) -> None:
    old, new, wanted = LINES[name]
    text = asset_path("forms", "ledger-certificate.yaml").read_text("utf-8")
    line = text[: text.index(old)].count("\n") + 1
    wanted = wanted.format(line=line, above=line - 1)
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    found = fault(path)
    assert found.code == "form_schema"
    assert wanted in found.detail, found.detail
    assert found.detail.startswith("mine.yaml ")
    assert not re.search(r"[Ii]nput|should|valid", found.detail)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("form: a\ntitle: one\ntitle: two\n", "3行目: title が二度書かれています"),
        ("form: a\nitems:\n  - key: b\n    key: c\n", "4行目: key が二度書かれています"),
        ("form: a\n title: b\n", "2行目: YAMLとして読めません。"),
        ("form: a\ntitle: [b\nversion: c\n", "3行目: YAMLとして読めません。"),
        ("form: a\ntitle: \x01\n", "2行目: 使えない文字 U+0001"),
        ("a: !!python/object:os.system x", "1行目: YAMLとして読めません。"),
    ],
)
def test_what_is_no_yaml_names_its_line(tmp_path: Path, text: str, wanted: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    found = fault(path)
    assert found.code == "form_unreadable"
    assert wanted in found.detail, found.detail


def test_a_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"form: a\n" + "title: 台帳".encode("cp932"))
    assert "2行目: UTF-8でない文字" in fault(path).detail


def test_many_faults_are_told_together_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("".join(f"key{n}: 1\n" for n in range(30)), "utf-8")
    assert fault(path).detail.endswith("件")
    assert "、ほか" in fault(path).detail
