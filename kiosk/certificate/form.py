"""A form made ready: its file read and checked, its fonts and seals loaded, its identity hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from reportlab import __version__ as reportlab_version
from segno import __version__ as segno_version

from kiosk.certificate.fonts import FontError, FontSet, code_points, load_fonts
from kiosk.certificate.form_file import (
    Effective,
    FormFile,
    LegalBasis,
    Seal,
    Signatory,
    fixed_texts,
)
from kiosk.certificate.form_reading import FormTextError, read_form_text, schema_words
from kiosk.certificate.ground import Ground, read_ground
from kiosk.certificate.seal import SealImage, read_seal
from kiosk.certificate.sentences import with_detail
from kiosk.domain.assets import AssetMissingError, asset_path
from kiosk.domain.certificate import FormIdentity
from kiosk.domain.ledger import Category

#: Rises with every change of the code that moves a dot on the sheet.
RENDERER_VERSION = "3"


#: Every code of a FormFault; each has a sentence.
FORM_FAULTS = (
    "form_missing",
    "form_unreadable",
    "form_schema",
    "form_glyph",
    "seal_missing",
    "seal_mismatch",
    "seal_unreadable",
    "ground_missing",
    "ground_mismatch",
    "ground_unreadable",
    "font_missing",
    "font_unreadable",
)


@dataclass(frozen=True, slots=True)
class FormFault:
    """Why a form cannot be used. ``code`` names the sentence; ``detail`` is for staff and log."""

    code: str  # one of FORM_FAULTS
    detail: str = ""

    def __str__(self) -> str:
        return with_detail("fault", self.code, self.detail)


@dataclass(frozen=True, slots=True)
class Form:
    """A form ready to draw: file, fonts and seals read and checked together."""

    file: FormFile
    identity: FormIdentity
    fonts: FontSet = field(repr=False)
    seal_images: tuple[SealImage, ...] = field(repr=False)  # one per file.seals
    ground: Ground | None = field(default=None, repr=False)
    #: The forms that entries of other 区分 are certified with (``form_of`` of the file).
    others: Mapping[Category, Form] = field(default_factory=dict, repr=False)

    def of(self, category: Category) -> Form:
        return self.others.get(category, self)

    def all(self) -> tuple[Form, ...]:
        """This form and the others, each once."""
        return (self, *{form.identity: form for form in self.others.values()}.values())

    def together(self) -> FormIdentity:
        """The identity of this form and of every other that it sends entries to: what server and
        terminal compare. A sample among them makes the whole a sample."""
        if not self.others:
            return self.identity
        parts = [self.identity.sha256]
        parts += [f"{kind} {form.identity.sha256}" for kind, form in sorted(self.others.items())]
        whole = hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()
        sample = any(form.identity.sample for form in self.all())
        return replace(self.identity, sha256=whole, sample=sample)

    def basis(self, day: date | None) -> LegalBasis | None:
        return _in_force(self.file.bases, day)

    def signatory(self, day: date | None) -> Signatory | None:
        return _in_force(self.file.signatories, day)

    def seal(self, day: date | None) -> tuple[Seal, SealImage] | None:
        """The seal in force and its image; the newest when no day is given."""
        seal = _in_force(self.file.seals, day)
        return None if seal is None else (seal, self.seal_images[self.file.seals.index(seal)])


_Term = TypeVar("_Term", bound=Effective)


def _in_force(terms: Sequence[_Term], day: date | None) -> _Term | None:
    if day is None:
        return terms[-1]
    return next((term for term in terms if term.holds(day)), None)


def load_form(form: str | Path, font_dirs: Sequence[Path] | None = None) -> Form | FormFault:
    """A form by its name under assets/forms or by the path of its file, checked whole, with the
    forms of other 区分 that it names.

    A seal's ``file`` is looked for beside the form, then under assets/images; so is another form,
    then under assets/forms.
    """
    try:
        path = form if isinstance(form, Path) else asset_path("forms", f"{form}.yaml")
    except (AssetMissingError, ValueError):
        return FormFault("form_missing", str(form))
    loaded = _load_one(path, str(form), font_dirs)
    if isinstance(loaded, FormFault) or not loaded.file.form_of:
        return loaded
    others: dict[Category, Form] = {}
    made: dict[str, Form] = {}
    for kind, name in loaded.file.form_of.items():
        other = made.get(name) or _other(path.parent, name, font_dirs)
        if isinstance(other, FormFault):
            return other
        made[name] = others[kind] = other
    return replace(loaded, others=others)


def _other(folder: Path, name: str, font_dirs: Sequence[Path] | None) -> Form | FormFault:
    beside = folder / f"{name}.yaml"
    try:
        path = beside if beside.is_file() else asset_path("forms", f"{name}.yaml")
    except (AssetMissingError, ValueError):
        return FormFault("form_missing", f"form_of: {name}")
    other = _load_one(path, name, font_dirs)
    if isinstance(other, Form) and other.file.form_of:
        # One step only: who reads a form sees at once what every entry is certified with.
        return FormFault("form_schema", f"{path.name} form_of はここには書けません")
    return other


def _load_one(path: Path, said: str, font_dirs: Sequence[Path] | None) -> Form | FormFault:
    try:
        raw = path.read_bytes()
    except OSError:
        return FormFault("form_missing", said)
    try:
        value, lines = read_form_text(raw)
    except FormTextError as error:
        return FormFault("form_unreadable", f"{path.name} {error}")
    try:
        file = FormFile.model_validate(value)
    except ValidationError as error:
        return FormFault("form_schema", f"{path.name} {schema_words(error, lines, FormFile)}")
    try:
        fonts = load_fonts(file.fonts, font_dirs)
    except FileNotFoundError as error:
        return FormFault("font_missing", str(error))
    except (FontError, OSError, ValueError) as error:
        return FormFault("font_unreadable", str(error))
    seals = _seals(file, path.parent)
    if isinstance(seals, FormFault):
        return seals
    ground = _ground(file, path.parent)
    if isinstance(ground, FormFault):
        return ground
    fault = _glyph_fault(file, fonts)
    if fault is not None:
        return fault
    # One sample seal among several marks the whole form: better a mark too many than one too few.
    sample = file.sample or any(seal.sample for seal in file.seals)
    identity = FormIdentity(file.form, file.version, _identity_sha256(raw, seals, fonts), sample)
    return Form(file, identity, fonts, seals, ground)


def _seals(file: FormFile, folder: Path) -> tuple[SealImage, ...] | FormFault:
    images = []
    for seal in file.seals:
        try:
            png = _picture(folder, seal.file)
        except OSError:
            return FormFault("seal_missing", seal.file)
        if hashlib.sha256(png).hexdigest() != seal.sha256:
            return FormFault(
                "seal_mismatch", f"{seal.file} の sha256 は {hashlib.sha256(png).hexdigest()} です"
            )
        image = read_seal(png)
        if image is None:
            return FormFault("seal_unreadable", seal.file)
        images.append(image)
    return tuple(images)


def _picture(folder: Path, name: str) -> bytes:
    """A picture beside the form, else under assets/images. Raises OSError."""
    beside = folder / name
    return (beside if beside.is_file() else asset_path("images", name)).read_bytes()


def _ground(file: FormFile, folder: Path) -> Ground | FormFault | None:
    if file.ground is None:
        return None
    try:
        png = _picture(folder, file.ground.file)
    except OSError:
        return FormFault("ground_missing", file.ground.file)
    if hashlib.sha256(png).hexdigest() != file.ground.sha256:
        return FormFault(
            "ground_mismatch",
            f"{file.ground.file} の sha256 は {hashlib.sha256(png).hexdigest()} です",
        )
    ground = read_ground(png, file.ground.dpi)
    return ground or FormFault("ground_unreadable", file.ground.file)


def _glyph_fault(file: FormFile, fonts: FontSet) -> FormFault | None:
    missing: list[str] = []
    for text in fixed_texts(file):
        for line in text.split("\n"):
            missing += fonts.shape(line)[1]
    if not missing:
        return None
    return FormFault("form_glyph", ", ".join(sorted({code_points(m) for m in missing})))


def _identity_sha256(raw: bytes, seals: Sequence[SealImage], fonts: FontSet) -> str:
    """One hash over all that decides the sheet's dots besides its content."""
    parts = [
        f"renderer {RENDERER_VERSION}",
        f"reportlab {reportlab_version}",
        f"segno {segno_version}",
        f"form {hashlib.sha256(raw).hexdigest()}",
        *(f"seal {seal.png_sha256}" for seal in seals),
        *(f"font {file.sha256}" for file in fonts.files),
    ]
    return hashlib.sha256("\n".join(parts).encode("ascii")).hexdigest()
