"""個人 or 法人, by the words that the name of a body carries."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

#: Before a marker that counts at the end of a word only, for a person's name may begin with it.
ENDING_SIGNS = "～〜~"


class BodyMarkers:
    """Markers of 法人: ``株式会社`` anywhere in a name; ``～神社`` where a word ends with it and is
    more than it (見本神社, not 神社　太郎), or where it is the whole name."""

    def __init__(self, markers: Iterable[str]) -> None:
        listed = tuple(markers)
        self._within = tuple(_flat(one) for one in listed if one[0] not in ENDING_SIGNS)
        self._endings = tuple(_flat(one[1:]) for one in listed if one[0] in ENDING_SIGNS)

    def named(self, owner: str) -> bool:
        """Whether this is a body's name; unsure is a person's, of which less is shown."""
        flat = _flat(owner)
        if any(marker in flat for marker in self._within) or flat.strip() in self._endings:
            return True
        return any(
            word.endswith(ending) and word != ending
            for word in flat.split()
            for ending in self._endings
        )


def _flat(text: str) -> str:
    """㈱, （株） and (株) are one marker, ㍿ is 株式会社, in whatever width they are written."""
    return unicodedata.normalize("NFKC", text)
