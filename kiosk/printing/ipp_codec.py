"""IPP messages as bytes (RFC 8010) and back. Only what a print client needs; strict about lengths.

A message is a version, an operation or status code, a request id and groups of attributes; an
attribute is a name and its values with their tags. Collections are read to their end and kept as
opaque names of members, which is all a client of ours looks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

VERSION: Final = b"\x02\x00"
VERSION_1_1: Final = b"\x01\x01"


class Group(IntEnum):
    """Delimiter tags."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    UNSUPPORTED = 0x05


class Tag(IntEnum):
    """Value tags that are written here; others are read as bytes."""

    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    RESOLUTION = 0x32
    RANGE = 0x33
    BEGIN_COLLECTION = 0x34
    END_COLLECTION = 0x37
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49
    MEMBER_NAME = 0x4A


_NUMBERS: Final = (Tag.INTEGER, Tag.ENUM)
_TEXTS: Final = range(0x40, 0x60)
#: A longer answer than this is not one of a printer we would trust.
MESSAGE_MOST: Final = 4 * 1024 * 1024

Value = str | int | bool | tuple[int, ...] | bytes


class IppError(ValueError):
    """Bytes that are no IPP message."""


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    tag: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A request (``code`` is the operation) or a response (``code`` is the status)."""

    code: int
    request_id: int
    groups: tuple[tuple[int, tuple[Attribute, ...]], ...]

    def group(self, wanted: Group) -> list[dict[str, tuple[Value, ...]]]:
        """Every group of that kind, as name to values."""
        return [
            {attribute.name: attribute.values for attribute in attributes}
            for tag, attributes in self.groups
            if tag == wanted
        ]


def encode(
    code: int,
    request_id: int,
    groups: Sequence[tuple[Group, Sequence[Attribute]]],
    version: bytes = VERSION,
) -> bytes:
    """The message without any document after it."""
    out = bytearray(version + code.to_bytes(2, "big") + request_id.to_bytes(4, "big"))
    for tag, attributes in groups:
        out.append(tag)
        for attribute in attributes:
            for index, value in enumerate(attribute.values):
                _put(out, attribute.tag, "" if index else attribute.name, value)
    out.append(Group.END)
    return bytes(out)


def _put(out: bytearray, tag: int, name: str, value: Value) -> None:
    raw = _raw(tag, value)
    out.append(tag)
    out += len(name.encode()).to_bytes(2, "big") + name.encode()
    out += len(raw).to_bytes(2, "big") + raw


def _raw(tag: int, value: Value) -> bytes:
    if tag in _NUMBERS and isinstance(value, int):
        return value.to_bytes(4, "big", signed=True)
    if tag == Tag.BOOLEAN:
        return b"\x01" if value else b"\x00"
    if tag == Tag.RESOLUTION and isinstance(value, tuple):
        across, feed, unit = value
        return across.to_bytes(4, "big") + feed.to_bytes(4, "big") + bytes([unit])
    if isinstance(value, str):
        return value.encode()
    raise ValueError(f"value {value!r} does not fit tag {tag:#04x}")


def decode(data: bytes) -> Message:
    """The message at the start of ``data``.

    Raises:
        IppError: it is cut short, has no end tag, or a length that cannot be.
    """
    if len(data) > MESSAGE_MOST:
        raise IppError("too long")
    reader = _Reader(data)
    reader.take(2)
    code, request_id = reader.number(2), reader.number(4)
    groups: list[tuple[int, tuple[Attribute, ...]]] = []
    tag = reader.number(1)
    while tag != Group.END:
        if tag >= 0x10:
            raise IppError("a value outside any group")
        attributes, following = _attributes(reader)
        groups.append((tag, tuple(attributes)))
        tag = following
    return Message(code, request_id, tuple(groups))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if len(piece) < count:
            raise IppError("cut short")
        self._at += count
        return piece

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def text(self) -> str:
        return self.take(self.number(2)).decode("utf-8", "replace")

    def value(self) -> bytes:
        return self.take(self.number(2))


def _attributes(reader: _Reader) -> tuple[list[Attribute], int]:
    """Attributes of one group, and the delimiter tag that ended it."""
    found: list[Attribute] = []
    while True:
        tag = reader.number(1)
        if tag < 0x10:
            return found, tag
        name, raw = reader.text(), reader.value()
        value: Value = _value(tag, raw)
        if tag == Tag.BEGIN_COLLECTION:
            value = b"\0".join(_members(reader))
        if name:
            found.append(Attribute(name, tag, (value,)))
        elif found:
            last = found[-1]
            found[-1] = Attribute(last.name, last.tag, (*last.values, value))
        else:
            raise IppError("a further value of no attribute")


def _members(reader: _Reader) -> Iterator[bytes]:
    """Everything inside a collection, flat: members' names and raw values, in order."""
    depth = 1
    while depth:
        tag = reader.number(1)
        if tag < 0x10:
            raise IppError("a collection without an end")
        reader.text()
        raw = reader.value()
        depth += (tag == Tag.BEGIN_COLLECTION) - (tag == Tag.END_COLLECTION)
        yield raw


def _value(tag: int, raw: bytes) -> Value:
    if tag in _NUMBERS and len(raw) == 4:
        return int.from_bytes(raw, "big", signed=True)
    if tag == Tag.BOOLEAN and len(raw) == 1:
        return raw != b"\x00"
    if tag == Tag.RESOLUTION and len(raw) == 9:
        return int.from_bytes(raw[:4], "big"), int.from_bytes(raw[4:8], "big"), raw[8]
    if tag in _TEXTS:
        return raw.decode("utf-8", "replace")
    return raw
