"""No value of the program is without a word, and no sentence says nothing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import pytest

from admin.ledger.words import NOT_CERTIFIABLE
from admin.services import issue_words
from admin.services.accounts import Role
from admin.services.authority import ALLOWED, Deed, may
from admin.services.lookup import Standing, Verdict
from admin.services.sheets import Redrawn
from admin.views import errors, log_words, pages, sentences, show, words
from kiosk.domain.applicant import ApplicantKind
from kiosk.domain.checks import CheckName
from kiosk.domain.events import ALLOWED_KEYS, EventCode
from kiosk.domain.issuance import IssueState
from kiosk.domain.ledger import NotCertifiable
from kiosk.domain.printer import ClearState, PrinterReason, PrinterState, PrintFault
from kiosk.domain.query import QueryKind

ADMIN = Path(words.__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("kind", "catalogue"),
    [
        (Role, words.ROLES), (IssueState, words.STATES), (IssueState, words.STATE_SENTENCES),
        (IssueState, words.STATE_TONES), (EventCode, words.EVENTS), (Deed, words.DEEDS),
        (PrintFault, issue_words.PRINT_FAULTS), (PrinterState, words.PRINTER_STATES),
        (PrinterReason, words.PRINTER_REASONS), (Redrawn, words.REDRAWN),
        (Standing, words.STANDINGS), (Verdict, words.VERDICTS),
        (ApplicantKind, words.KINDS), (NotCertifiable, NOT_CERTIFIABLE), (Role, ALLOWED),
        (QueryKind, log_words.QUERY_KINDS), (ClearState, log_words.CLEAR_STATES),
        (Redrawn, log_words.REDRAWN), (Standing, log_words.STANDINGS),
        (Verdict, log_words.VERDICTS), (CheckName, words.CHECKS),
    ],
)  # fmt: skip
def test_every_value_has_its_word(kind: type[StrEnum], catalogue: dict[StrEnum, object]) -> None:
    assert set(catalogue) == set(kind)
    assert all(catalogue.values())


def test_every_key_of_the_log_has_its_word() -> None:
    assert set(log_words.KEYS) == ALLOWED_KEYS
    assert not [word for word in log_words.KEYS.values() if re.search("[a-z_]", word)]


@pytest.mark.parametrize(
    ("key", "said", "shown"),
    [
        ("query_kind", "lot", "地名地番"),
        ("result", "too_many", "多すぎる"),
        ("result", "other_version", "様式などの版が変わった"),
        ("ending", "timed_out", "時間切れ"),
        ("clear", "holds-own", "前の印刷が残っている"),
        ("code", "signature_age", "端末の時計がずれている"),
        ("code", "keep_accounts", "権限がない（職員IDを管理する）"),
        ("kind", "corporation", "法人"),
        ("fault", "timed-out", "時間内に終わりませんでした"),
        ("fault", "stale_content", "台帳が更新されました"),
        ("fault", "link broken", "前の行とつながっていません"),
        ("fault", "number 2026-000001", "2026-000001: 発行番号がちがいます"),
        (
            "filters",
            ["from=2026-04-01", "state=UNKNOWN", "name"],
            "いつから 2026-04-01、状態 要確認、氏名",
        ),
        ("filters", ["event=log.verified", "actor"], "操作 操作記録を検証、だれが"),
        ("checks", ["paper:ok"], "用紙 良"),
        ("status", "stopped media-empty", "止まっています 用紙切れ"),
        ("new_state", "UNKNOWN", "要確認"),
        ("role", "chief", "chief"),
        ("ok", True, "はい"),
        ("changed", "pin", "暗証番号"),
        ("purpose", "inquiry", "窓口・電話での照会への回答"),
        ("valid_from", "2026-03-31T15:00:00.000000Z", "2026-04-01 00:00:00"),
        ("changed", 3, "3"),
        ("presenter_taken", None, "—"),
    ],
)
def test_a_code_of_the_log_is_read_in_words(key: str, said: object, shown: str) -> None:
    assert log_words.value(key, said) == shown


def test_every_code_that_signatures_and_sessions_write_is_known() -> None:
    source = (ADMIN / "api" / "signature.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'"(signature\w*)"', source))
    assert len(codes) == 4
    assert codes <= set(log_words.CODES)
    session = ADMIN.parent / "kiosk" / "session"
    said = (session / "effects.py").read_text(encoding="utf-8")
    named = re.search(r"ending: str  # ([\w, ]+)", said)
    assert named is not None
    assert set(named[1].split(", ")) == set(log_words.ENDINGS)
    actors = set()
    for path in ADMIN.rglob("*.py"):
        actors |= set(re.findall(r'system(?:_actor\(")?:?([a-z-]+)"', path.read_text("utf-8")))
    assert actors - {"admin"} <= set(words.SYSTEMS), actors


def test_every_code_that_a_service_refuses_with_has_a_sentence() -> None:
    source = (ADMIN / "services" / "accounts.py").read_text(encoding="utf-8")
    source += (ADMIN / "services" / "authority_period.py").read_text(encoding="utf-8")
    source += (ADMIN / "services" / "staff_cards.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'AccountRefusal\("(\w+)"', source)) | {"locked", "sign_in_refused"}
    codes |= set(re.findall(r'return "(password_\w+)"', source))
    assert len(codes) > 10
    assert codes <= set(sentences.ACCOUNT_REFUSALS)
    reviews = (ADMIN / "services" / "print_log.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'ReviewRefusal\("(\w+)"', reviews))
    exports = (ADMIN / "services" / "exports.py").read_text(encoding="utf-8")
    codes |= set(re.findall(r'ExportRefusal\("(\w+)"', exports))
    assert len(codes) >= 6
    assert codes <= set(sentences.DEED_REFUSALS)


def test_every_code_that_a_view_names_has_a_sentence() -> None:
    known = set(sentences.ACCOUNT_REFUSALS) | set(sentences.DEED_REFUSALS)
    named = set()
    for path in (ADMIN / "views").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'code = "(\w+)"|refusal\("(\w+)"\)', text))
    assert {one or two for one, two in named} - {""} <= known


def test_every_end_of_a_form_has_its_sentence() -> None:
    for path in (ADMIN / "views").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for key in re.findall(r"[?&]done=(\w+)", text):
            assert key in sentences.DONE, path.name


def test_sentences_are_whole_and_say_something() -> None:
    said = [*sentences.ACCOUNT_REFUSALS.values(), *sentences.DEED_REFUSALS.values()]
    said += [*sentences.DONE.values(), *words.STATE_SENTENCES.values()]
    said += [sentence for _, sentence in errors.FAULTS.values()]
    for sentence in said:
        assert sentence.endswith("。"), sentence
        assert re.search(r"[ぁ-ん]", sentence)


def test_codes_of_faults_and_states_that_come_from_elsewhere() -> None:
    source = (ADMIN / "services" / "awaiting.py").read_text(encoding="utf-8")
    assert set(re.findall(r'faults\.append\("(\w+)"\)', source)) == set(words.TERMINAL_FAULTS)
    view = (ADMIN / "views" / "accounts.py").read_text(encoding="utf-8")
    body = view.split("def account_state")[1].split("# ---")[0]
    assert set(re.findall(r'"(\w+)"', body.split('"""')[2])) == set(words.ACCOUNT_STATES)


