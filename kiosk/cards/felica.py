"""The IDm of a FeliCa card, by the pseudo-APDU of PC/SC part 3 (section 3.2.2.1.3, GET DATA)."""

from __future__ import annotations

from kiosk.cards.apdu import Command, Transmit, exchange
from kiosk.domain.card import IDM_BYTES

_GET_UID = Command(cla=0xFF, ins=0xCA, p1=0x00, p2=0x00, answers=True)
#: In the ATR that a reader makes for a card without one of its own: RID of the PC/SC workgroup,
#: then the standard (PC/SC part 3 section 3.1.3.2.3.2 and its supplement): 0x11 is FeliCa.
_RID = bytes.fromhex("a000000306")
_FELICA = 0x11
#: JIS X 6319-4 readers give numbers beginning so to devices that make up a new one each time.
_PASSING = bytes.fromhex("01fe")


def standard_of(atr: bytes) -> int | None:
    """The card's standard in a reader's ATR; None when the ATR does not tell."""
    at = atr.find(_RID)
    return atr[at + len(_RID)] if 0 <= at < len(atr) - len(_RID) else None


def is_felica(atr: bytes) -> bool:
    return standard_of(atr) == _FELICA


def may_be_felica(atr: bytes) -> bool:
    """False when the reader says that it is a card of another standard, with a number alike."""
    return standard_of(atr) in {None, _FELICA}


def read_idm(transmit: Transmit) -> bytes | None:
    """The IDm; None when this card has none that stands for it. Raises CardGoneError."""
    answer = exchange(transmit, _GET_UID)
    idm = answer.data
    if not answer.ok or len(idm) != IDM_BYTES or not any(idm) or idm.startswith(_PASSING):
        return None
    return idm
