"""A form file as YAML, and what is wrong with it in words: the line, the key, and what to write.

Whoever makes a form is of the ward and reads Japanese; pydantic and PyYAML speak English, so their
kinds of fault are told anew here. A key that is written twice is a fault too: YAML would quietly
take the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]

#: So many faults are told at once; the rest are found when these are mended.
_MOST: Final = 8

_WHAT: Final[dict[str, str]] = {
    "missing": "書かれていません",
    "string_type": "文字で書いてください（数字だけなら引用符で囲みます）",
    "string_too_short": "空にできません",
    "string_too_long": "{max_length}文字までにしてください",
    "string_pattern_mismatch": "決められた形に合いません（形 {pattern}）",
    "bool_type": "true か false で書いてください",
    "int_type": "整数で書いてください",
    "int_from_float": "整数で書いてください",
    "int_parsing": "整数で書いてください",
    "float_type": "数で書いてください",
    "float_parsing": "数で書いてください",
    "finite_number": "数で書いてください",
    "greater_than_equal": "{ge} 以上の数にしてください",
    "less_than_equal": "{le} 以下の数にしてください",
    "date_type": "年月日を 2026-04-01 の形で書いてください",
    "enum": "次のどれかで書いてください: {expected}",
    "literal_error": "次のどれかで書いてください: {expected}",
    "tuple_type": "並び（- で始まる行、または [ ]）で書いてください",
    "too_short": "{min_length}つ以上書いてください",
    "too_long": "{max_length}つまでにしてください",
    "model_type": "項目: 値 の組で書いてください",
    "model_attributes_type": "項目: 値 の組で書いてください",
    "dict_type": "項目: 値 の組で書いてください",
}
_OTHERWISE: Final = "書き方が正しくありません"
_YAML: Final = "字下げ、コロンのあとの空白、引用符やかっこの閉じ忘れを確かめてください"


class FormTextError(ValueError):
    """The file is no YAML that can be read; the message names the line, for whoever wrote it."""


class _Loader(yaml.SafeLoader):
    """YAML's plain values only, and no key twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key, _ in node.value:
        name = getattr(key, "value", None)
        if isinstance(name, str) and name in seen:
            raise FormTextError(f"{_line(key)}行目: {name} が二度書かれています")
        seen.add(name if isinstance(name, str) else id(key))
    return dict(yaml.SafeLoader.construct_mapping(loader, node, deep=deep))


def _construct(loader: _Loader, node: yaml.MappingNode) -> Iterator[dict[Any, Any]]:
    made: dict[Any, Any] = {}
    yield made
    made.update(_mapping(loader, node))


def _day(loader: _Loader, node: yaml.ScalarNode) -> Any:
    """30 February is a word here, so that the schema can name its place."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def read_form_text(raw: bytes) -> tuple[Any, dict[Path, int]]:
    """The file's value, and the line of each key by its path. Raises FormTextError."""
    text = _decoded(raw)
    try:
        node = yaml.compose(text, Loader=_Loader)
        value = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except FormTextError:
        raise
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        code = error.character if isinstance(error.character, int) else ord(error.character)
        raise FormTextError(f"{line}行目: 使えない文字 U+{code:04X} があります") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{mark.line + 1}行目: " if mark is not None else ""
        raise FormTextError(f"{where}YAMLとして読めません。{_YAML}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FormTextError(f"YAMLとして読めません。{_YAML}") from error
    return value, dict(_lines(node)) if node is not None else {}


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FormTextError(f"{line}行目: UTF-8でない文字があります") from error


def _lines(node: yaml.Node, path: Path = ()) -> Iterator[tuple[Path, int]]:
    yield path, _line(node)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(getattr(key, "value", "")))
            yield from _lines(value, here)
            yield here, _line(key)  # the key's own line, where the value begins below it
    elif isinstance(node, yaml.SequenceNode):
        for n, value in enumerate(node.value):
            yield from _lines(value, (*path, n))


def schema_words(error: ValidationError, lines: Mapping[Path, int], form: type[BaseModel]) -> str:
    """What is wrong, one fault after the other: ``12行目 items.3.label: 空にできません``."""
    found = error.errors(include_url=False, include_input=False)
    # A list whose only entry is wrong is told as that entry, not as a list without entries.
    faults = [
        one
        for one in found
        if one["type"] != "too_short"
        or not any(other["loc"][: len(one["loc"])] == one["loc"] for other in found if other != one)
    ]
    told = [_fault(fault, lines, form) for fault in faults[:_MOST]]
    more = len(faults) - _MOST
    return "、".join(told) + (f"、ほか{more}件" if more > 0 else "")


def _fault(fault: Any, lines: Mapping[Path, int], form: type[BaseModel]) -> str:
    path: Path = tuple(fault["loc"])
    where = ".".join(str(step) for step in path) or "様式"
    about = (*path, _what(fault, path, form).split(":")[0])  # a whole form's fault names its part
    known = [about, *(path[:n] for n in range(len(path), -1, -1))]
    line = next((lines[one] for one in known if one in lines), None)
    place = f"{line}行目 {where}" if line is not None else where
    return f"{place}: {_what(fault, path, form)}"


def _what(fault: Any, path: Path, form: type[BaseModel]) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        close = get_close_matches(str(path[-1]), sorted(_known_keys(form)), 1)
        return "決められていない項目です" + (f"（{close[0]} のまちがいですか）" if close else "")
    if kind == "string_pattern_mismatch" and context["pattern"].startswith(r"\{"):
        return str(context["pattern"]).replace("\\", "").replace(".*", " と ") + " を入れてください"
    if kind.startswith("date"):
        return _WHAT["date_type"]
    return _WHAT.get(kind, _OTHERWISE).format_map(_Plain(context))


class _Plain(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def _known_keys(form: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> set[str]:
    """Every key of the form language."""
    seen = set() if seen is None else seen
    if form in seen:
        return set()
    seen.add(form)
    found: set[str] = set()
    for name, field in form.model_fields.items():
        found.add(field.alias or name)
        for model in _models(field.annotation):
            found |= _known_keys(model, seen)
    return found


def _models(annotation: Any) -> Sequence[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(m for part in getattr(annotation, "__args__", ()) for m in _models(part))
