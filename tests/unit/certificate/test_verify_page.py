"""The offline page, run in Chromium: what it accepts, and that of all changes it accepts none.

The loop runs inside the page, with its own functions; the result comes back in the page's title.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from admin.cli.qr_commands import page_with
from admin.services.qr_keys import PublicKey
from kiosk.certificate.maker import CertificateMaker
from kiosk.domain.assets import asset_path
from tests.unit.certificate.codes import PUBLIC, signed, with_code
from tests.unit.certificate.papers import entry

BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
REQUIRED = os.environ.get("CI") or os.environ.get("DAICHO_REQUIRE_BROWSER")

pytestmark = pytest.mark.skipif(
    BROWSER is None and not REQUIRED,
    reason="Chromium is not installed: the page's own code is not run",
)

KEY = PublicKey(2026, PUBLIC, signs=True)


@pytest.fixture(scope="module")
def by(tmp_path_factory: pytest.TempPathFactory) -> CertificateMaker:
    return with_code(tmp_path_factory.mktemp("form"))


def in_page(folder: Path, script: str, keys: list[PublicKey] | None = None) -> Any:
    """What ``script`` (an async function's body) returns inside the exported page."""
    page = page_with([KEY] if keys is None else keys)
    run = (
        "<script>(async () => { let said; try { said = await (async () => {"
        + script
        + "})(); } catch (error) { said = {error: String(error.stack)}; }"
        " document.body.textContent = 'SAID' + JSON.stringify(said) + 'DONE';"
        "})();</script></body>"
    )
    path = folder / "verify.html"
    path.write_text(page.replace("</body>", run), encoding="utf-8")
    assert BROWSER is not None, "Chromium is required here"
    out = subprocess.run(
        [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=200000", "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True, check=True, text=True, timeout=240,
    ).stdout  # fmt: skip
    assert "SAID" in out, out[-2000:]
    said = out.split("SAID", 1)[1].split("DONE", 1)[0]
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        said = said.replace(entity, char)
    found = json.loads(said)
    assert not (isinstance(found, dict) and "error" in found), found
    return found


#: Every one-bit change of the code's bytes and of its letters, each judged by the page.
ALL_CHANGES = """
const text = %s, letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const whole = [];
{ let bits = 0, held = 0;
  for (const letter of text.slice(2)) { held = held << 5 | letters.indexOf(letter); bits += 5;
    if (bits >= 8) { bits -= 8; whole.push(held >> bits); held &= (1 << bits) - 1; } } }
function spelt(bytes) { let out = "D1", bits = 0, held = 0;
  for (const byte of bytes) { held = held << 8 | byte; bits += 8;
    while (bits >= 5) { bits -= 5; out += letters[held >> bits]; held &= (1 << bits) - 1; } }
  return bits ? out + letters[held << (5 - bits)] : out; }
if (spelt(whole) !== text) throw new Error("the test spells otherwise");
const why = {}, accepted = [];
let tried = 0;
function judge(changed, place) { tried++; const said = Daicho.check(changed, KEYS);
  why[said.why] = (why[said.why] || 0) + 1; if (said.good) accepted.push(place); }
for (let bit = 0; bit < 8 * whole.length; bit++) { const changed = whole.slice();
  changed[bit >> 3] ^= 1 << (bit & 7); judge(spelt(changed), "byte " + bit); }
for (let bit = 0; bit < 8 * text.length; bit++) {
  const code = text.charCodeAt(bit >> 3) ^ 1 << (bit & 7);
  const changed = text.slice(0, bit >> 3) + String.fromCharCode(code) + text.slice((bit >> 3) + 1);
  judge(changed, "letter " + bit); }
return {tried, accepted, why, right: Daicho.check(text, KEYS).why, bytes: whole.length};
"""


def test_of_all_changes_of_one_bit_the_page_accepts_none(
    tmp_path: Path, by: CertificateMaker
) -> None:
    text = signed(by)
    said = in_page(tmp_path, ALL_CHANGES % json.dumps(text))
    assert said["right"] == "good"
    assert said["accepted"] == []
    assert said["tried"] == 8 * said["bytes"] + 8 * len(text)
    assert said["why"]["forged"] > 512  # signatures were computed, not only spellings refused
    assert set(said["why"]) <= {"malformed", "unknown_key", "forged"}


def test_both_ways_of_the_page_agree_with_each_other(tmp_path: Path) -> None:
    """Its own Ed25519 and SHA-512 against the browser's and against known answers (RFC 8032)."""
    keys = [Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(12)]
    cases = [
        {
            "public": key.public_key().public_bytes_raw().hex(),
            "message": (message := bytes(range(n * 17 % 256)) * n).hex(),
            "signature": key.sign(message).hex(),
        }
        for n, key in enumerate(keys)
    ]
    script = """
    const out = [];
    for (const one of CASES) {
      const parts = [one.public, one.signature, one.message].map(Daicho.unhex);
      const broken = [parts[0], parts[1].slice(), parts[2]]; broken[1][3] ^= 4;
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", parts[2]));
      out.push([Daicho.ed25519(...parts), Daicho.ed25519(...broken),
        await Daicho.byBrowser(...parts), await Daicho.byBrowser(...broken),
        Daicho.hex(hash) === Daicho.hex(Daicho.sha512(parts[2]))]);
    }
    return out;
    """.replace("CASES", json.dumps(cases))
    for own, own_broken, theirs, theirs_broken, hashes in in_page(tmp_path, script):
        assert (own, own_broken, hashes) == (True, False, True)
        assert theirs in (True, None)  # None: a browser without Ed25519
        assert theirs_broken in (False, None)


def test_the_page_says_what_it_found(tmp_path: Path, by: CertificateMaker) -> None:
    text = signed(by, entry(lot="江戸川区<b>見本</b>町"))
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    script = """
    const box = document.getElementById("code"), result = document.getElementById("result");
    const said = async text => { box.value = text; await run(); return result.textContent; };
    const years = document.getElementById("years").textContent;
    return [await said(TEXT + "\\r\\n"), await said(TEXT.slice(0, -1)), await said("2026-000123"),
            years, result.querySelector("dl") === null];
    """.replace("TEXT", json.dumps(text))
    good, cut, number, years, no_list = in_page(tmp_path, script)
    assert good.startswith("区の署名です")
    day = "令和8年4月6日（2026年4月6日）"
    for words in ("見本の様式です", "2026-000123", day, "江戸川区<b>見本</b>町"):
        assert words in good
    assert cut.startswith("読み取れません")
    assert number.startswith("読み取れません")
    assert years == "確かめられる年度: 2026年度"
    assert no_list

    def only(keys: list[PublicKey], n: int) -> str:
        folder = tmp_path / str(n)
        folder.mkdir()
        said: str = in_page(folder, f"return Daicho.check({json.dumps(text)}, KEYS).why;", keys)
        return said

    assert only([PublicKey(2026, other, signs=True)], 1) == "unknown_key"
    assert only([PublicKey(2027, PUBLIC, signs=True)], 2) == "year"
    assert only([PublicKey(2026, PUBLIC, signs=False)], 3) == "replaced"


def test_the_page_is_one_file_that_asks_nobody() -> None:
    page = asset_path("verify", "verify.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    for word in ("http://", "https://", "src=", "fetch(", "import(", "XMLHttp", "localStorage"):
        assert word not in page, word
