"""The few kinds of CBOR that a signed code is made of, in their one canonical spelling.

RFC 8949, 4.2.1 (core deterministic encoding). Reading is strict: a longer head than needed, a
float, a tag, an endless string or a byte too many is no value. Lengths and numbers below 65536.
"""

from __future__ import annotations

from typing import TypeAlias

Value: TypeAlias = "int | bool | bytes | str | list[Value] | dict[int, Value]"

_UINT, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE = 0, 2, 3, 4, 5, 7
_FALSE, _TRUE = 20, 21
_DEEPEST = 4


def head(major: int, argument: int) -> bytes:
    """Major type and argument, as short as can be. Raises ValueError from 65536 on."""
    if argument < 24:
        return bytes([major << 5 | argument])
    if argument < 0x100:
        return bytes([major << 5 | 24, argument])
    if argument < 0x10000:
        return bytes([major << 5 | 25]) + argument.to_bytes(2, "big")
    raise ValueError("too large")


def dumps(value: Value) -> bytes:
    """Maps have unsigned keys, written in rising order. Raises ValueError."""
    if isinstance(value, bool):
        return bytes([_SIMPLE << 5 | (_TRUE if value else _FALSE)])
    if isinstance(value, int):
        return head(_UINT, value)
    if isinstance(value, bytes):
        return head(_BYTES, len(value)) + value
    if isinstance(value, str):
        raw = value.encode("utf-8")
        return head(_TEXT, len(raw)) + raw
    if isinstance(value, list):
        return head(_ARRAY, len(value)) + b"".join(map(dumps, value))
    pairs = (dumps(key) + dumps(value[key]) for key in sorted(value))
    return head(_MAP, len(value)) + b"".join(pairs)


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw, self.at = raw, 0

    def take(self, count: int) -> bytes:
        taken = self.raw[self.at : self.at + count]
        if len(taken) != count:
            raise ValueError("cut short")
        self.at += count
        return taken

    def argument(self, low: int) -> int:
        if low < 24:
            return low
        if low not in (24, 25):
            raise ValueError("no such argument")
        value = int.from_bytes(self.take(low - 23), "big")
        if value < (24 if low == 24 else 0x100):
            raise ValueError("longer than needed")
        return value

    def value(self, depth: int) -> Value:
        if depth > _DEEPEST:
            raise ValueError("too deep")
        first = self.take(1)[0]
        major, low = first >> 5, first & 31
        if major == _SIMPLE:
            if low not in (_FALSE, _TRUE):
                raise ValueError("no such value")
            return low == _TRUE
        count = self.argument(low)
        if major == _UINT:
            return count
        if major == _BYTES:
            return self.take(count)
        if major == _TEXT:
            return self.take(count).decode("utf-8")  # UnicodeDecodeError is a ValueError
        if major == _ARRAY:
            return [self.value(depth + 1) for _ in range(count)]
        if major == _MAP:
            return self._map(count, depth)
        raise ValueError("no such kind")

    def _map(self, count: int, depth: int) -> Value:
        found: dict[int, Value] = {}
        last = -1
        for _ in range(count):
            key = self.value(depth + 1)
            if isinstance(key, bool) or not isinstance(key, int) or key <= last:
                raise ValueError("keys out of order")
            found[key] = self.value(depth + 1)
            last = key
        return found


def loads(raw: bytes) -> Value:
    """The value that the whole of ``raw`` spells canonically. Raises ValueError."""
    reader = _Reader(raw)
    value = reader.value(0)
    if reader.at != len(raw):
        raise ValueError("bytes left over")
    return value
