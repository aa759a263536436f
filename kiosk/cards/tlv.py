"""BER-TLV as cards use it: ISO/IEC 7816-4 section 5.2.2, definite lengths up to 65535 bytes."""

from __future__ import annotations


def encode(tag: int, value: bytes) -> bytes:
    """One object; ``tag`` is one or more bytes, big-endian."""
    size = len(value)
    if size > 0xFFFF:
        raise ValueError("too long for a card")
    length = size.to_bytes(1 if size <= 0xFF else 2, "big")
    if size > 0x7F:
        length = bytes([0x80 | len(length)]) + length
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + length + value


def decode(data: bytes) -> dict[int, bytes]:
    """The objects that stand beside each other in ``data``, by tag; of a tag twice, the first.

    Raises:
        ValueError: it is not whole.
    """
    found: dict[int, bytes] = {}
    place = 0
    while place < len(data):
        tag, place = _tag(data, place)
        size, place = _length(data, place)
        if place + size > len(data):
            raise ValueError("cut short")
        found.setdefault(tag, data[place : place + size])
        place += size
    return found


def _tag(data: bytes, place: int) -> tuple[int, int]:
    tag = data[place]
    place += 1
    if tag & 0x1F != 0x1F:
        return tag, place
    while True:
        if place >= len(data) or tag > 0xFFFF:
            raise ValueError("a tag without an end")
        tag = tag << 8 | data[place]
        place += 1
        if not tag & 0x80:
            return tag, place


def _length(data: bytes, place: int) -> tuple[int, int]:
    if place >= len(data):
        raise ValueError("no length")
    first = data[place]
    place += 1
    if first <= 0x7F:
        return first, place
    count = first & 0x7F
    if count not in (1, 2) or place + count > len(data):
        raise ValueError("a length of another kind")
    return int.from_bytes(data[place : place + count], "big"), place + count
