"""The PC/SC reader against a real pcscd, with cards laid down and taken away while it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.integration.cards import room as rooms
from tests.integration.cards.room import Room

rooms.prepare()

from kiosk.cards.pcsc import PcscReader  # noqa: E402 - its library reads the environment at import
from kiosk.domain.card import (  # noqa: E402
    CardFault,
    FelicaCard,
    NoCard,
    NoReader,
    NoReaderReason,
    OtherCard,
    PivCard,
    PivKey,
)
from tests.contract.card_reader_contract import (  # noqa: E402
    MESSAGE,
    CardReaderContract,
    PluggableContract,
    ReaderRig,
    fault,
)
from tests.fakes.soft_key import SoftKey  # noqa: E402
from tests.integration.cards import virtual_card as cards  # noqa: E402
from tests.integration.cards.piv_applet import PivApplet  # noqa: E402

IDM, PIN = bytes.fromhex("0123456789abcdef"), "314159"
EC, RSA = SoftKey.ec(), SoftKey.rsa()


@pytest.fixture(scope="module")
def _room() -> Iterator[Room]:
    with Room() as room:
        yield room


@pytest.fixture
def room(_room: Room) -> Iterator[Room]:
    yield _room
    _room.hand.close()
    _room.hand.before = lambda _apdu: None


@pytest.fixture
def reader() -> Iterator[PcscReader]:
    made = PcscReader(rooms.READER)
    yield made
    made.close()


def rig_of(room: Room, reader: PcscReader, applet: PivApplet, public_key: bytes) -> ReaderRig:
    def insert(kind: str) -> None:
        made = {"felica": cards.FelicaCard(IDM), "piv": applet, "other": OTHER}[kind]
        room.hand.insert(made)

    return ReaderRig(reader, insert, room.hand.remove, IDM, PIN, public_key)


OTHER = cards.FelicaCard(b"\x04\xa1\xb2\xc3", atr=cards.PIV_ATR)  # four bytes: a tag of type A


class TestPcsc(CardReaderContract):
    """ECC P-256 in slot 9A."""

    @pytest.fixture
    def rig(self, room: Room, reader: PcscReader) -> ReaderRig:
        return rig_of(room, reader, PivApplet({0x9A: EC}), EC.public_key)


class TestPcscRsa(CardReaderContract):
    """RSA-2048 in slot 9A, a zipped certificate, and answers in small pieces."""

    @pytest.fixture
    def rig(self, room: Room, reader: PcscReader) -> ReaderRig:
        applet = PivApplet({0x9A: RSA}, zipped=True, piece=97)
        return rig_of(room, reader, applet, RSA.public_key)


class TestPcscService(PluggableContract):
    """The service is stopped and started again under a reader that lives on."""

    @pytest.fixture
    def own_room(self, _room: Room) -> Iterator[Room]:
        yield _room
        _room.stop()
        _room.start()

    @pytest.fixture
    def rig(self, own_room: Room, reader: PcscReader) -> ReaderRig:
        return rig_of(own_room, reader, PivApplet({0x9A: EC}), EC.public_key)

    @pytest.fixture
    def unplug(self, own_room: Room) -> Callable[[], None]:
        return own_room.stop

    @pytest.fixture
    def plug(self, own_room: Room) -> Callable[[], None]:
        return own_room.start


def shown(reader: PcscReader, kind: type[object]) -> object:
    rig = ReaderRig(reader, lambda _kind: None, lambda: None, IDM, PIN, b"")
    return rig.until(kind)  # type: ignore[arg-type]


def test_a_reader_of_another_name_is_none(room: Room) -> None:
    reader = PcscReader("Keyboard")
    assert reader.look() == NoReader(NoReaderReason.READER)
    reader.close()
    any_reader = PcscReader()
    assert isinstance(any_reader.look(), NoCard)
    any_reader.close()


def test_9e_is_used_where_there_is_no_9a(room: Room, reader: PcscReader) -> None:
    room.hand.insert(PivApplet({0x9E: RSA}))
    card = shown(reader, PivCard)
    assert isinstance(card, PivCard)
    key = reader.piv_key(card)
    assert isinstance(key, PivKey)
    assert (key.slot, key.algorithm, key.public_key) == (0x9E, 0x07, RSA.public_key)


def test_9a_comes_first_and_needs_the_pin(room: Room, reader: PcscReader) -> None:
    applet = PivApplet({0x9E: RSA, 0x9A: EC})
    room.hand.insert(applet)
    card = shown(reader, PivCard)
    assert isinstance(card, PivCard)
    key = reader.piv_key(card)
    assert isinstance(key, PivKey)
    assert key.slot == 0x9A
    assert isinstance(reader.sign(card, key, PIN, MESSAGE), bytes)
    sent = [apdu for apdu in applet.seen if apdu[1] in (0x20, 0x87)]
    assert sent[0] == bytes.fromhex("0020008008") + PIN.encode() + b"\xff\xff"
    assert sent[1][:4] == bytes([0x00, 0x87, 0x11, 0x9A])
    assert not applet.verified, "the card forgets the PIN when the talk ends"


def test_a_card_with_keys_of_other_kinds_has_none(room: Room, reader: PcscReader) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    room.hand.insert(PivApplet({0x9A: SoftKey(ec.generate_private_key(ec.SECP384R1()))}))
    card = shown(reader, PivCard)
    assert isinstance(card, PivCard)
    assert fault(reader.piv_key(card)) is CardFault.NO_KEY


@pytest.mark.parametrize("ins", [0x20, 0x87], ids=["verify", "general-authenticate"])
def test_a_card_taken_away_in_the_middle_is_gone(room: Room, reader: PcscReader, ins: int) -> None:
    room.hand.insert(PivApplet({0x9A: RSA}))
    card = shown(reader, PivCard)
    assert isinstance(card, PivCard)
    key = reader.piv_key(card)
    assert isinstance(key, PivKey)

    def snatch(apdu: bytes) -> None:
        if apdu[1] == ins:
            room.hand.remove()

    room.hand.before = snatch
    assert fault(reader.sign(card, key, PIN, MESSAGE)) is CardFault.GONE
    shown(reader, NoCard)


@pytest.mark.parametrize(
    ("idm", "atr"),
    [
        (bytes.fromhex("0123456789abcdef"), cards.VICINITY_ATR),  # eight bytes, another standard
        (bytes.fromhex("01fe456789abcdef"), cards.FELICA_ATR),  # made up anew each time
        (bytes(8), cards.FELICA_ATR),
        (bytes.fromhex("0123456789ab"), cards.FELICA_ATR),
        (b"", cards.FELICA_ATR),
    ],
)
def test_a_number_that_stands_for_no_card_is_not_taken(
    room: Room, reader: PcscReader, idm: bytes, atr: bytes
) -> None:
    room.hand.insert(cards.FelicaCard(idm, atr))
    shown(reader, OtherCard)
    for _ in range(6):  # it is asked a few times, and then left in peace
        assert isinstance(reader.look(), OtherCard)


def test_a_felica_card_without_the_readers_own_atr_is_read_too(
    room: Room, reader: PcscReader
) -> None:
    room.hand.insert(cards.FelicaCard(IDM, cards.PIV_ATR))
    seen = shown(reader, FelicaCard)
    assert isinstance(seen, FelicaCard)
    assert seen.idm == IDM
