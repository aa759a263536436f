"""台帳の読み方: bring a file, match its columns, try on a hundred rows, save the profile."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Request, Response, UploadFile
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from admin.ledger.judging import ImportReport, Judged, judge_rows
from admin.ledger.profile import Profile, ProfileFault, known_profiles, profile_text
from admin.ledger.profile_form import (
    CONVERTER_WORDS,
    NAME,
    Choice,
    build,
    fields_with_words,
    guess,
    read_codes,
)
from admin.ledger.saved_profiles import save_profile, saved_profiles
from admin.ledger.words import DISPOSITIONS
from admin.services import operation_log
from admin.services.authority import Deed
from admin.services.context import Services
from admin.services.held_samples import HeldSamples, Sample, take_sample
from admin.views import sentences
from admin.views.forms import lines, one_line
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.visitor import Page, Visitor, doer, reader
from kiosk.domain.events import EventCode
from kiosk.domain.ledger import STANDARD_HEADINGS, Category

router = APIRouter()

Reader = Annotated[Visitor, Depends(reader(Deed.KEEP_PROFILES))]
Doer = Annotated[Visitor, Depends(doer(Deed.KEEP_PROFILES))]
Upload = Annotated[UploadFile | None, File()]

#: Rows of the trial that are shown as they would be recorded.
SHOWN = 10
_UNTYPED = {"name": "", "fixed": "", "categories": ""}
_FIXED = {one.value for one in Category}


async def typed_form(request: Request) -> FormData:
    """Every field of the form; the columns' names are counted, so no parameter can name them."""
    return await request.form()


Typed = Annotated[FormData, Depends(typed_form)]


def held(request: Request) -> HeldSamples:
    """One store for the application, made at the first use."""
    state = request.app.state
    if not hasattr(state, "held_samples"):
        state.held_samples = HeldSamples()
    found: HeldSamples = state.held_samples
    return found


def _list(
    request: Request, services: Services, visitor: Visitor, refusal: str = "", done: str = ""
) -> Response:
    with reading(services) as session:
        saved = saved_profiles(session)
    return render(
        request, "profiles.html", visitor, status=422 if refusal else 200, saved=saved,
        shipped=known_profiles(), refusal=refusal, done=done,
    )  # fmt: skip


@router.get("/profiles")
def list_profiles(request: Request, services: Page, visitor: Reader, done: str = "") -> Response:
    return _list(request, services, visitor, done=done)


@router.post("/profiles/upload")
def upload(request: Request, services: Page, visitor: Doer, file: Upload = None) -> Response:
    """The file's head stays in memory; nothing of it is left on disk."""
    if file is None or not file.filename:
        return _list(request, services, visitor, sentences.refusal("sample_needed"))
    sample = take_sample(file.file, services.now())
    if isinstance(sample, str):
        sentence = sample or sentences.refusal("sample_headings")
        return _list(request, services, visitor, sentence)
    held(request).put(visitor.staff_id, sample)
    _log(services, visitor, EventCode.PROFILE_TRIED, file_sha256=sample.sha256,
         rows=len(sample.rows) - 1)  # fmt: skip
    return _match(request, visitor, sample, guess(sample.headings), _UNTYPED)


def _log(services: Services, visitor: Visitor, event: EventCode, **data: Any) -> None:
    with services.database.write() as session:
        operation_log.append(session, event, visitor.actor, at=services.now(), data=data)


def _match(
    request: Request,
    visitor: Visitor,
    sample: Sample,
    choices: list[Choice],
    typed: dict[str, str],
    *,
    refusal: str = "",
    tried: ImportReport | None = None,
    first: list[dict[str, Any]] | None = None,
) -> Response:
    return render(
        request, "profile_match.html", visitor, status=422 if refusal else 200, sample=sample,
        choices=choices, fields=fields_with_words(), converters=CONVERTER_WORDS,
        categories=list(Category), typed=typed, refusal=refusal, tried=tried, first=first or [],
        headings=STANDARD_HEADINGS, examples=sample.examples(), dispositions=DISPOSITIONS,
    )  # fmt: skip


