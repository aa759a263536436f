"""Whatever is sent, the answer is a Fault with a code: no 5xx, no echo, nothing in the log."""

from __future__ import annotations

import json
import logging
import socket
from typing import Any

import pytest
import requests
from sqlalchemy.exc import OperationalError

from admin.api.signed_route import MAX_BODY
from kiosk.ledger_client import wire
from tests.fixtures.http_section import Http
from tests.fixtures.section import RASTERS

#: Sent in every place; must come back in none.
MARKER = "見本目印太郎"
ASCII_MARKER = "mihon-mejirushi"
HUGE = 10**30
APPLICANT = {
    "kind": "individual", "corporation_name": None, "name": MARKER, "postal_code": "132-8501",
    "address": "見本県見本市1-1", "phone": "03-0000-1234",
}  # fmt: skip
FORM = {"form_id": "sample-form", "version": "1", "sha256": "f" * 64, "sample": True}
RESERVE = {
    "entry_id": 1, "entry_version": 1, "form": FORM, "content_sha256": "0" * 64, "copy_index": 1,
    "copies": 1,
}  # fmt: skip
EVIDENCE = {"bytes_written": 5, "bytes_total": 5, "raster_sha256": list(RASTERS)}

#: Path, and bodies that are JSON but not what the path takes.
BODIES: dict[str, list[Any]] = {
    "/heartbeat": [
        {}, {"phase": None}, {"phase": "x\0y"}, {"phase": "x" * 201}, {"phase": 1},
        {"phase": "x", MARKER: 1}, {"phase": "x", ASCII_MARKER: 1}, {"phase": [MARKER]},
        {"phase": "x", "printer": {"state": MARKER}},
        {"phase": "x", "printer": {"state": "idle", ASCII_MARKER: 1}},
        {"phase": "x", "printer": {"state": "idle", "reasons": [ASCII_MARKER]}}, [], 1, None, "x",
    ],
    "/open": [
        {"staff_id": "x\0", "pin": "1"}, {"staff_id": "x" * 65, "pin": "1"}, {"staff_id": MARKER},
        {"staff_id": {"x": MARKER}, "pin": "1"}, {"staff_id": "x", "pin": ASCII_MARKER * 10},
    ],
    "/recover": [{"clear": MARKER}, {}, {"clear": "clear", "power_cycled": MARKER}],
    "/self-test": [
        {"build": "x" * 65, "results": []}, {"build": "x\0", "results": []},
        {"build": "x", "results": [{}]}, {"build": "x", "results": [{"check": "x"}] * 101},
        {"build": "x", "results": [{"check": "x", "ok": True, ASCII_MARKER: 1}]},
    ],
    "/applications": [
        {"visit": "visit 1", "applicant": APPLICANT}, {"visit": "", "applicant": APPLICANT},
        {"visit": "x\0", "applicant": APPLICANT}, {"visit": "x" * 65, "applicant": APPLICANT},
        {"visit": "v", "applicant": {**APPLICANT, ASCII_MARKER: 1}},
        {"visit": "v", "applicant": {**APPLICANT, "name": ""}},
        {"visit": "v", "applicant": {**APPLICANT, "name": MARKER + "\0"}},
        {"visit": "v", "applicant": {**APPLICANT, "name": MARKER * 20}},
        {"visit": "v", "applicant": {**APPLICANT, "phone": ASCII_MARKER}},
        {"visit": "v", "applicant": {**APPLICANT, "kind": ASCII_MARKER}},
        {"visit": "v", "applicant": {**APPLICANT, "kind": "corporation"}},
        {"visit": "v", "applicant": [MARKER]}, {"visit": "v"},
    ],
    "/applications/{application}/search": [
        {"query": {"kind": ASCII_MARKER}}, {"query": {"kind": "owner", ASCII_MARKER: MARKER}},
        {"query": {"kind": "owner", "text": 5}}, {"query": MARKER},
        {"query": {"kind": "owner", "text": MARKER, "year": MARKER}},
    ],
    "/applications/{application}/issues": [
        {**RESERVE, "entry_id": HUGE}, {**RESERVE, "entry_id": -1}, {**RESERVE, "entry_id": "x"},
        {**RESERVE, "entry_version": HUGE}, {**RESERVE, "copies": 21}, {**RESERVE, "copies": HUGE},
        {**RESERVE, "content_sha256": MARKER}, {**RESERVE, "form": ASCII_MARKER}, {},
    ],
    "/issues/{issue}/spool": [
        {"raster_sha256": []}, {"raster_sha256": [MARKER]}, {"raster_sha256": ["0" * 64] * 201},
    ],
    "/issues/{issue}/settle": [
        {"outcome": ASCII_MARKER}, {"outcome": "printed"}, {"outcome": "unknown"},
        {"outcome": "printed", "evidence": EVIDENCE, "fault": "busy"},
        {"outcome": "not_started", "fault": "busy", "evidence": EVIDENCE},
        {"outcome": "unknown", "fault": ASCII_MARKER},
        {"outcome": "printed", "evidence": {**EVIDENCE, "bytes_written": HUGE}},
        {"outcome": "printed", "evidence": {**EVIDENCE, "bytes_total": -1}},
        {"outcome": "printed", "evidence": {**EVIDENCE, "pages_completed": HUGE}},
        {"outcome": "printed", "evidence": {**EVIDENCE, "raster_sha256": [MARKER]}},
    ],
    "/visits/visit-1/end": [{"ending": "x" * 41}, {"ending": "x\0"}, {}, {"ending": [MARKER]}],
}  # fmt: skip

