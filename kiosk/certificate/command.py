"""``python -m kiosk certificate``: preview of a form with an entry in it, slips, test print.

A preview only: number, date and seal come from the server, and from nowhere else. What draws is
imported when the command runs, so that the program's other commands start without it.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.certificate import slip_command
from kiosk.domain.assets import asset_path
from kiosk.domain.certificate import DrawRefusal
from kiosk.domain.japan import day_in_japan

if TYPE_CHECKING:
    from kiosk.certificate.entry_file import EntryFault
    from kiosk.domain.ledger import LedgerEntry

DEFAULT_FORM = "ledger-certificate"
SAMPLE_ENTRY = "sample-entry.json"

DONE, REFUSED, UNUSABLE = 0, 1, 2


def add_parser(subparsers: Any) -> None:
    """Adds ``certificate preview`` to the program's commands; ``args.run(args)`` runs it."""
    certificate = subparsers.add_parser("certificate", help="証明書の様式を確かめます")
    actions = certificate.add_subparsers(dest="action", required=True)
    preview = actions.add_parser("preview", help="様式のプレビューをPDFに書き出します")
    preview.add_argument(
        "--form", default=DEFAULT_FORM, help="様式の名前、または様式のファイル（.yaml）"
    )
    preview.add_argument("--entry", help="台帳1件のJSONファイル。省くと見本の台帳を使います")
    preview.add_argument(
        "--day",
        type=_day,
        help="この日の根拠・署名者で作ります (例 2027-05-01)。省くと今日",
    )
    preview.add_argument("out", metavar="OUT.pdf", type=Path, help="書き出すPDFのファイル")
    preview.set_defaults(run=run)
    slip_command.add_parsers(actions, DEFAULT_FORM)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} は 2027-05-01 のように書いてください") from None


def run(args: argparse.Namespace) -> int:
    """0: written. 1: the entry cannot be certified with this form. 2: form, entry or place."""
    from kiosk.certificate.entry_file import EntryFault
    from kiosk.certificate.form import FormFault
    from kiosk.certificate.maker import CertificateMaker
    from kiosk.certificate.sentences import sentence, with_detail

    form = Path(args.form) if args.form.endswith((".yaml", ".yml")) else args.form
    maker = CertificateMaker.load(form)
    if isinstance(maker, FormFault):
        return _say(UNUSABLE, str(maker))
    entry = _read(args.entry)
    if isinstance(entry, EntryFault):
        return _say(UNUSABLE, with_detail("entry", entry.code, entry.detail))
    content = maker.content(entry)
    day = args.day or day_in_japan(datetime.now(UTC))
    drawn = content if isinstance(content, DrawRefusal) else maker.draw(content, None, day)
    if isinstance(drawn, DrawRefusal):
        return _say(REFUSED, with_detail("refusal", drawn.code, _why(drawn)))
    try:
        args.out.write_bytes(drawn.pdf)
    except OSError as error:
        return _say(UNUSABLE, with_detail("preview", "unwritable", error.strerror or ""))
    return _say(DONE, f"{sentence('preview', 'done')}{drawn.page_count}ページ {args.out}")


def _read(name: str | None) -> LedgerEntry | EntryFault:
    from kiosk.certificate.entry_file import EntryFault, read_entry

    try:
        path = asset_path("forms", SAMPLE_ENTRY) if name is None else Path(name)
        return read_entry(path.read_bytes())
    except OSError as error:
        return EntryFault("missing", error.strerror or "")


def _why(refusal: DrawRefusal) -> str:
    missing = "、".join(f"{one.item} {one.sequence}" for one in refusal.missing)
    return missing or refusal.detail


def _say(code: int, text: str) -> int:
    stream = sys.stdout if code == DONE else sys.stderr
    stream.write(text + "\n")
    return code
