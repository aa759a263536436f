"""The fonts of a sheet: which glyph each recorded character has, and in which font.

A font is read straight from its file (mapped, not copied): the 46 MB of IPAmj Mincho cost a
checksum and a few tables, not a dictionary of every character. Sources: OpenType 1.9, chapters
cmap (formats 12 and 14), hmtx, loca; Unicode Technical Standard 37 for variation sequences.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import threading
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.domain.graphemes import graphemes, is_selector

#: Where Debian and Ubuntu put fonts, then where a site may add its own.
DEFAULT_FONT_DIRS: tuple[Path, ...] = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))

#: Categories that are never drawn: controls, formats, surrogates, private use (a ward's own 外字
#: would come out as whatever the font keeps there), line and paragraph separators.
_NEVER_DRAWN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
#: Fonts have a picture for these, but they stand for a character that was lost or is elsewhere.
_LOST = frozenset("\ufffc\ufffd")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One recorded sequence as one glyph. ``advance`` in em."""

    sequence: str
    font: int  # index in the FontSet
    gid: int
    advance: float


class FontError(ValueError):
    """A font file that cannot be used; the message is for the log."""


def code_points(sequence: str) -> str:
    """``U+845B U+E0101``, as staff look a character up."""
    return " ".join(f"U+{ord(c):04X}" for c in sequence)