#: Not even JSON, or JSON that parsers choke on.
GARBAGE = [
    b"", b"{", b"\x00", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"1" * 10_000,
    b'"\\ud800"', b'{"phase":"\\ud800"}', b'{"phase":"x","phase":"y"', b"NaN", b"null", b"<xml/>",
    MARKER.encode("utf-8"), MARKER.encode("cp932"), json.dumps(MARKER).encode(),
    b'{"phase": NaN}', b'{"phase": 1e999}',
    b'{"outcome":"printed","evidence":' + b"9" * 5000 + b"}",
]  # fmt: skip


def is_fault(answer: requests.Response, statuses: set[int]) -> str:
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    fault = wire.Fault.model_validate_json(answer.content)
    for marker in (MARKER, ASCII_MARKER, "Traceback", "pydantic", "sqlalchemy"):
        assert marker not in answer.text, answer.text
    return fault.code


@pytest.fixture
def paths(http: Http) -> dict[str, str]:
    """Real identifiers for the paths."""
    issue_id = http.world.released().issue_id
    return {"application": http.world.application().application_id, "issue": issue_id}


def _nothing_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert MARKER not in caplog.text
    assert ASCII_MARKER not in caplog.text
    assert "Traceback" not in caplog.text


def test_wrong_bodies(http: Http, paths: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = http.token()
    rows = http.world.count("operation_log")
    for path, bodies in BODIES.items():
        for body in bodies:
            answer = http.post(path.format(**paths), json.dumps(body).encode(), token)
            assert is_fault(answer, {400}) == "bad_request", (path, body)
    assert http.world.count("operation_log") == rows
    _nothing_logged(caplog)


def test_garbage(http: Http, paths: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = http.token()
    for path in ("/heartbeat", "/applications", "/issues/{issue}/settle"):
        for body in GARBAGE:
            answer = http.post(path.format(**paths), body, token)
            assert is_fault(answer, {400}) == "bad_request", (path, body[:20])
    _nothing_logged(caplog)


def test_a_strangers_words_are_not_even_read(http: Http) -> None:
    """Size and signature come first: garbage without a signature is 401, not 400."""
    http.world.terminal()
    for path in BODIES:
        for body in GARBAGE[:6]:
            answer = http.plain.post(f"{http.url}{wire.PREFIX}{path}", data=body, timeout=30)
            assert is_fault(answer, {401}) == "signature"


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded",
                                          "multipart/form-data; boundary=x", MARKER])  # fmt: skip
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_another_content_type(http: Http, content_type: str) -> None:
    body = b'{"phase":"idle"}'
    message = http.signed("POST", "/heartbeat", body)
    message.headers["Content-Type"] = content_type.encode("utf-8").decode("latin-1")
    assert is_fault(http.send(message, body), {400}) == "bad_request"


STRANGE = [
    "%00", "x%00y", "%ff%fe", "a" * 65, "a" * 4000, "%E8%A6%8B%E6%9C%AC", "..%2f..%2fetc", "'--",
    "x y", "1;DROP", "{}", "%0d%0aX: y", "%zz",
]  # fmt: skip


