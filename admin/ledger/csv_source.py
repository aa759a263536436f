"""A ledger file as rows of text: its encoding found out, its lines counted, nothing guessed."""

from __future__ import annotations

import codecs
import contextlib
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from admin.ledger.words import refusal

#: Bytes read at a time.
CHUNK = 1 << 20
#: Longest text of one cell, in characters.
CELL_LIMIT = 100_000
#: A file is in an encoding although some of its lines are broken, when those are one in so many,
#: or so few. Such a line is refused, the others are loaded.
BROKEN_LINES = 50
FEW_LINES = 3
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: What else separates columns, tried where the profile's own sign finds no headings.
DELIMITERS = ("\t", ",", ";")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read. ``encoding`` is Python's name of it; ``size`` in bytes."""

    path: Path
    encoding: str
    sha256: str
    size: int
    damaged: bool = False  # some bytes are no text: they come as half characters (PEP 383)


@dataclass(frozen=True, slots=True)
class SourceFault:
    """Why the file cannot be read, as a sentence. ``line`` counts from 1; 0 is the whole file."""

    line: int
    sentence: str


class BrokenCsvError(Exception):
    """The file stops being CSV at ``line``."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def open_source(path: Path) -> Source | SourceFault:
    """Read the file once: its hash, and the encoding in which all of it can be read.

    UTF-8 is tried before CP932: text in CP932 is practically never valid UTF-8.
    """
    try:
        with path.open("rb") as file:
            return _examine(path, file.read(3), path.stat().st_size)
    except OSError as error:
        return SourceFault(0, refusal("cannot_read", detail=error.strerror or "不明"))


def _examine(path: Path, start: bytes, size: int) -> Source | SourceFault:
    if start.startswith(_WIDE):
        return SourceFault(0, refusal("wide"))
    marked = start.startswith(codecs.BOM_UTF8)
    names = ["utf-8-sig"] if marked else ["utf-8", "cp932"]
    decoders = {name: codecs.getincrementaldecoder(name)() for name in names}
    digest = hashlib.sha256()
    seen_text = False
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            seen_text = seen_text or bool(chunk.strip(b"\xef\xbb\xbf\r\n\t ,"))
            for name in list(decoders):
                _feed(decoders, name, chunk, final=False)
    for name in list(decoders):
        _feed(decoders, name, b"", final=True)
    if not seen_text:
        return SourceFault(0, refusal("empty"))
    if decoders:
        return Source(path, next(iter(decoders)), digest.hexdigest(), size)
    name, first = _nearest(path, names)
    if name:
        return Source(path, name, digest.hexdigest(), size, damaged=True)
    return SourceFault(first, refusal("encoding"))


def _feed(
    decoders: dict[str, codecs.IncrementalDecoder], name: str, chunk: bytes, *, final: bool
) -> None:
    try:
        decoders[name].decode(chunk, final)
    except UnicodeDecodeError:
        del decoders[name]


def _nearest(path: Path, names: list[str]) -> tuple[str, int]:
    """The encoding in which all but a few lines can be read, or "" and the first line that none
    of them reads."""
    lines, broken, first = 0, dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    with path.open("rb") as file:
        for lines, line in enumerate(file, start=1):
            for name in names:
                try:
                    line.decode(name)
                except UnicodeDecodeError:
                    broken[name] += 1
                    first[name] = first[name] or lines
    best = min(names, key=lambda name: broken[name])
    few = broken[best] * BROKEN_LINES <= lines or broken[best] <= min(FEW_LINES, lines // 2)
    return (best if few else ""), first[best]


def rows(source: Source, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line on which each row begins (from 1) and its cells; rows without any text are left out.

    Raises:
        BrokenCsvError: a quotation mark is not closed, a cell is endless.
    """
    errors = "surrogateescape" if source.damaged else "strict"
    with (
        _cell_limit(),
        source.path.open(encoding=source.encoding, errors=errors, newline="") as file,
    ):
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        line = 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise BrokenCsvError(line, _broken(str(error))) from error
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1


def _broken(said: str) -> str:
    """What is wrong, in Japanese. Source of the words: Modules/_csv.c of Python 3.11."""
    if "unexpected end of data" in said:
        return refusal("csv_open")
    if "field larger than" in said:
        return refusal("csv_endless", limit=CELL_LIMIT)
    return refusal("csv_quote") if "expected after" in said else refusal("csv")


@contextlib.contextmanager
def _cell_limit() -> Iterator[None]:
    before = csv.field_size_limit(CELL_LIMIT)
    try:
        yield
    finally:
        csv.field_size_limit(before)
