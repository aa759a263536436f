"""Draws a certificate or its preview: complete, or refused with the reason.

The same form, content and stamp give the same bytes, in any process, time zone and locale: there
is no clock, no random number and no unordered collection on the way.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date

from kiosk.certificate import check, pdf
from kiosk.certificate.code_place import claims_of
from kiosk.certificate.content import missing_glyphs
from kiosk.certificate.fonts import FontSet, code_points
from kiosk.certificate.form import Form
from kiosk.certificate.layout import lay_out, stamp_texts
from kiosk.certificate.seal import SealImage
from kiosk.certificate.signed_code import read_code
from kiosk.domain.certificate import (
    CertificateContent,
    DrawnCertificate,
    DrawRefusal,
    MissingGlyph,
    Stamp,
)
from kiosk.domain.eras import wareki

#: What a terminal prints at once at most; a longer sheet is made by staff.
MAX_PAGES = 30


def draw_certificate(
    form: Form,
    content: CertificateContent,
    stamp: Stamp | None,
    fonts: FontSet | None = None,
    day: date | None = None,
) -> DrawnCertificate | DrawRefusal:
    """The sheet set as PDF. ``stamp=None`` draws the preview: no number, date or seal.

    ``day`` is the preview's; without one it shows the newest terms. A stamp brings its own.

    ``fonts`` must be the form's own (they are part of its identity); None means those.
    """
    if content.form != form.identity or fonts not in (None, form.fonts):
        return DrawRefusal("form_invalid", detail="the content was made for another form")
    seal = None
    if stamp is not None:
        ready = _stamp_refusal(form, stamp)
        if isinstance(ready, DrawRefusal):
            return ready
        seal = ready
        refused = _code_refusal(form, content, stamp)
        if refused is not None:
            return refused
    day = day if stamp is None else stamp.issued_on
    missing = missing_glyphs(form.fonts, list(content.items)) + _stamp_missing(form, stamp)
    if missing:
        return DrawRefusal("missing_glyph", missing)
    try:
        pages = lay_out(form, content, stamp, day)
    except ValueError as error:
        return DrawRefusal("form_invalid", detail=str(error))
    if len(pages) > MAX_PAGES:
        return DrawRefusal("not_certifiable", detail=f"{len(pages)} pages")
    mark = form.file.words.sample_mark if form.identity.sample else ""
    data = pdf.write_pdf(
        pages,
        form.fonts,
        info=_info(form, content, stamp),
        dated=None if stamp is None else stamp.issued_on,
        seal=seal,
        mark=tuple(form.fonts.shape(mark)[0]),
        ground=None if stamp is None else form.ground,
    )
    faults = check.faults(data, pages, seal, _required(form, content, stamp, day), mark)
    if faults:
        return DrawRefusal("incomplete", detail="; ".join(faults))
    return DrawnCertificate(data, hashlib.sha256(data).hexdigest(), len(pages))


def _stamp_refusal(form: Form, stamp: Stamp) -> SealImage | DrawRefusal:
    """The image of the seal in force, or why this stamp makes no certificate."""
    for name in ("issue_id", "number", "user_id", "terminal"):
        if not getattr(stamp, name).strip():
            return DrawRefusal("stamp_incomplete", detail=f"{name} is empty")
    if not stamp.seal_png:
        return DrawRefusal("stamp_incomplete", detail="the seal is empty")
    day = stamp.issued_on
    terms = form.seal(day)
    if terms is None or form.basis(day) is None or form.signatory(day) is None:
        return DrawRefusal(
            "form_invalid",
            detail=f"{day.isoformat()} に有効な bases・signatories・seals がそろっていません",
        )
    image = terms[1]
    if hashlib.sha256(stamp.seal_png).hexdigest() != image.png_sha256:
        return DrawRefusal("stamp_incomplete", detail="the seal is not the form's")
    return image


def _code_refusal(form: Form, content: CertificateContent, stamp: Stamp) -> DrawRefusal | None:
    """A code that says other than the sheet, or is there or missing where it should not be."""
    wanted = claims_of(form, content, stamp.number, stamp.issued_on)
    if wanted is None:
        return DrawRefusal("stamp_incomplete", detail="a code for no place") if stamp.code else None
    try:
        said = read_code(stamp.code).claims
    except ValueError as error:
        return DrawRefusal("stamp_incomplete", detail=f"the code: {error}")
    if said != wanted:
        return DrawRefusal("stamp_incomplete", detail="the code says other than the sheet")
    return None


def _stamp_missing(form: Form, stamp: Stamp | None) -> tuple[MissingGlyph, ...]:
    texts = [] if stamp is None else stamp_texts(form, stamp)
    return tuple(
        MissingGlyph(form.file.words.number, code_points(sequence))
        for text in texts
        for sequence in form.fonts.shape(text)[1]
    )


def _required(
    form: Form, content: CertificateContent, stamp: Stamp | None, day: date | None
) -> list[str]:
    """What must read back wherever it was placed: a second look past the layout."""
    basis = form.basis(day)
    assert basis is not None
    texts = [
        form.file.title,
        form.file.sentence.replace("{basis}", basis.text),
        form.file.disclaimer,
    ]
    if stamp is None:
        return [*texts, form.file.words.preview]
    whole = [item.text for item in content.items if item.text.count("\n") == 0]
    return [*texts, stamp.number, wareki(stamp.issued_on), *(t for t in whole if len(t) < 20)]


def _info(form: Form, content: CertificateContent, stamp: Stamp | None) -> dict[str, str]:
    marks = {
        "kind": "preview" if stamp is None else "certificate",
        "sample": "yes" if form.identity.sample else "no",
        "issue_id": "" if stamp is None else stamp.issue_id,
        "number": "" if stamp is None else stamp.number,
        "user_id": "" if stamp is None else stamp.user_id,
        "terminal": "" if stamp is None else stamp.terminal,
        "entry": str(content.entry_id),
        "entry_version": str(content.entry_version),
        "form": form.identity.form_id,
        "form_version": form.identity.version,
        "form_sha256": form.identity.sha256,
        "content_sha256": content.content_sha256(),
    }
    subject = form.file.words.preview if stamp is None else stamp.number
    keywords = json.dumps(marks, sort_keys=True, separators=(",", ":"))
    return {"Title": form.file.title, "Subject": subject, "Keywords": keywords}