def test_strange_identifiers_in_paths(http: Http) -> None:
    token = http.token()
    body = json.dumps({"query": {"kind": "lot"}}).encode()
    for strange in STRANGE:
        for path, said in (
            (f"/applications/{strange}/search", body),
            (f"/applications/{strange}/entries/1", b""),
            (f"/issues/{strange}/release", b""),
            (f"/visits/{strange}/end", b'{"ending":"finished"}'),
        ):
            answer = http.post(path, said, token)
            code = is_fault(answer, {400, 401, 404})
            assert code in {"bad_request", "not_found", "signature", "unknown_application",
                            "unknown_issue"}, (path, code)  # fmt: skip


def test_strange_entry_numbers(http: Http, paths: dict[str, str]) -> None:
    token = http.token()
    for number in ("-1", "x", "1.5", str(HUGE), str(2**63), "%00", "1e3", "9" * 5000, "٣"):
        answer = http.post(f"/applications/{paths['application']}/entries/{number}", b"", token)
        assert is_fault(answer, {400, 401, 404}) in {"bad_request", "unknown_entry", "signature"}


def test_a_body_that_is_too_large(http: Http) -> None:
    body = b'{"phase":"' + b"x" * MAX_BODY + b'"}'
    assert is_fault(http.post("/heartbeat", body), {413}) == "too_large"
    largest = b'{"phase":"x"}' + b" " * (MAX_BODY - 13)
    assert http.post("/heartbeat", largest).status_code == 200


def test_a_body_that_never_ends_is_answered_before_its_end(http: Http) -> None:
    """Chunked, without a length and without an end: it is refused as soon as it is too large."""
    port = int(http.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        head = f"POST {wire.PREFIX}/heartbeat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        line.sendall(head.encode() + b"\r\n")
        for _ in range(MAX_BODY // 65536 + 1):
            line.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_what_is_not_there(http: Http) -> None:
    for method, path, code in (
        ("GET", "/nothing", "not_found"), ("POST", "/hello", "not_found"),
        ("DELETE", "/heartbeat", "not_found"), ("GET", "/issues/x/release", "not_found"),
    ):  # fmt: skip
        answer = http.send(http.signed(method, path))
        assert is_fault(answer, {404, 405}) == code


def test_another_version_of_the_contract_is_told_so(http: Http) -> None:
    assert f"/api/v{wire.CONTRACT_VERSION}" == wire.PREFIX
    answer = http.plain.get(f"{http.url}/api/v{wire.CONTRACT_VERSION + 1}/hello", timeout=30)
    assert is_fault(answer, {404}) == "contract"


@pytest.mark.parametrize("key", ["short", "x" * 65, ""])
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_idempotency_key_has_a_size(http: Http, paths: dict[str, str], key: str) -> None:
    body = json.dumps(RESERVE).encode()
    message = http.signed(
        "POST", f"/applications/{paths['application']}/issues", body, token=http.token(), key=key
    )
    assert is_fault(http.send(message, body), {400, 401}) in {"bad_request", "signature"}


def test_a_fault_inside_says_nothing_of_what_was_sent(
    http: Http, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_words: Any) -> Any:
        raise RuntimeError(f"about {MARKER}")

    http.app.state.server.search = broken
    made = http.world.application()
    body = json.dumps({"query": {"kind": "owner", "text": MARKER}}, ensure_ascii=False).encode()
    caplog.set_level(logging.DEBUG)
    answer = http.post(f"/applications/{made.application_id}/search", body, http.token())
    assert is_fault(answer, {500}) == "internal"
    assert "RuntimeError" in caplog.text  # the kind and the place are what staff are told
    _nothing_logged(caplog)


def test_a_busy_database_is_a_fault_that_passes(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_words: Any) -> Any:
        raise OperationalError(MARKER, {}, Exception("database is locked"))

    http.app.state.server.search = busy
    made = http.world.application()
    body = json.dumps({"query": {"kind": "owner", "text": "x"}}).encode()
    answer = http.post(f"/applications/{made.application_id}/search", body, http.token())
    assert is_fault(answer, {503}) == "busy"
    assert answer.headers["Retry-After"] == "1"
