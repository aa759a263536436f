"""What a 台帳記載事項証明書 says, before it is a picture.

``CertificateContent`` is what is previewed, reserved, released, drawn and compared. Its hash binds
the words, the form and the version of the ledger entry (see ``content_sha256``).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class FormIdentity:
    """Which form the words are laid out in. ``sha256`` covers form file, seal, fonts, renderer."""

    form_id: str
    version: str
    sha256: str
    sample: bool  # prints 見本 across the sheet; a production self-test refuses it


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One row of the sheet. ``text`` may hold line breaks; glyph variants stay as recorded.

    ``group`` is the heading that neighbouring rows share (確認済証 over 番号, 交付年月日, 交付者).
    ``preview`` is what the preview shows instead of ``text`` where the form withholds it there.
    """

    key: str
    label: str
    text: str
    group: str = ""
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateContent:
    """Everything the sheet says of the building, in the form's order."""

    form: FormIdentity
    entry_id: int
    entry_version: int
    items: tuple[ContentItem, ...]

    def content_sha256(self) -> str:
        """Lower-case hex SHA-256 over the canonical JSON (sorted keys, no blanks, UTF-8)."""
        canonical = json.dumps(
            asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What release adds: none of it is on the terminal before. ``seal_png`` is the seal's image."""

    issue_id: str  # UUID
    number: str  # str(IssueNumber)
    issued_on: date  # Japan time
    user_id: str  # the application's
    terminal: str
    seal_png: bytes = field(repr=False)
    #: What the signed QR code says; empty where the form has none. The key stays on the server.
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DrawnCertificate:
    """The sheet set. ``page_count`` >= 1; ``pdf_sha256`` lower-case hex over ``pdf``."""

    pdf: bytes = field(repr=False)
    pdf_sha256: str
    page_count: int


@dataclass(frozen=True, slots=True)
class MissingGlyph:
    """A character no font of the form has. ``sequence`` like ``U+845B U+E0FFF`` for staff."""

    item: str
    sequence: str


@dataclass(frozen=True, slots=True)
class DrawRefusal:
    """Complete or refused: why the sheet is not drawn. ``code`` names the sentence."""

    #: "missing_glyph", "not_certifiable", "form_invalid", "stamp_incomplete", or "incomplete":
    #: the finished sheet was read again and something that must be on it was not.
    code: str
    missing: tuple[MissingGlyph, ...] = ()
    detail: str = ""
