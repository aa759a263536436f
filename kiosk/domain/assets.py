"""The one place that knows where the files under assets/ are.

In a checkout they lie beside the packages; a wheel carries them under ``share/daicho-kiosk/assets``
of the installation prefix. ``DAICHO_ASSETS`` overrides both, for a site that keeps its own form.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

_SHARE = Path("share") / "daicho-kiosk" / "assets"


class AssetMissingError(FileNotFoundError):
    """An asset that the program needs is not installed; the message names file and places."""


def asset_roots() -> tuple[Path, ...]:
    """Folders searched for assets, first match wins."""
    roots: list[Path] = []
    override = os.environ.get("DAICHO_ASSETS")
    if override:
        roots.append(Path(override))
    roots.append(Path(__file__).resolve().parents[2] / "assets")
    roots.append(Path(sysconfig.get_path("data")) / _SHARE)
    roots.append(Path(sys.prefix) / _SHARE)
    return tuple(roots)


def asset_path(*parts: str) -> Path:
    """The path of one file or folder under assets/.

    Raises:
        AssetMissingError: it is in none of the places.
    """
    relative = Path(*parts)
    for root in asset_roots():
        candidate = root / relative
        if candidate.exists():
            return candidate
    looked = ", ".join(str(root) for root in asset_roots())
    raise AssetMissingError(f"asset {relative} not found; looked in {looked}")
