"""Who may call: only what a registered terminal signed, as it was signed, once, and just now."""

from __future__ import annotations

import http.client as plain_http
from datetime import UTC, datetime, timedelta

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from admin.api.signature import SignatureCheck
from admin.services import terminals
from kiosk.domain.ports import ServerFault, ServerHello
from kiosk.ledger_client import wire
from kiosk.ledger_client.signing import SignedMessage, TerminalKey
from tests.fixtures.http_section import Http
from tests.fixtures.section import BY_TEST

BEAT = b'{"phase":"idle"}'


def refused(answer: requests.Response, code: str) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.json() == {"code": code, "detail": ""}


def test_a_good_signature_is_good_once(http: Http) -> None:
    message = http.signed("POST", "/heartbeat", BEAT)
    assert http.send(message, BEAT).status_code == 200
    refused(http.send(message, BEAT), "signature_replay")
    assert http.send(http.signed("POST", "/heartbeat", BEAT), BEAT).status_code == 200


@pytest.mark.parametrize("missing", ["Signature", "Signature-Input", "Content-Digest", None])
def test_a_missing_signature(http: Http, missing: str | None) -> None:
    message = http.signed("POST", "/heartbeat", BEAT)
    for name in [missing] if missing else ["Signature", "Signature-Input", "Content-Digest"]:
        del message.headers[name]
    refused(http.send(message, BEAT), "signature")


def test_an_altered_body(http: Http) -> None:
    message = http.signed("POST", "/heartbeat", BEAT)
    refused(http.send(message, BEAT.replace(b"idle", b"busy")), "signature")
    refused(http.send(message, b""), "signature")


@pytest.mark.parametrize("name", [wire.IDEMPOTENCY_KEY, wire.TERMINAL_SESSION, "Content-Digest"])
def test_an_altered_header(http: Http, name: str) -> None:
    message = http.signed("POST", "/heartbeat", BEAT)
    message.headers[name] = message.headers[name] + "x"
    refused(http.send(message, BEAT), "signature")


def test_an_altered_path_query_or_method(http: Http) -> None:
    for old, new in (("/heartbeat", "/recover"), ("/heartbeat", "/heartbeat?x=1")):
        message = http.signed("POST", "/heartbeat", BEAT)
        message.url = message.url.replace(old, new)
        refused(http.send(message, BEAT), "signature")
    message = http.signed("POST", "/hello")
    refused(http.send(SignedMessage("GET", message.url, message.headers)), "signature")


def test_an_altered_signature(http: Http) -> None:
    message = http.signed("POST", "/heartbeat", BEAT)
    label, value = message.headers["Signature"].split("=", 1)
    spoilt = ("B" if value[1] == "A" else "A") + value[2:]
    message.headers["Signature"] = f"{label}=:{spoilt}"
    refused(http.send(message, BEAT), "signature")


def test_a_parameter_that_was_altered(http: Http) -> None:
    for old, new in ((";nonce=", ";nonce2="), ("terminal-1", "terminal-9"), ("kiosk", "other")):
        message = http.signed("POST", "/heartbeat", BEAT)
        said = message.headers["Signature-Input"]
        assert old in said
        message.headers["Signature-Input"] = said.replace(old, new)
        refused(http.send(message, BEAT), "signature")


def test_a_header_sent_twice_is_not_the_one_that_was_signed(http: Http) -> None:
    """A stranger on the way adds a line before the signed one: neither of them is taken."""
    for name in (wire.IDEMPOTENCY_KEY, wire.TERMINAL_SESSION):
        message = http.signed("POST", "/heartbeat", BEAT)
        connection = plain_http.HTTPConnection(http.url.removeprefix("http://"), timeout=30)
        connection.putrequest("POST", f"{wire.PREFIX}/heartbeat")
        connection.putheader(name, "a-stranger-was-here")
        for header, value in message.headers.items():
            connection.putheader(header, value)
        connection.putheader("Content-Length", str(len(BEAT)))
        connection.endheaders(BEAT)
        status = connection.getresponse().status
        connection.close()
        assert status == 401


