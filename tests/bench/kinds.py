"""Every kind of sloppiness there is."""

from __future__ import annotations

from tests.bench import listed, sloppy
from tests.bench.sloppy import Writer

KINDS: dict[str, Writer] = {**sloppy.KINDS, **listed.KINDS}