def _read_form(sample: Sample, form: FormData) -> tuple[list[Choice], dict[str, str]]:
    """The choices as they were sent; what is not on the list counts as not chosen."""
    fields = {field for field, _ in fields_with_words()}
    choices = []
    for at, guessed in enumerate(guess(sample.headings)):
        field, converter = form.get(f"field-{at}"), form.get(f"convert-{at}")
        choices.append(
            Choice(
                guessed.heading,
                field if isinstance(field, str) and field in fields else guessed.field,
                converter if isinstance(converter, str) and converter in CONVERTER_WORDS else "",
            )
        )
    typed = {
        "name": one_line(_text(form, "name")),
        "fixed": _text(form, "fixed") if _text(form, "fixed") in _FIXED else "",
        "categories": lines(_text(form, "categories"))[:2000],
    }
    return choices, typed


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _build(sample: Sample, choices: list[Choice], typed: dict[str, str]) -> Profile | ProfileFault:
    if not NAME.fullmatch(typed["name"]):
        return ProfileFault(sentences.refusal("profile_name"))
    if typed["name"] in known_profiles():
        return ProfileFault(sentences.refusal("profile_taken"))
    return build(typed["name"], choices, read_codes(typed["categories"]), typed["fixed"],
                 sample.shape)  # fmt: skip


def _try(
    services: Services, sample: Sample, profile: Profile
) -> tuple[ImportReport, list[dict[str, Any]]]:
    """The sample judged as a load would judge it; the first rows as they would be recorded."""
    report, judged = ImportReport(), Judged()
    try:
        report.whole = judge_rows(sample.table(), profile, services.today(), report, judged)
        first = [one.values for batch in judged.spool.batches() for one in batch][:SHOWN]
    finally:
        judged.close()
    return report, first


@router.post("/profiles/shape")
def shape(request: Request, services: Page, visitor: Doer, form: Typed) -> Response:
    """Read the same file from another sheet or line, and match anew."""
    samples = held(request)
    sample = samples.get(visitor.staff_id, services.now())
    if sample is None:
        return _list(request, services, visitor, sentences.refusal("sample_needed"))
    row = _text(form, "header_row")
    lines = {str(line): line for line, _ in sample.lines()}
    chosen = sample.shaped(_text(form, "sheet"), lines.get(row, 0 if row == "0" else None),
                           double=_text(form, "double") == "2")  # fmt: skip
    _, typed = _read_form(sample, form)
    samples.put(visitor.staff_id, chosen)
    return _match(request, visitor, chosen, guess(chosen.headings), typed)


@router.post("/profiles/try")
def try_profile(request: Request, services: Page, visitor: Doer, form: Typed) -> Response:
    sample = held(request).get(visitor.staff_id, services.now())
    if sample is None:
        return _list(request, services, visitor, sentences.refusal("sample_needed"))
    choices, typed = _read_form(sample, form)
    profile = _build(sample, choices, typed)
    if isinstance(profile, ProfileFault):
        return _match(request, visitor, sample, choices, typed, refusal=profile.sentence)
    report, first = _try(services, sample, profile)
    _log(services, visitor, EventCode.PROFILE_TRIED, profile=profile.name, rows=report.rows,
         refused=len(report.refused))  # fmt: skip
    return _match(request, visitor, sample, choices, typed, tried=report, first=first)


@router.post("/profiles/save")
def save(request: Request, services: Page, visitor: Doer, form: Typed) -> Response:
    """Saved only when the sample's headings can be read by it."""
    samples = held(request)
    sample = samples.get(visitor.staff_id, services.now())
    if sample is None:
        return _list(request, services, visitor, sentences.refusal("sample_needed"))
    choices, typed = _read_form(sample, form)
    profile = _build(sample, choices, typed)
    if isinstance(profile, ProfileFault):
        return _match(request, visitor, sample, choices, typed, refusal=profile.sentence)
    report, first = _try(services, sample, profile)
    if not report.whole:
        return _match(request, visitor, sample, choices, typed, tried=report, first=first,
                      refusal=report.refused[-1].reason)  # fmt: skip
    with services.database.write() as session:
        operation_log.lock(session)  # profiles are numbered here
        save_profile(session, profile, visitor.actor.who, services.now())
        operation_log.append(
            session, EventCode.PROFILE_SAVED, visitor.actor, at=services.now(),
            subject=profile.name, data={"profile": profile.name, "lines":
                                        len(profile_text(profile).splitlines())},
        )  # fmt: skip
    samples.drop(visitor.staff_id)
    return RedirectResponse("/profiles?done=profile_saved", 303)
