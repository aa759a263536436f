"""The certificate's own sentences (assets/strings/certificate.ja.yaml), for staff."""

from __future__ import annotations

import functools
from typing import Any

import yaml

from kiosk.domain.assets import asset_path


@functools.lru_cache(maxsize=1)
def _catalogue() -> dict[str, dict[str, Any]]:
    text = asset_path("strings", "certificate.ja.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return found


def _sentences() -> dict[str, dict[str, str]]:
    return _catalogue()["certificate"]


def slip_word(code: str) -> str:
    """A word or sentence on a slip. Raises KeyError."""
    word: str = _catalogue()["slip"][code]
    return word


def sentence(group: str, code: str) -> str:
    """``group``: fault, refusal, entry or preview. Raises KeyError; a test walks all codes."""
    return _sentences()[group][code]


def with_detail(group: str, code: str, detail: str) -> str:
    """The sentence, and behind it in brackets what is for whoever repairs it."""
    said = sentence(group, code)
    return f"{said}（{detail}）" if detail else said
