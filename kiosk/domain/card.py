"""IC cards of staff as the terminal sees them, and what proves one to the server. Closed types.

A FeliCa card is known by its IDm, which anybody can read and copy: it stands for a staff ID, and
the PIN beside it is the proof. A PIV card (NIST SP 800-73-4) proves itself by signing a challenge
with a key that never leaves it; its PIN is the card's own and never leaves the terminal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

#: Bytes of an IDm (JIS X 6319-4, manufacture ID).
IDM_BYTES = 8
#: Bytes of the server's challenge.
NONCE_BYTES = 32
#: What a card signs begins with this, so that the signature is good for nothing else.
_OPENING = b"daicho-kiosk open terminal 1"


class SignInMethod(StrEnum):
    """How staff open a terminal; the configuration names those that it offers."""

    STAFF_ID = "staff_id"  # staff ID and PIN, typed
    FELICA = "felica"  # IDm and the account's PIN
    PIV = "piv"  # challenge and response; the card's own PIN


#: The methods that need a reader.
CARD_METHODS = frozenset({SignInMethod.FELICA, SignInMethod.PIV})


class NoReaderReason(StrEnum):
    SERVICE = "service"  # the PC/SC service does not run
    READER = "reader"  # it runs, and there is no reader (of the configured name)


@dataclass(frozen=True, slots=True)
class NoReader:
    reason: NoReaderReason


@dataclass(frozen=True, slots=True)
class NoCard:
    """A reader with nothing on it."""


@dataclass(frozen=True, slots=True)
class FelicaCard:
    """``insertion`` differs each time a card comes to the reader, the same one too."""

    insertion: int
    idm: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PivCard:
    insertion: int


@dataclass(frozen=True, slots=True)
class OtherCard:
    """Something lies there that is neither, or that does not answer."""

    insertion: int


CardSeen = NoReader | NoCard | FelicaCard | PivCard | OtherCard
#: What can open a terminal.
StaffCard = FelicaCard | PivCard


class CardFault(StrEnum):
    """Why a card did not do what was asked of it."""

    GONE = "gone"  # it was taken away, or another one lies there
    PIN_SHAPE = "pin_shape"  # no PIN of a PIV card: it was not sent
    PIN_WRONG = "pin_wrong"
    PIN_LAST = "pin_last"  # wrong, and one more wrong one blocks the card
    PIN_BLOCKED = "pin_blocked"
    NO_KEY = "no_key"  # no certificate of a kind that we know in 9A or 9E
    FAILED = "failed"  # any other answer


@dataclass(frozen=True, slots=True)
class CardRefusal:
    """``status`` is the card's status word for the log, 0 if it gave none."""

    fault: CardFault
    status: int = 0


@dataclass(frozen=True, slots=True)
class PivKey:
    """A key of a PIV card: where it is (0x9A, 0x9E), its algorithm and its public half.

    ``algorithm`` is SP 800-78-4 table 6-2: 0x07 RSA-2048, 0x11 ECC P-256. ``public_key`` is a
    SubjectPublicKeyInfo, DER.
    """

    slot: int
    algorithm: int
    public_key: bytes = field(repr=False)
    certificate: bytes = field(default=b"", repr=False)  # DER; it names a person


@dataclass(frozen=True, slots=True)
class FelicaProof:
    idm: bytes = field(repr=False)
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PivProof:
    """``key_sha256`` is over the public key's SubjectPublicKeyInfo: the certificate, which names a
    person, stays on the terminal."""

    key_sha256: str
    nonce: bytes = field(repr=False)
    signature: bytes = field(repr=False)


CardProof = FelicaProof | PivProof


def opening_message(terminal: str, nonce: bytes) -> bytes:
    """What a PIV card signs to open ``terminal``: made on both sides, sent by neither."""
    return b"\x00".join((_OPENING, terminal.encode("ascii"), nonce))
