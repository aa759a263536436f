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
        ([], "unreadable"),
    ],
)
def test_a_wrong_entry_is_a_fault_with_a_sentence(record: Any, code: str) -> None:
    found = read_entry(json.dumps(record).encode())
    assert isinstance(found, EntryFault)
    assert found.code == code
    assert sentence("entry", code)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"区分": "建築物",\n"建築主" "x"}', EntryFault("unreadable", "2行目")),
        ('{"区分": "建築物",\n"区分": "昇降機"}', EntryFault("twice", "区分")),
        (
            '{"計画変更": [{}, {"番号": 1}]}',
            EntryFault("not_text", "計画変更の2件目 番号"),
        ),
        (
            '{"中間検査": [{"時刻": "9"}]}',
            EntryFault("unknown_heading", "中間検査の1件目 時刻"),
        ),
    ],
)
def test_the_detail_says_where(text: str, wanted: EntryFault) -> None:
    assert read_entry(text.encode()) == wanted


def test_a_date_in_which_no_day_can_be_read_stays_as_recorded() -> None:
    found = read_entry(
        '{"確認年月日": "台帳汚損のため不明", "計画変更": [{"年月日": "平成元年1月7日"}]}'.encode()
    )
    assert isinstance(found, LedgerEntry)
    assert (found.confirmation_date, found.confirmation_date_text) == (None, "台帳汚損のため不明")
    assert found.dispositions[0].date_said == "平成元年1月7日"


def test_the_preview_has_the_signatory_of_its_day(tmp_path: Path) -> None:
    for day, name in (("2027-04-30", "見本太郎"), ("2027-05-01", "見本次郎")):
        out = tmp_path / f"{day}.pdf"
        assert run("--form", "plan-change-certificate", "--day", day, out) == DONE
        text = "".join(said(out.read_bytes()))
        assert [one for one in ("見本太郎", "見本次郎") if f"江戸川区長{one}" in text] == [name]


def test_a_day_on_which_nobody_signs_has_no_preview(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--day", "2022-03-31", tmp_path / "out.pdf") == REFUSED
    assert "2022-03-31" in capsys.readouterr().err


@pytest.mark.parametrize("raw", [b"", b"{", '{"区分": "建築物"}'.encode("cp932"), b"1"])
def test_a_file_that_is_no_json_object(raw: bytes) -> None:
    found = read_entry(raw)
    assert isinstance(found, EntryFault)
    assert found.code == "unreadable"


def test_all_standard_headings_are_read() -> None:
    texts = {heading: f"{heading}の値" for heading, _ in STANDARD_HEADINGS}
    texts |= {"区分": "昇降機", "確認年月日": "昭和42年", "検査済年月日": "1968-01-02"}
    found = read_entry(json.dumps(texts).encode())
    assert isinstance(found, LedgerEntry)
    assert found.category is Category.LIFT
    assert found.confirmation_date is not None
    assert not found.confirmation_date.exact
    assert found.remarks == "備考の値"
