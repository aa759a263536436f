"""``certificate preview`` as its user meets it: files in, a PDF or a sentence out."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from kiosk.certificate.command import DONE, REFUSED, UNUSABLE, add_parser
from kiosk.certificate.entry_file import EntryFault, read_entry
from kiosk.certificate.sentences import sentence
from kiosk.domain.assets import asset_path
from kiosk.domain.ledger import STANDARD_HEADINGS, Category, LedgerEntry
from tests.unit.certificate.papers import changed_form, said


def run_command(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["certificate", *map(str, arguments)])
    code: int = args.run(args)
    return code


def run(*arguments: str | Path) -> int:
    return run_command("preview", *arguments)


def entry_file(folder: Path, **changes: Any) -> Path:
    path = folder / "entry.json"
    record = json.loads(asset_path("forms", "sample-entry.json").read_text("utf-8"))
    path.write_text(json.dumps(record | changes, ensure_ascii=False), "utf-8")
    return path


def test_a_preview_of_the_sample_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.pdf"
    assert run(out) == DONE
    assert "1ページ" in capsys.readouterr().out
    text = said(out.read_bytes())[0]
    assert "この表示は証明書ではありません" in text
    assert "第Ｈ12計変建築江戸川00000号" in text
    assert "検査済証記載なし" in text


def test_a_form_and_an_entry_of_ones_own(tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    form = changed_form(tmp_path, title="建築台帳記載証明書")
    assert run("--form", form, "--entry", entry_file(tmp_path, 建築主="甲野　乙子"), out) == DONE
    text = said(out.read_bytes())[0]
    assert "建築台帳記載証明書" in text
    assert "甲野乙子" in text


def test_what_cannot_be_certified_names_the_character(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.pdf"
    assert run("--entry", entry_file(tmp_path, 建築主="甲\ue000"), out) == REFUSED
    said = capsys.readouterr().err
    assert said.startswith(sentence("refusal", "missing_glyph"))
    assert "建築主氏名又は名称 U+E000" in said
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "group", "code"),
    [
        (["--form", "no-such"], "fault", "form_missing"),
        (["--entry", "/no/such.json"], "entry", "missing"),
        ([], "preview", "unwritable"),
    ],
)
def test_unusable(
    capsys: pytest.CaptureFixture[str], arguments: list[str], group: str, code: str
) -> None:
    assert run(*arguments, "/no/such/folder/out.pdf") == UNUSABLE
    assert capsys.readouterr().err.startswith(sentence(group, code))


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"高さ": "9"}, "unknown_heading"),
        ({"計画変更": [{"時刻": "9"}]}, "unknown_heading"),
        ({"計画変更": "第1号"}, "unknown_heading"),
        ({"敷地面積": 9.5}, "not_text"),
        ({"区分": "広告板"}, "category"),
        ({"確認年月日": "むかし"}, "date"),
        ({"中間検査": [{"年月日": "平成元年1月7日"}]}, "date"),
        ([], "unreadable"),
    ],
)
def test_a_wrong_entry_is_a_fault_with_a_sentence(record: Any, code: str) -> None:
    found = read_entry(json.dumps(record).encode())
    assert isinstance(found, EntryFault)
    assert found.code == code
    assert sentence("entry", code)


@pytest.mark.parametrize("raw", [b"", b"{", '{"区分": "建築物"}'.encode("cp932"), b"1"])
def test_a_file_that_is_no_json_object(raw: bytes) -> None:
    assert read_entry(raw) == EntryFault("unreadable")


def test_all_standard_headings_are_read() -> None:
    texts = {heading: f"{heading}の値" for heading, _ in STANDARD_HEADINGS}
    texts |= {"区分": "昇降機", "確認年月日": "昭和42年", "検査済年月日": "1968-01-02"}
    found = read_entry(json.dumps(texts).encode())
    assert isinstance(found, LedgerEntry)
    assert found.category is Category.LIFT
    assert found.confirmation_date is not None
    assert not found.confirmation_date.exact
    assert found.remarks == "備考の値"
