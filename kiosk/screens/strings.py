"""The catalogues of sentences (assets/strings/*.ja.yaml) as one flat table of keys."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import yaml

from kiosk.domain.assets import asset_path


class SentenceMissingError(KeyError):
    """A screen asked for a sentence that no catalogue has; tests walk all keys."""


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner)
    else:
        yield prefix, str(value).rstrip("\n")


@functools.lru_cache(maxsize=1)
def catalogue() -> dict[str, str]:
    """Every sentence by key. Raises ValueError when two catalogues claim one key."""
    found: dict[str, str] = {}
    for path in sorted(asset_path("strings").glob("*.ja.yaml")):
        for key, text in _flat("", yaml.safe_load(path.read_text(encoding="utf-8")) or {}):
            if found.setdefault(key, text) != text:
                raise ValueError(f"{path.name}: {key} is in another catalogue too")
    return found


def tr(key: str, **values: object) -> str:
    """The sentence of ``key`` with ``{name}`` filled in. Raises SentenceMissingError."""
    try:
        sentence = catalogue()[key]
    except KeyError:
        raise SentenceMissingError(key) from None
    return sentence.format(**values) if values else sentence


def has(key: str) -> bool:
    return key in catalogue()