def test_the_general_manager_may_everything_and_all_may_stop() -> None:
    assert all(may(Role.GENERAL_MANAGER, deed) for deed in Deed)
    assert all(may(role, Deed.STOP_TERMINAL) for role in Role)
    assert [role for role in Role if may(role, Deed.KEEP_ACCOUNTS)] == [Role.GENERAL_MANAGER]
    assert not may(Role.SYSTEM_LEADER, Deed.READ_PRINT_LOG)


def test_every_template_reads() -> None:
    for path in pages.TEMPLATES.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "style=" not in text
        assert "|safe" not in text
        pages._environment.get_template(path.name)


@pytest.mark.parametrize("path", sorted(pages.STATIC.glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_load_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "url(" not in text
    assert "@import" not in text
    used = set(re.findall(r"var\((--[\w-]+)", text))
    tokens = (pages.STATIC / "tokens.css").read_text(encoding="utf-8")
    assert used <= set(re.findall(r"^\s+(--[\w-]+):", tokens, flags=re.M))


def test_the_tokens_carry_their_licence() -> None:
    text = (pages.STATIC / "tokens.css").read_text(encoding="utf-8")
    for words_ in ("MIT License", "Copyright (c) 2023 デジタル庁", "WITHOUT WARRANTY"):
        assert words_ in text


def test_dates_are_said_as_the_office_says_them() -> None:
    at = datetime(2026, 11, 23, 7, 12, 5, tzinfo=UTC)
    assert show.instant(at) == "令和8年11月23日(月) 16時12分"
    assert show.second(at) == "令和8年11月23日(月) 16時12分05秒"
    assert show.moment(at) == "2026-11-23 16:12:05"
    assert show.instant(None) == "—"
    assert show.day(date(2019, 5, 1)) == "令和元年5月1日(水)"
    assert show.last_day(datetime(2027, 3, 31, 15, tzinfo=UTC)) == date(2027, 3, 31)


@pytest.mark.parametrize(
    "text", ["令和8年11月23日", "R8.11.23", "2026-11-23", "2026/11/23", " 令和８年１１月２３日 "]
)
def test_days_are_read_as_they_are_typed(text: str) -> None:
    assert show.read_day(text) == date(2026, 11, 23)


@pytest.mark.parametrize("text", ["令和8年11月", "2026-13-45", "あした", "R8.2.30"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match="not a day"):
        show.read_day(text)


def test_no_day_is_no_day() -> None:
    assert show.read_day("  ") is None
