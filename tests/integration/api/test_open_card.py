"""A terminal opened by card over HTTP: what the log says, and what the server does not allow."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from admin.db.log_tables import OperationLog
from admin.settings import Settings
from kiosk.domain.card import FelicaProof, PivProof, SignInMethod
from kiosk.domain.ports import CardChallenge, ServerFault, StaffOpened
from tests.fakes.soft_key import SoftKey
from tests.fixtures.http_section import PIN, STAFF, Http

IDM = bytes.fromhex("0123456789abcdef")
KEY = SoftKey.ec()


def last_row(http: Http) -> dict[str, object]:
    with http.world.database.read() as session:
        query = select(OperationLog.canonical).order_by(OperationLog.seq.desc()).limit(1)
        row: dict[str, object] = json.loads(session.scalar(query) or b"{}")
        return row


def test_the_log_says_who_opened_and_how(http: Http) -> None:
    http.world.felica(STAFF, IDM)
    http.world.piv(STAFF, KEY)
    client = http.client()
    asked = client.card_challenge()
    assert isinstance(asked, CardChallenge)
    piv = PivProof(KEY.sha256, asked.nonce, KEY.sign(asked.message))
    for kind, opened in (
        ("staff_id", client.open_terminal(STAFF, PIN, False)),
        ("felica", client.open_by_card(FelicaProof(IDM, PIN), False)),
        ("piv", client.open_by_card(piv, False)),
    ):
        assert isinstance(opened, StaffOpened), kind
    with http.world.database.read() as session:
        query = select(OperationLog.canonical).where(OperationLog.event == "terminal.opened")
        kinds = [json.loads(row)["data"] for row in session.scalars(query)]
    assert [said.get("kind") for said in kinds[-3:]] == ["staff_id", "felica", "piv"]
    assert http.world.terminal_row().opened_by == STAFF


def test_closing_is_one_row_and_closes(http: Http) -> None:
    client = http.opened()
    assert client.close_terminal("card_removed") is None
    row = last_row(http)
    assert (row["event"], row["actor"]) == ("terminal.closed", f"staff:{STAFF}")
    assert row["data"] == {"staff_id": STAFF, "reason": "card_removed"}
    assert http.world.terminal_row().session_sha256 is None
    before = len(http.world.events())
    assert client.close_terminal("staff") is None
    assert len(http.world.events()) == before


@pytest.mark.parametrize("allowed", ["piv", "felica, piv"])
def test_what_the_section_does_not_allow_is_refused_whoever_offers_it(
    http: Http, allowed: str
) -> None:
    http.world.felica(STAFF, IDM)
    state = http.app.state.server
    state.settings = state.settings.model_copy(update={"open_methods": allowed.replace(" ", "")})
    client = http.client()
    no = ServerFault("method_not_allowed", sent=True)
    assert client.open_terminal(STAFF, PIN, False) == no
    opened = client.open_by_card(FelicaProof(IDM, PIN), False)
    assert isinstance(opened, StaffOpened) is ("felica" in allowed)
    assert http.world.count("sign_in_failure") == 0


def test_the_settings_know_their_words() -> None:
    assert Settings().methods == set(SignInMethod)
    assert Settings(open_methods=" piv , felica").methods == {
        SignInMethod.PIV, SignInMethod.FELICA,
    }  # fmt: skip
    for wrong in ("", "password", "piv,,x"):
        with pytest.raises(ValidationError, match="DAICHO_OPEN_METHODS"):
            Settings(open_methods=wrong)


@pytest.mark.parametrize(
    "body",
    [
        b"{}", b'{"proof":{"kind":"felica","idm":"00","pin":"1"}}',
        b'{"proof":{"kind":"felica","idm":"0123456789ABCDEF","pin":"1"}}',
        b'{"proof":{"kind":"nfc","idm":"0123456789abcdef","pin":"1"}}',
        b'{"proof":{"kind":"piv","key_sha256":"00","nonce":"00","signature":"0"}}',
    ],
)  # fmt: skip
def test_bodies_that_are_refused_unread(http: Http, body: bytes) -> None:
    answer = http.post("/open-card", body)
    assert answer.status_code == 400
    assert "0123456789" not in answer.text
    assert http.world.count("sign_in_failure") == 0


def test_nobody_may_ask_for_a_challenge_without_a_key(http: Http) -> None:
    answer = http.plain.post(f"{http.url}/api/v6/card-challenge", timeout=30)
    assert answer.status_code == 401
