"""What a visit left, compared piece by piece, by means that the product does not use.

The picture is decoded from the printer's bytes by ``tests.fakes.escpos_decoder`` and compared dot
by dot with the certificate's own raster, made here with pypdfium2 and NumPy.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from tests.fakes.escpos_decoder import DecodedPage, decode

#: The simulated head: 203 dots an inch, 1600 dots wide, in the middle of an A4 page.
DPI = 203
HEAD_DOTS = 1600
DARKER_THAN = 128

Dots = NDArray[np.bool_]


class ProofError(AssertionError):
    """Two things that must be the same are not; the message names them."""


def certificate_dots(pdf: bytes) -> list[Dots]:
    """Each page as the head must put it on paper: True is black."""
    document = pdfium.PdfDocument(pdf)
    pages = []
    for page in document:
        grey = page.render(scale=DPI / 72, grayscale=True).to_numpy()
        ink = grey.reshape(grey.shape[0], grey.shape[1]) < DARKER_THAN
        left = (ink.shape[1] - HEAD_DOTS) // 2
        if ink[:, :left].any() or ink[:, left + HEAD_DOTS :].any():
            raise ProofError("ink where the head cannot print")
        pages.append(ink[:, left : left + HEAD_DOTS])
    document.close()
    return pages


def printed_dots(page: DecodedPage) -> Dots:
    bits = np.unpackbits(np.frombuffer(page.rows, dtype=np.uint8))
    return bits.reshape(page.height, page.width).astype(bool)


def same_picture(pdf: bytes, printed: list[DecodedPage]) -> int:
    """Every dot of every page; returns how many were black. Raises ProofError."""
    wanted = certificate_dots(pdf)
    if len(wanted) != len(printed):
        raise ProofError(f"{len(wanted)} pages in the certificate, {len(printed)} on paper")
    black = 0
    for number, (certificate, page) in enumerate(zip(wanted, printed, strict=True), start=1):
        paper = printed_dots(page)
        if paper.shape != certificate.shape:
            raise ProofError(f"page {number}: {paper.shape} dots on paper, {certificate.shape}")
        differing = int((paper != certificate).sum())
        if differing:
            raise ProofError(f"page {number}: {differing} dots differ")
        black += int(paper.sum())
    if not black:
        raise ProofError("a white sheet proves nothing")
    return black


def prove(out: Path, rows: list[dict[str, Any]], pdfs: dict[str, bytes]) -> str:
    """All rows PRINTED, each PDF its row's, and the paper all of them. Returns a sentence."""
    if not rows:
        raise ProofError("the print log has no row of this visit")
    states = [row["state"] for row in rows]
    if set(states) != {"PRINTED"}:
        raise ProofError(f"not PRINTED: {states}")
    paper = decode((out / "printer.bin").read_bytes()).pages
    black = 0
    for row in rows:
        pdf = pdfs[row["number"]]
        if hashlib.sha256(pdf).hexdigest() != row["pdf_sha256"]:
            raise ProofError(f"{row['number']}: the PDF is not the row's")
        pages = int(row["page_count"])
        black += same_picture(pdf, paper[:pages])
        paper = paper[pages:]
    if paper:
        raise ProofError(f"{len(paper)} sheets on paper that no row knows")
    return f"{len(rows)} 部、黒い点 {black:,} 個がすべて一致しました。"


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