def test_another_terminals_key(http: Http) -> None:
    http.world.terminal("terminal-2")
    stolen = TerminalKey("terminal-1", http.world.keys["terminal-2"]._key)
    assert http.client(key=stolen).hello() == ServerFault("signature", sent=True)
    stranger = TerminalKey("terminal-9", Ed25519PrivateKey.generate())
    assert http.client(key=stranger).hello() == ServerFault("signature", sent=True)
    assert isinstance(http.client().hello(), ServerHello)


def test_a_terminal_with_a_new_key_is_closed_and_its_old_key_is_nothing(http: Http) -> None:
    client = http.opened()
    old = http.world.keys["terminal-1"]
    new = TerminalKey("terminal-1", Ed25519PrivateKey.generate())
    with http.world.database.write() as session:
        terminals.register(
            session, "terminal-1", "見本の端末", new.public_bytes(), production=False,
            now=http.world.clock.now(), actor=BY_TEST,
        )  # fmt: skip
    assert client.hello() == ServerFault("signature", sent=True)
    assert isinstance(http.client(key=new).hello(), ServerHello)
    assert http.client(key=old).hello() == ServerFault("signature", sent=True)
    assert http.world.terminal_row().session_sha256 is None


@pytest.mark.parametrize("seconds", [-3600, -90, 30, 3600])
def test_a_clock_that_is_wrong_gets_a_code_of_its_own(http: Http, seconds: int) -> None:
    http.app.state.server.signatures._started = 0  # older than every signature here
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    message = http.signed("POST", "/heartbeat", BEAT, at=at)
    refused(http.send(message, BEAT), "signature_age")


def test_a_signature_from_before_the_server_started_is_refused(http: Http) -> None:
    """Its nonce may have been used before a restart, and nonces are kept in memory."""
    check = http.app.state.server.signatures
    check._started = int(datetime.now(UTC).timestamp()) + 3
    message = http.signed("POST", "/heartbeat", BEAT)
    refused(http.send(message, BEAT), "signature_old_server")


def test_a_request_captured_before_a_restart_is_no_good_after_it(http: Http) -> None:
    message = http.signed("POST", "/heartbeat", BEAT)
    assert http.send(message, BEAT).status_code == 200
    later = datetime.now(UTC) + timedelta(seconds=2)
    restarted = SignatureCheck(http.world.database, later)
    headers = {name.lower(): value for name, value in message.headers.items()}
    assert restarted.whose("POST", message.url, headers, BEAT) == (None, "signature_old_server")


def test_refusals_are_logged_and_an_attack_does_not_fill_the_log(http: Http) -> None:
    http.world.terminal()
    rows = len(http.world.events())
    for _ in range(5):
        message = http.signed("POST", "/heartbeat", BEAT)
        del message.headers["Signature"]
        http.send(message, BEAT)
    assert http.world.events()[rows:] == ["terminal.refused"]
    assert http.world.chain().fault is None


NONSENSE = (
    "", "x", "=", "pyhms=()", "pyhms=(", ";;;", "pyhms=:AAAA:", "\u00e9", "a" * 5000,
    'pyhms=("@method");created=1', 'pyhms=("@method");created="x";keyid=1',
    'pyhms=("@method" "@path" "@query" "content-digest" "idempotency-key" "terminal-session")'
    ';created=99999999999999;keyid="terminal-1";nonce="x";tag="daicho-kiosk"',
    'a=("@method"), b=("@method")', 'pyhms=("@nothing");created=1;tag="daicho-kiosk"',
    'pyhms=("@query-param");created=1;tag="daicho-kiosk";keyid="terminal-1"',
)  # fmt: skip


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest"])
def test_nonsense_in_the_signatures_headers(http: Http, name: str) -> None:
    for nonsense in NONSENSE:
        message = http.signed("POST", "/heartbeat", BEAT)
        message.headers[name] = nonsense.encode("utf-8").decode("latin-1")
        answer = http.send(message, BEAT)
        assert answer.status_code == 401, (nonsense, answer.text)
        assert answer.json()["code"] in {"signature", "signature_age"}
