"""Forms of names, of words from a list, and of numbers with a unit.

Does not belong here: texts that are not names, words that are not in the list (`extras`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sample_city.dirt.forms.written import swap_once, text_form, wide
from sample_city.dirt.kinds import Style
from sample_city.model import OPERATOR, Values

# Radicals that look like characters, as programs copy them from a PDF.
_RADICALS = str.maketrans("一二工大力山飞长门龙", "⼀⼆⼯⼤⼒⼭⻜⻓⻔⻰")


def radical_style(header: str) -> Style:
    """Characters as the radicals that they look like (sources.md, K14)."""
    return Style("radicals", header, text_form(lambda text: text.translate(_RADICALS)))


def name_styles(header: str) -> list[Style]:
    """Forms of a person's name."""
    return [
        Style("name_spaces", header, text_form(lambda text: f"{text[0]}  {text[1:]}")),
        Style("name_tab", header, text_form(lambda text: f"{text}\t")),
        Style("name_ideographic_space", header, text_form(lambda text: f"{text[0]}\u3000{text[1:]}")),
        *(
            Style(f"name_dot_{ord(dot):04X}", header, text_form(swap_once("·", dot)), is_rare=True)
            for dot in "\u2022\u2027\u2219\u22c5\u30fb\uff65"
        ),
        Style("name_dot_at_end", header, text_form(lambda text: None if "·" in text else f"{text}·")),
    ]


def agency_name_styles(header: str) -> list[Style]:
    """Forms of an agency's name."""
    return [
        Style("agency_name_spaces", header, text_form(lambda text: f"{text[:3]} {text[3:]}\u3000")),
        Style("agency_name_zero_width", header, text_form(lambda text: f"\u200b{text}")),
        radical_style(header),
    ]


def _words(kind: str, header: str, words: Mapping[str, str], fits: Callable[[Values], bool] = bool) -> Style:
    """Words of a list, replaced by other words, in rows for which `fits` is true."""
    return Style(kind, header, lambda cell, values: words.get(cell) if isinstance(cell, str) and fits(values) else None)


def level_styles(header: str) -> list[Style]:
    """Forms of a level: numerals of engineers' levels, operators' levels by the national scale (sources.md, K9)."""
    numerals = (("level_digit", "1级", "2级"), ("level_formal", "壹级", "贰级"), ("level_wide", "１级", "２级"))
    national = {"高级技师": "一级", "技师": "二级", "高级": "三级", "中级": "四级", "初级": "五级"}
    workers = {"高级": "高级工", "中级": "中级工", "初级": "初级工"}
    pairs = {word: f"{level}/{workers.get(word, word)}" for word, level in national.items()}
    noted = {word: f"{workers.get(word, word)}（{level}）" for word, level in national.items()}

    def is_operator(values: Values) -> bool:
        return bool(values["certificate_kind"] == OPERATOR)

    def is_engineer(values: Values) -> bool:
        return not is_operator(values)

    return [
        *(_words(kind, header, {"一级": first, "二级": second}, is_engineer) for kind, first, second in numerals),
        _words("level_national", header, national, is_operator),
        _words("level_worker", header, workers, is_operator),
        _words("level_pair", header, pairs, is_operator),
        _words("level_noted", header, noted, is_operator),
    ]


def service_styles(header: str) -> list[Style]:
    """Services in another order, and by their official names (sources.md, K14)."""
    return [
        _words(
            "service_official",
            header,
            {
                "维护保养检测": "消防设施维护保养检测",
                "消防安全评估": "消防安全评估服务",
                "维护保养检测、消防安全评估": "消防设施维护保养检测，消防安全评估",
            },
        ),
        _words("service_reversed", header, {"维护保养检测、消防安全评估": "消防安全评估、维护保养检测"}),
    ]


def degree_styles(header: str) -> list[Style]:
    """Degrees of an honour."""
    return [_words("degree_with_suffix", header, {"国家": "国家级", "省": "省级", "市": "市级"})]


def clause_styles(header: str, *, has_letters: bool = True) -> list[Style]:
    """Forms of a clause in any format."""
    return [
        *([Style("clause_upper_case", header, text_form(str.upper))] if has_letters else []),
        Style("clause_full_width", header, text_form(wide)),
        Style("clause_words", header, text_form("第{}项".format)),
        Style("clause_apostrophe", header, text_form("'{}".format)),
    ]


def sheet_clause_styles(header: str, *, has_letters: bool = True) -> list[Style]:
    """All forms of a clause, with those of a workbook."""

    def number(cell: Any, values: Values) -> Any:
        return int(cell) if isinstance(cell, str) and cell.isdigit() else None

    return [Style("clause_number_cell", header, number), *clause_styles(header, has_letters=has_letters)]


def amount_styles(header: str, column: str, *units: str) -> list[Style]:
    """Forms of an amount, with `units` as people write them."""

    def whole(cell: Any) -> str | None:
        return f"{cell:g}" if isinstance(cell, int | float) else None

    def approximate(values: Values) -> dict[str, Any]:
        return {f"is_{column}_approximate": True}

    def with_unit(unit: str, shown: Callable[[str], str] = str) -> Callable[[Any, Values], Any]:
        return lambda cell, _: shown(text) + unit if (text := whole(cell)) else None

    return [
        Style("amount_full_width_unit", header, with_unit(units[0], wide)),
        *(Style(f"amount_unit_{place}", header, with_unit(unit)) for place, unit in enumerate(units[1:], start=2)),
        Style(
            "amount_approximate",
            header,
            lambda cell, _: f"约{text}" if (text := whole(cell)) else None,
            lake=approximate,
        ),
        Style("amount_text", header, lambda cell, _: whole(cell)),
    ]


def count_styles(header: str, word: str) -> list[Style]:
    """A count with its counting word, and in Chinese numerals (sources.md, K14)."""

    def numeral(cell: Any, values: Values) -> Any:
        return "零一二三四五六七八九"[cell] if isinstance(cell, int) and 0 <= cell <= 9 else None

    return [
        Style("count_with_word", header, lambda cell, _: f"{cell}{word}" if isinstance(cell, int) else None),
        Style("count_numeral", header, numeral),
    ]
