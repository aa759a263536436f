"""Staff's IC cards: whose they are, when they open a terminal, and what is kept of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from admin.db.card_tables import StaffCard
from admin.db.log_tables import OperationLog
from admin.services import accounts, authority_period, staff_cards
from admin.services.accounts import AccountRefusal
from kiosk.domain.card import CardProof, FelicaProof, PivProof, opening_message
from tests.fakes.soft_key import SoftKey
from tests.fixtures.section import BY_TEST, World

IDM, PIN = bytes.fromhex("0123456789abcdef"), "482913"
REFUSED, LOCKED = AccountRefusal("sign_in_refused"), AccountRefusal("locked")
FELICA = FelicaProof(IDM, PIN)
KEY = SoftKey.ec()


@pytest.fixture
def office(world: World) -> World:
    """A person with a PIN, and two terminals."""
    world.staff("opener", accounts.Role.USER, pin=PIN, days=100)
    world.terminal("terminal-1")
    world.terminal("terminal-2")
    return world


def tried(world: World, proof: CardProof, terminal: str = "terminal-1") -> AccountRefusal | str:
    with world.database.write() as session:
        keys, now = world.services.keys, world.clock.now()
        answer = staff_cards.check_card(session, keys, proof, now, terminal)
        return answer if isinstance(answer, AccountRefusal) else answer.staff_id


def challenged(world: World, terminal: str = "terminal-1") -> bytes:
    with world.database.write() as session:
        return staff_cards.challenge(session, terminal, world.clock.now())


def answered(world: World, key: SoftKey = KEY, terminal: str = "terminal-1") -> PivProof:
    nonce = challenged(world, terminal)
    return PivProof(key.sha256, nonce, key.sign(opening_message(terminal, nonce)))


def registered(world: World, typed: str, staff_id: str = "opener") -> AccountRefusal | str:
    with world.database.write() as session:
        made = staff_cards.register_felica(
            session, world.services.keys, staff_id, typed, BY_TEST, world.clock.now()
        )
        return made if isinstance(made, AccountRefusal) else made.kind


def registered_piv(world: World, pem: str) -> AccountRefusal | str:
    with world.database.write() as session:
        made = staff_cards.register_piv(
            session, world.services.keys, "opener", pem, BY_TEST, world.clock.now()
        )
        return made if isinstance(made, AccountRefusal) else made.kind


def stopped(world: World, card: StaffCard) -> AccountRefusal | None:
    with world.database.write() as session:
        return staff_cards.revoke(session, "opener", card.id, BY_TEST, world.clock.now())


def card_id(world: World) -> StaffCard:
    return world.felica("opener", IDM)


def said(world: World) -> list[dict[str, object]]:
    with world.database.read() as session:
        query = select(OperationLog.canonical).order_by(OperationLog.seq)
        return [json.loads(row) for row in session.scalars(query)]


def whole_database(world: World) -> str:
    with world.database.read() as session:
        return repr(
            [
                session.execute(text(f"SELECT * FROM {table}")).all()
                for table in ("staff_card", "card_challenge", "operation_log", "sign_in_failure")
            ]
        )


# --- registering --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["0123456789ABCDEF", "01 23 45 67 89 ab cd ef", "01:23:45:67-89:AB:CD:EF",
              "０１２３４５６７８９ＡＢＣＤＥＦ"],
)  # fmt: skip
def test_an_idm_is_read_in_any_spelling_and_kept_in_none(office: World, typed: str) -> None:
    assert registered(office, typed) == "felica"
    assert tried(office, FELICA) == "opener"
    kept = whole_database(office)
    for spelling in (IDM.hex(), IDM.hex().upper(), repr(IDM)[2:-1], typed):
        assert spelling not in kept


@pytest.mark.parametrize(
    "typed", ["", "0123456789ABCDE", "0123456789ABCDEF0", "0123456789ABCDEG", "0" * 16],
)  # fmt: skip
def test_what_is_no_idm_is_refused(office: World, typed: str) -> None:
    assert registered(office, typed) == AccountRefusal("idm_shape")
    assert office.count("staff_card") == 0


def test_the_same_idm_has_another_index_under_another_key(office: World) -> None:
    """Whoever has the table alone cannot try the card numbers of the world."""
    here = staff_cards._index(office.services.keys, "felica", IDM.hex())
    other = replace(office.services.keys, index_key=bytes(32))
    assert staff_cards._index(other, "felica", IDM.hex()) != here
    assert staff_cards._index(office.services.keys, "piv", IDM.hex()) != here


def test_a_card_belongs_to_one_person_at_a_time(office: World) -> None:
    office.staff("hanako", accounts.Role.USER, pin="271828")
    card = office.felica("opener", IDM)
    assert registered(office, IDM.hex(), "hanako") == AccountRefusal("card_taken")
    assert registered(office, IDM.hex()) == AccountRefusal("card_taken")
    assert stopped(office, card) is None
    assert stopped(office, card) == AccountRefusal("unknown_card")
    assert registered(office, IDM.hex(), "hanako") == "felica"
    assert tried(office, FelicaProof(IDM, "271828")) == "hanako"
    assert tried(office, FELICA) == REFUSED


def test_nobody_gets_no_card(office: World) -> None:
    assert registered(office, IDM.hex(), "nobody") == AccountRefusal("unknown_account")
    office.staff("chief")
    with office.database.write() as session:
        accounts.disable(session, "opener", BY_TEST, office.clock.now())
    assert registered(office, IDM.hex()) == AccountRefusal("unknown_account")


def test_a_certificate_or_its_key_is_registered_and_its_name_is_not_kept(office: World) -> None:
    now = office.clock.now()
    until = now + timedelta(days=30)
    assert registered_piv(office, "\n" + KEY.certificate(now, until) + "\n") == "piv"
    assert registered_piv(office, KEY.public_pem()) == AccountRefusal("card_taken")
    assert registered_piv(office, SoftKey.rsa().public_pem()) == "piv"
    assert "見本 職員" not in whole_database(office)
    assert "見本 職員".encode().hex() not in whole_database(office)


def test_keys_and_texts_that_are_refused(office: World) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    now = office.clock.now()
    over = KEY.certificate(now - timedelta(days=9), now)
    p384 = SoftKey(ec.generate_private_key(ec.SECP384R1()))
    for pem, code in (
        ("", "card_pem"), ("見本", "card_pem"), (KEY.certificate()[:200], "card_pem"),
        (KEY.public_pem() * 90, "card_pem"), (over, "card_over"),
        (p384.public_pem(), "card_key_kind"), (SoftKey.rsa(1024).public_pem(), "card_key_kind"),
    ):  # fmt: skip
        assert registered_piv(office, pem) == AccountRefusal(code), code
    assert office.count("staff_card") == 0


def test_each_deed_is_a_row_of_its_transaction(office: World) -> None:
    card = office.felica("opener", IDM)
    assert stopped(office, card) is None
    rows = [row for row in said(office) if str(row["event"]).startswith("card.")]
    assert [row["event"] for row in rows] == ["card.registered", "card.revoked"]
    for row in rows:
        assert row["subject"] == "opener"
        assert row["data"] == {
            "account": "opener", "kind": "felica", "digest": staff_cards.mark(card),
        }  # fmt: skip
    assert office.chain().fault is None


def test_no_row_no_deed(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    card = office.felica("opener", IDM)

    def broken(*_words: object, **_named: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(staff_cards.operation_log, "append", broken)
    with pytest.raises(OSError, match="disk full"):
        stopped(office, card)
    with pytest.raises(OSError, match="disk full"):
        registered(office, "1122334455667788")
    monkeypatch.undo()
    assert tried(office, FELICA) == "opener"
    assert office.count("staff_card") == 1


# --- opening ------------------------------------------------------------------------------------


def test_three_wrong_pins_lock_card_and_staff_id_together(office: World) -> None:
    office.felica("opener", IDM)
    wrong = FelicaProof(IDM, "000001")
    assert [tried(office, wrong) for _ in range(3)] == [REFUSED, REFUSED, LOCKED]
    assert tried(office, FELICA) == LOCKED
    with office.database.write() as session:
        by_id = accounts.check_pin(session, "opener", PIN, office.clock.now(), "terminal-1")
    assert by_id == LOCKED
    assert "account.locked" in office.events()
    office.clock.advance(accounts.LOCK)
    assert tried(office, FELICA) == "opener"


def test_unknown_cards_lock_the_reader_and_are_forgotten(office: World) -> None:
    """Somebody who shows one card after the other finds out nothing, and not for long."""
    for number in range(20):
        proof = FelicaProof(number.to_bytes(8, "big"), PIN)
        assert tried(office, proof) == (LOCKED if number == 19 else REFUSED)
    assert tried(office, FelicaProof(IDM, PIN)) == LOCKED
    assert tried(office, FelicaProof(IDM, PIN), "terminal-2") == REFUSED
    assert office.count("sign_in_failure") > 20
    office.clock.advance(accounts.LOCK + accounts.FAILURE_WINDOW + timedelta(seconds=1))
    office.felica("opener", IDM)
    assert tried(office, FELICA) == "opener"
    assert office.count("sign_in_failure") <= 2


@pytest.mark.parametrize("proof", ["felica", "piv"])
def test_a_card_ends_with_its_persons_authority(office: World, proof: str) -> None:
    office.felica("opener", IDM)
    office.piv("opener", KEY)

    def again() -> AccountRefusal | str:
        return tried(office, FELICA if proof == "felica" else answered(office))

    assert again() == "opener"
    now = office.clock.now()
    with office.database.write() as session:
        authority_period.set_period(
            session, "opener", now - timedelta(days=9), now + timedelta(days=9), BY_TEST, now
        )
    office.clock.advance(timedelta(days=9))
    assert again() == REFUSED
    now = office.clock.now()
    with office.database.write() as session:
        authority_period.set_period(session, "opener", now, now + timedelta(1), BY_TEST, now)
    assert again() == "opener"
    with office.database.write() as session:
        accounts.disable(session, "opener", BY_TEST, office.clock.now())
    assert again() == REFUSED


def test_a_stopped_card_opens_nothing(office: World) -> None:
    card = office.piv("opener", KEY)
    assert tried(office, answered(office)) == "opener"
    assert stopped(office, card) is None
    assert tried(office, answered(office)) == REFUSED


def test_a_certificate_that_ends_ends_the_card(office: World) -> None:
    now = office.clock.now()
    assert registered_piv(office, KEY.certificate(now, now + timedelta(days=5))) == "piv"
    assert tried(office, answered(office)) == "opener"
    office.clock.advance(timedelta(days=5))
    assert tried(office, answered(office)) == REFUSED


def test_a_challenge_is_one_terminals_once_and_for_a_minute(office: World) -> None:
    office.piv("opener", KEY)
    proof = answered(office)
    assert tried(office, proof, "terminal-2") == REFUSED
    assert tried(office, proof) == "opener"
    assert tried(office, proof) == REFUSED
    late = answered(office)
    office.clock.advance(staff_cards.CHALLENGE_AGE)
    assert tried(office, late) == REFUSED
    in_time = answered(office)
    office.clock.advance(staff_cards.CHALLENGE_AGE - timedelta(seconds=1))
    assert tried(office, in_time) == "opener"
    other = answered(office, terminal="terminal-2")
    assert tried(office, other) == REFUSED
    nonce = challenged(office)  # signed for the other terminal, under this one's nonce
    crossed = PivProof(KEY.sha256, nonce, KEY.sign(opening_message("terminal-2", nonce)))
    assert tried(office, crossed) == REFUSED


def test_a_signature_changed_in_any_bit_opens_nothing(office: World) -> None:
    office.piv("opener", KEY)
    nonce = challenged(office)
    good = KEY.sign(opening_message("terminal-1", nonce))
    with office.database.read() as session:
        stored = session.scalar(select(StaffCard.public_key))
    assert stored == KEY.public_key
    for place in range(len(good) * 8):
        changed = bytearray(good)
        changed[place // 8] ^= 1 << place % 8
        assert not staff_cards.card_signature_is_good(
            KEY.public_key, opening_message("terminal-1", nonce), bytes(changed)
        )
    assert tried(office, PivProof(KEY.sha256, nonce, good[:-1])) == REFUSED


def test_a_card_without_a_pin_of_its_person_opens_nothing(office: World) -> None:
    office.staff("hanako", accounts.Role.USER)
    office.felica("hanako", IDM)
    assert tried(office, FelicaProof(IDM, "")) == REFUSED
    assert tried(office, FELICA) == REFUSED
