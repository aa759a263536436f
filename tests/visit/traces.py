"""Looking for a visitor's traces in every file of the terminal, in each way text may be written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tests.visit.plan import Plan

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc-jp")


def markers(plan: Plan) -> tuple[str, ...]:
    """What only this visitor typed, as typed and as the program writes it."""
    name = "\u3000".join(part.word for part in plan.name)
    phone = plan.phone
    return (
        name,
        plan.name[-1].word,
        "".join(part.kana for part in plan.name),
        phone,
        f"{phone[:2]}-{phone[2:6]}-{phone[6:]}",
        f"中央{plan.address_number}",
    )


def _forms(marker: str) -> set[bytes]:
    forms = {json.dumps(marker)[1:-1].encode("ascii")}
    for encoding in ENCODINGS:
        forms.add(marker.encode(encoding, "ignore"))
    return {form for form in forms if len(form) >= 4}


def traces(folders: Iterable[Path], wanted: Iterable[str]) -> list[str]:
    """``file: which marker`` for every file that holds one; names of files count too."""
    forms = [(number, form) for number, one in enumerate(wanted) for form in _forms(one)]
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder)).encode("utf-8", "surrogateescape")
            data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found += [f"{path}: {number}" for number, form in forms if form in data or form in name]
    return found


def search_works(folder: Path, wanted: Iterable[str]) -> bool:
    """Plants each marker in a file of its own and looks for it; leaves nothing behind."""
    for marker in wanted:
        planted = folder / "planted.bin"
        planted.write_bytes(b"\0\1" + marker.encode("utf-16-le") + b"\2")
        seen = traces([folder], [marker])
        planted.unlink()
        if not seen or traces([folder], [marker]):
            return False
    return True
