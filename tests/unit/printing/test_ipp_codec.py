"""IPP bytes: what goes out comes back, and no garbage is taken for an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.printer import PageRaster, PrinterReason, PrinterState
from kiosk.printing import pwg_raster
from kiosk.printing.ipp_codec import Attribute, Group, IppError, Tag, decode, encode
from kiosk.printing.ipp_documents import choose
from kiosk.printing.ipp_http import http_url
from kiosk.printing.ipp_status import read_ipp_status, reason_of
from tests.integration.printing.pwg_decoder import decode_raster

ATTRIBUTES = (
    Attribute("attributes-charset", Tag.CHARSET, ("utf-8",)),
    Attribute("job-name", Tag.NAME, ("daicho 見本",)),
    Attribute("job-id", Tag.INTEGER, (-1, 7)),
    Attribute("last-document", Tag.BOOLEAN, (True,)),
    Attribute("printer-resolution", Tag.RESOLUTION, ((300, 600, 3),)),
)


def test_what_is_written_is_read() -> None:
    message = decode(encode(0x0002, 77, [(Group.OPERATION, ATTRIBUTES), (Group.JOB, ())]))
    assert (message.code, message.request_id) == (2, 77)
    assert message.groups == ((Group.OPERATION, ATTRIBUTES), (Group.JOB, ()))


def test_a_collection_is_passed_over() -> None:
    inside = b"\x4a\0\0\0\1x\x21\0\0\0\4\0\0\0\5\x34\0\0\0\0\x37\0\0\0\0\x37\0\0\0\0"
    raw = b"\2\0\0\0\0\0\0\1\4\x34\0\1c\0\0" + inside + b"\x21\0\1n\0\4\0\0\0\2\3"
    (found,) = decode(raw).group(Group.PRINTER)
    assert found["n"] == (2,)
    assert set(found) == {"c", "n"}


@pytest.mark.parametrize("cut", range(len(encode(2, 1, [(Group.OPERATION, ATTRIBUTES)]))))
def test_a_message_cut_short_is_no_message(cut: int) -> None:
    with pytest.raises(IppError):
        decode(encode(2, 1, [(Group.OPERATION, ATTRIBUTES)])[:cut])


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_read_but_never_crashes(data: bytes) -> None:
    try:
        decode(data)
    except IppError:
        return


WELL = (
    Attribute("printer-state", Tag.ENUM, (3,)),
    Attribute("printer-state-reasons", Tag.KEYWORD, ("none",)),
    Attribute("printer-is-accepting-jobs", Tag.BOOLEAN, (True,)),
)
ANSWER = encode(0, 1, [(Group.OPERATION, ATTRIBUTES[:1]), (Group.PRINTER, WELL)])


@given(
    st.integers(0, len(ANSWER) - 1), st.binary(max_size=4), st.integers(0, 4), st.binary(max_size=3)
)
def test_an_answer_with_other_bytes_in_it_is_well_only_if_it_says_so(
    at: int, other: bytes, instead: int, after: bytes
) -> None:
    data = ANSWER[:at] + other + ANSWER[at + instead :] + after
    try:
        found = decode(data).group(Group.PRINTER)
    except IppError:
        return
    for said in found:
        status = read_ipp_status(said)
        if status.ready:
            assert said["printer-state"][:1] == (3,)
            assert said["printer-state-reasons"]
            assert said.get("printer-is-accepting-jobs") != (False,)
            words = [str(word) for word in said["printer-state-reasons"]]
            assert {reason_of(word) for word in words} <= {None, PrinterReason.MEDIA_LOW}


@pytest.mark.parametrize(
    "data",
    [
        ANSWER[:9] + b"\x47\xff\xff" + ANSWER[12:],  # a name of 65,535 bytes
        ANSWER[:8] + b"\4\x23\0\1a\xff\xff\0\0\0\3\3",
        ANSWER[:8] + b"\4" + b"\x34\0\1c\0\0" * 20_000,  # collections without an end
        ANSWER[:8] + b"\4\x21\0\0\0\4\0\0\0\1\3",  # a further value of nothing
        ANSWER[:8],
        b"",
    ],
)
def test_lengths_that_cannot_be_are_refused(data: bytes) -> None:
    with pytest.raises(IppError):
        decode(data)


def test_texts_of_another_charset_are_read_somehow() -> None:
    raw = ANSWER[:8] + b"\4\x41\0\1t\0\4\x82\xa0\xff\0\x44\0\1k\0\2\xfe\xff\3"
    (said,) = decode(raw).group(Group.PRINTER)
    assert all(isinstance(values[0], str) for values in said.values())
    assert not read_ipp_status(said).ready


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("ipp://printer/ipp/print", "http://printer:631/ipp/print"),
        ("ipps://printer:8443/x", "https://printer:8443/x"),
        ("ipp://[::1]:8631/ipp", "http://[::1]:8631/ipp"),
    ],
)
def test_addresses(uri: str, url: str) -> None:
    assert http_url(uri) == url


@pytest.mark.parametrize("uri", ["http://printer/", "ipp:///x", "printer", ""])
def test_other_addresses_are_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="printer address"):
        http_url(uri)


@pytest.mark.parametrize(
    ("keyword", "reason"),
    [
        ("none", None), ("media-empty-report", PrinterReason.MEDIA_EMPTY),
        ("media-jam-warning", PrinterReason.MEDIA_JAM), ("door-open", PrinterReason.COVER_OPEN),
        ("media-low-warning", PrinterReason.MEDIA_LOW), ("toner-low-error", None),
        ("output-area-full-warning", PrinterReason.PRESENTER_OCCUPIED),
        ("something-new", PrinterReason.HARDWARE_ERROR), ("something-new-warning", None),
        ("something-new-error", PrinterReason.HARDWARE_ERROR),
    ],
)  # fmt: skip
def test_reasons(keyword: str, reason: PrinterReason | None) -> None:
    assert reason_of(keyword) is reason


@pytest.mark.parametrize(
    ("state", "reasons", "accepting", "expected"),
    [
        (3, ("none",), True, PrinterState.IDLE),
        (4, ("none",), True, PrinterState.BUSY),
        (5, ("none",), True, PrinterState.STOPPED),
        (3, ("media-low-report",), True, PrinterState.IDLE),
        (3, ("media-empty-report",), True, PrinterState.STOPPED),
        (3, ("none",), False, PrinterState.STOPPED),
        (6, ("none",), True, PrinterState.UNKNOWN),
        (3, (), True, PrinterState.UNKNOWN),
    ],
)
def test_states(
    state: int, reasons: tuple[str, ...], accepting: bool, expected: PrinterState
) -> None:
    said = {
        "printer-state": (state,),
        "printer-state-reasons": reasons,
        "printer-is-accepting-jobs": (accepting,),
    }
    assert read_ipp_status(said).state is expected  # type: ignore[arg-type]
    assert read_ipp_status({}).state is PrinterState.UNKNOWN


PDF, PWG = "application/pdf", "image/pwg-raster"


@pytest.mark.parametrize(
    ("formats", "preferred", "dpi", "chosen"),
    [
        ((PDF, PWG), "", 300, PDF), ((PDF, PWG), PWG, 300, PWG), ((PWG,), "", 300, PWG),
        ((PWG,), "", 203, None), ((PDF, PWG), PWG, 203, PDF), (("image/jpeg",), "", 300, None),
        ((PDF,), "image/urf", 300, PDF),
    ],
)  # fmt: skip
def test_the_format_is_what_the_printer_says(
    formats: tuple[str, ...], preferred: str, dpi: int, chosen: str | None
) -> None:
    said = {
        "document-format-supported": formats,
        "document-format-preferred": (preferred,),
        "pwg-raster-document-type-supported": ("sgray_8",),
        "pwg-raster-document-resolution-supported": ((300, 300, 3),),
    }
    assert choose(said, dpi) == chosen  # type: ignore[arg-type]


@given(
    st.integers(1, 40),
    st.lists(st.binary(min_size=5, max_size=5), min_size=1, max_size=6),
    st.sampled_from(pwg_raster.TYPES),
)
def test_raster_carries_the_very_dots(width: int, lines: list[bytes], kind: str) -> None:
    size = (width + 7) // 8
    mask = (0xFF << (-width % 8)) & 0xFF
    rows = b"".join(line[: size - 1] + bytes([line[size - 1] & mask]) for line in lines)
    page = PageRaster(width, len(lines), 300, rows)
    (seen,) = decode_raster(pwg_raster.document([page], kind))
    assert (seen.width, seen.height, seen.rows) == (width, len(lines), rows)