class FontFile:
    """One TrueType file: character to glyph, variation sequence to glyph, advances, outlines.

    Raises:
        FontError: not a TrueType font with a full Unicode cmap.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        with path.open("rb") as file:
            self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.sha256 = hashlib.sha256(self.data).hexdigest()
        try:
            self._read_tables()
        except (struct.error, KeyError, IndexError) as error:
            raise FontError(f"{self.name}: {error!r}") from error

    def _read_tables(self) -> None:
        data = self.data
        version, count = struct.unpack_from(">LH", data, 0)
        if version not in (0x00010000, 0x74727565):
            raise FontError(f"{self.name}: not TrueType outlines")
        self.tables: dict[str, tuple[int, int]] = {}
        for i in range(count):
            tag, _, offset, length = struct.unpack_from(">4sLLL", data, 12 + 16 * i)
            self.tables[tag.decode("latin-1")] = (offset, length)
        head, hhea = self.tables["head"][0], self.tables["hhea"][0]
        self.units_per_em: int = struct.unpack_from(">H", data, head + 18)[0]
        self._long_loca = bool(struct.unpack_from(">H", data, head + 50)[0])
        self._metrics: int = struct.unpack_from(">H", data, hhea + 34)[0]
        self.glyph_count: int = struct.unpack_from(">H", data, self.tables["maxp"][0] + 4)[0]
        self._read_cmap()

    def _read_cmap(self) -> None:
        base = self.tables["cmap"][0]
        full = variants = 0
        for i in range(struct.unpack_from(">H", self.data, base + 2)[0]):
            platform, encoding, offset = struct.unpack_from(">HHL", self.data, base + 4 + 8 * i)
            kind = struct.unpack_from(">H", self.data, base + offset)[0]
            if kind == 12 and (platform, encoding) in ((3, 10), (0, 4), (0, 6)):
                full = base + offset
            elif kind == 14:
                variants = base + offset
        if not full:
            raise FontError(f"{self.name}: no cmap of all of Unicode")
        groups = struct.unpack_from(">L", self.data, full + 12)[0]
        body = self.data[full + 16 : full + 16 + 12 * groups]
        self._groups = list(struct.iter_unpack(">LLL", body))
        self._starts = [group[0] for group in self._groups]
        self._variants: dict[tuple[int, int], int | None] = {}
        if variants:
            self._read_variants(variants)

    def _read_variants(self, table: int) -> None:
        data = self.data
        for i in range(struct.unpack_from(">L", data, table + 6)[0]):
            record = table + 10 + 11 * i
            selector = int.from_bytes(data[record : record + 3], "big")
            default, other = struct.unpack_from(">LL", data, record + 3)
            if default:
                count = struct.unpack_from(">L", data, table + default)[0]
                for k in range(count):
                    at = table + default + 4 + 4 * k
                    first = int.from_bytes(data[at : at + 3], "big")
                    for code in range(first, first + data[at + 3] + 1):
                        self._variants[code, selector] = None
            if other:
                count = struct.unpack_from(">L", data, table + other)[0]
                for k in range(count):
                    at = table + other + 4 + 5 * k
                    code = int.from_bytes(data[at : at + 3], "big")
                    self._variants[code, selector] = struct.unpack_from(">H", data, at + 3)[0]

    def glyph(self, code: int) -> int:
        """The nominal glyph of a character, 0 if there is none."""
        i = bisect_right(self._starts, code) - 1
        if i < 0:
            return 0
        start, end, gid = self._groups[i]
        return int(gid + code - start) if code <= end else 0

    def variant(self, code: int, selector: int) -> int:
        """The glyph of (base, selector); 0 if the font does not name the pair."""
        if (code, selector) not in self._variants:
            return 0
        named = self._variants[code, selector]
        return self.glyph(code) if named is None else named

    def pairs(self) -> Iterable[tuple[int, int]]:
        """Every (base, selector) that the font names."""
        return self._variants.keys()

    def metrics(self, gid: int) -> tuple[int, int]:
        """Advance and left side bearing, in units per em."""
        hmtx = self.tables["hmtx"][0]
        last = self._metrics - 1
        if gid <= last:
            advance, bearing = struct.unpack_from(">Hh", self.data, hmtx + 4 * gid)
            return advance, bearing
        advance = struct.unpack_from(">H", self.data, hmtx + 4 * last)[0]
        at = hmtx + 4 * self._metrics + 2 * (gid - self._metrics)
        return advance, struct.unpack_from(">h", self.data, at)[0]

    def outline_start(self, gid: int) -> int:
        """Offset of a glyph's outline in glyf; equal to the next one's where it has none."""
        loca = self.tables["loca"][0]
        if self._long_loca:
            return int(struct.unpack_from(">L", self.data, loca + 4 * gid)[0])
        return 2 * int(struct.unpack_from(">H", self.data, loca + 2 * gid)[0])

    def blank(self, gid: int) -> bool:
        return self.outline_start(gid) == self.outline_start(gid + 1)


@dataclass(frozen=True, slots=True)
class FontSet:
    """Fonts in order of preference. Immutable after loading but for its cache of glyphs."""

    files: tuple[FontFile, ...]
    _known: dict[str, Glyph | None] = field(default_factory=dict, repr=False, compare=False)

    def resolve(self, cluster: str) -> Glyph | None:
        """The glyph of one cluster, or None when no font draws exactly what is recorded."""
        if cluster not in self._known:
            self._known[cluster] = self._find(cluster)
        return self._known[cluster]

    def shape(self, text: str) -> tuple[list[Glyph], list[str]]:
        """The glyphs of one line and the sequences that no font has."""
        found: list[Glyph] = []
        missing: list[str] = []
        for cluster in graphemes(text):
            glyph = self.resolve(cluster)
            if glyph is None:
                missing.append(cluster)
            else:
                found.append(glyph)
        return found, missing

    def _find(self, cluster: str) -> Glyph | None:
        base, rest = cluster[0], cluster[1:]
        if is_selector(base) or base in _LOST or unicodedata.category(base) in _NEVER_DRAWN:
            return None
        selector = 0
        if len(rest) == 1 and is_selector(rest):
            selector = ord(rest)
        elif rest:
            # か + U+3099 is drawn as the one character it equals; nothing is placed by guess.
            composed = unicodedata.normalize("NFC", cluster)
            if len(composed) != 1 or unicodedata.normalize("NFC", base) != base:
                return None
            base = composed
        may_be_blank = unicodedata.category(base) == "Zs"
        for index, file in enumerate(self.files):
            gid = file.variant(ord(base), selector) if selector else file.glyph(ord(base))
            if gid and (may_be_blank or not file.blank(gid)):
                return Glyph(cluster, index, gid, file.metrics(gid)[0] / file.units_per_em)
        return None


_LOADED: dict[tuple[str, ...], FontSet] = {}
_LOAD_LOCK = threading.Lock()


def _locate(name: str, dirs: Sequence[Path]) -> Path:
    for top in dirs:
        for folder, subfolders, names in os.walk(top):
            subfolders.sort()
            if name in names:
                return Path(folder) / name
    places = ", ".join(str(d) for d in dirs)
    raise FileNotFoundError(f"font {name} not found under {places}")


def load_fonts(names: Sequence[str], dirs: Sequence[Path] | None = None) -> FontSet:
    """The named font files, read once per process.

    Raises:
        FileNotFoundError: a font is under none of the folders.
        FontError: a file is no font that can be embedded.
    """
    paths = [_locate(name, DEFAULT_FONT_DIRS if dirs is None else dirs) for name in names]
    key = tuple(str(path) for path in paths)
    with _LOAD_LOCK:
        if key not in _LOADED:
            _LOADED[key] = FontSet(tuple(FontFile(path) for path in paths))
        return _LOADED[key]
