"""Parts of the ward, for whoever looks on a map: assets/towns/areas.yaml."""

from __future__ import annotations

import functools

import yaml

from kiosk.domain.assets import asset_path


@functools.lru_cache(maxsize=1)
def ward_areas() -> dict[str, tuple[str, ...]]:
    """Name of each part -> its towns' base names, in the file's order."""
    text = asset_path("towns", "areas.yaml").read_text(encoding="utf-8")
    return {str(name): tuple(map(str, bases)) for name, bases in yaml.safe_load(text).items()}


@functools.lru_cache(maxsize=1)
def area_of_base() -> dict[str, str]:
    return {base: area for area, bases in ward_areas().items() for base in bases}
