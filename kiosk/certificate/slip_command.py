"""``python -m kiosk certificate slip`` and ``test-print``: slips with invented numbers, as PDF."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.domain.certificate import DrawRefusal

if TYPE_CHECKING:
    from kiosk.certificate.slips import Slip

DONE, REFUSED, UNUSABLE = 0, 1, 2

#: Fixed, so that the same command gives the same bytes.
SAMPLE_AT = datetime(2026, 4, 6, 1, 23, tzinfo=UTC)
_KINDS = {"receipt": "控え", "counter": "窓口案内票", "fee": "手数料票"}
_PAPERS = ("roll-80", "roll-58", "a4")


def add_parsers(actions: Any, default_form: str) -> None:
    slip = actions.add_parser("slip", help="控えなどの票の見本をPDFに書き出します")
    slip.add_argument(
        "--kind", choices=_KINDS, default="receipt",
        help="、".join(f"{kind} = {name}" for kind, name in _KINDS.items()),
    )  # fmt: skip
    test = actions.add_parser("test-print", help="係員用の試し刷り (定規・地紋・二次元コード)")
    test.add_argument("--dpi", type=int, choices=(203, 204, 300, 600), help="プリンターの細かさ")
    test.set_defaults(kind="test")
    for parser in (slip, test):
        parser.add_argument("--paper", choices=_PAPERS, default="roll-80", help="用紙")
        parser.add_argument("--form", default=default_form, help="様式の名前、または様式のファイル")
        parser.add_argument("out", metavar="OUT.pdf", type=Path, help="書き出すPDFのファイル")
        parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: written. 1: cannot be drawn. 2: the form or the place cannot be used."""
    from kiosk.certificate.form import FormFault, load_form
    from kiosk.certificate.sentences import sentence, with_detail
    from kiosk.certificate.slips import PAPERS, SlipMaker

    form = load_form(Path(args.form) if args.form.endswith((".yaml", ".yml")) else args.form)
    if isinstance(form, FormFault):
        return _say(UNUSABLE, str(form))
    paper = PAPERS[args.paper]
    if getattr(args, "dpi", None):
        paper = replace(paper, dpi=args.dpi)
    drawn = SlipMaker(form).draw(sample_slip(args.kind), paper)
    if isinstance(drawn, DrawRefusal):
        return _say(REFUSED, with_detail("refusal", drawn.code, drawn.detail))
    try:
        args.out.write_bytes(drawn.pdf)
    except OSError as error:
        return _say(UNUSABLE, with_detail("preview", "unwritable", error.strerror or ""))
    return _say(DONE, f"{sentence('preview', 'slip')}{args.out}")


def sample_slip(kind: str) -> Slip:
    """A slip with invented numbers."""
    from kiosk.certificate.sentences import sentence
    from kiosk.certificate.slips import CounterSlip, FeeSlip, Receipt, TestPrint

    terminal, user_id = "見本の端末 1号機", "U-7K2M-9QX4"
    if kind == "receipt":
        numbers = ("2026-000123", "2026-000124")
        return Receipt(SAMPLE_AT, terminal, "A-3F9C-21BE-7C10", user_id, numbers)
    if kind == "counter":
        reason = sentence("refusal", "not_certifiable")
        return CounterSlip(SAMPLE_AT, terminal, user_id, "見本-0007", reason)
    if kind == "fee":
        return FeeSlip(SAMPLE_AT, terminal, user_id, 2, 300, "F-00012")
    return TestPrint(SAMPLE_AT, "terminal-1", "T-0001")


def _say(code: int, text: str) -> int:
    stream = sys.stdout if code == DONE else sys.stderr
    stream.write(text + "\n")
    return code
