"""Three hundred and fifty strings that nobody types by accident: seeded, for every door."""

from __future__ import annotations

from random import Random

COUNT = 350
_SQL = (
    "' OR 1=1 --", "'; DROP TABLE ledger_entry; --", '" OR ""="', "1); DELETE FROM town_alias; --",
    "%' UNION SELECT * FROM staff_account --", "\\'; SELECT pg_sleep(10); --", "$1", ":question",
    "%(terms_1)s", "{}", "{0}", "%s%s%s%n", "${jndi:ldap://x}", "{{7*7}}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd", "| cat /etc/passwd", "`id`", "$(id)", "&& shutdown",
)  # fmt: skip
_FTS = (
    'terms:x', 'NEAR(a b, 5)', 'a AND', 'OR', 'NOT 中央', '"', '""', '"中央', '中央*', '^中央',
    '-中央',
    '{terms}:中央', '(', ')', '((', '中央 AND (', '+', 'a + b', 'rank:bm25', "'\"", '"" ""', '*',
    'l中央/1/4', 'lx中央/1', 'y2003', 'o見', 'k建築物', '中央/1/4/1', '//', '/' * 50,
)  # fmt: skip
_CONTROL = tuple(chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0)))
_STRANGE = (
    "\u202e中央", "\u200b", "\u200d\u200d", "\ufeff中央", "\u2028", "\u2029", "\u0300" * 100, "Z͑ͫ̓ͪ̂ͫ̽",
    "\ud800", "\udfff", "中央\ud83d", "\udc00中央1-4", "\U0010ffff", "\ufffe", "\uffff", "\ue000",
    "👨‍👩‍👧‍👦", "𠮷", "葛\U000e0100", "\U000e01ef" * 20, "ﷺ" * 50, "㍻", "①②③", "½", "٣-٤", "१-२",
    "１丁目" * 40, "丁目", "番地", "号", "の", "ー", "町", "江戸川区", "東京都", "大字",
    "字", "〒", "第号",
)  # fmt: skip
_NUMBERS = (
    "0", "-1", "1e309", "NaN", "Infinity", "9" * 18, "9" * 200, "1" * 10_000, "0x7f", "1,000",
    "中央" + "9" * 50, "中央1-" + "9" * 100 + "-1", "中央" + "-1" * 5000, "中央一" + "千" * 300,
    "十百千万億", "〇" * 60, "平成0年1", "平成99999年1", "昭和64年2月30日", "令和元元年", "R1R1R1",
)  # fmt: skip
_LONG = (
    "見" * 10_000, "中央" * 5000, " " * 10_000, "　" * 10_000, "a" * 10_000, "'" * 10_000,
    "(" * 10_000, "一之江" * 3000, "\x00" * 10_000, "1-" * 5000, "東" * 39 + "1", "𠮷" * 5000,
    "の" * 10_000, "-" * 10_000, "ｶﾞ" * 5000, "(株)" * 2500, "町" * 10_000 + "1",
    "字" * 10_000 + "1",
)  # fmt: skip
_PIECES = (
    *_SQL, *_FTS, *_STRANGE, "中央", "1-4-1", "髙橋", "見本", "一丁目", "平成15年", "第123号",
    "\n", "\t", "\x00",
)  # fmt: skip


def hostile_strings(seed: int = 350) -> list[str]:
    """Each once, ``COUNT`` in all: the known ones, and pieces of them put together."""
    dice = Random(seed)
    made = dict.fromkeys(("", " ", *_SQL, *_FTS, *_CONTROL, *_STRANGE, *_NUMBERS, *_LONG))
    while len(made) < COUNT:
        made["".join(dice.choices(_PIECES, k=dice.randint(2, 6)))] = None
    return list(made)[:COUNT]
