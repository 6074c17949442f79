"""What all forms share: forms of non-empty text, full width, signs for "none".

Does not belong here: forms of one kind of value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sample_city.dirt.kinds import Style
from sample_city.model import Values
from sample_city.workbooks import Formula

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
SIGNS_FOR_NONE = {
    "none_slash": "/",
    "none_backslash": "\\",
    "none_hyphen": "-",
    "none_dash": "—",
    "none_dashes": "——",
    "none_word": "无",
    "none_not_yet": "暂无",
    "none_unknown": "不详",
    "none_null": "NULL",
    "none_nan": "nan",
    "none_n_a": "N/A",
    "none_backslash_n": "\\N",
    "none_zero_date": "0000-00-00",
}


def wide(text: str) -> str:
    """ASCII in full-width forms."""
    return text.translate(WIDE)


def text_form(write: Callable[[str], str | None]) -> Callable[[Any, Values], Any]:
    """A form of non-empty text; None if the text would stay the same."""

    def apply(cell: Any, values: Values) -> Any:
        dirty = write(cell) if isinstance(cell, str) and cell else None
        return None if dirty == cell else dirty

    return apply


def swap_once(old: str, new: str) -> Callable[[str], str | None]:
    """The first `old` as `new`."""
    return lambda text: text.replace(old, new, 1) if old in text else None


def none_styles(header: str, *kinds: str, is_rare: bool = False) -> list[Style]:
    """Signs for "none" in empty cells (sources.md, K2); `kinds` without their prefix `none_`. `is_rare`: few empty cells."""

    def sign(text: str) -> Callable[[Any, Values], Any]:
        return lambda cell, _: text if cell is None or cell == "" else None

    named = {kind: SIGNS_FOR_NONE[kind] for kind in (f"none_{name}" for name in kinds)}
    return [Style(kind, header, sign(text), is_rare=is_rare) for kind, text in named.items()]


def formula(header: str) -> Style:
    """A formula whose result the workbook holds."""
    return Style("formula_with_cache", header, lambda cell, _: Formula('="x"', cell) if isinstance(cell, str) else None)
