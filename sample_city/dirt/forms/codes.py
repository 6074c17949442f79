"""Forms of identifiers: keys and links to them, document numbers, USCCs, ID numbers.

Does not belong here: values that are not codes (`extras`), personal numbers in texts (`texts`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sample_city import identifiers
from sample_city.dirt.forms.written import swap_once, text_form, wide
from sample_city.dirt.kinds import Style
from sample_city.model import Values


def _dashed(dash: str) -> Callable[[str], str | None]:
    return lambda text: text.replace("-", dash) if "-" in text else None


def _bracketed(left: str, right: str) -> Callable[[str], str | None]:
    return lambda text: text.replace("〔", left).replace("〕", right) if "〔" in text else None


_WRAPPED: dict[str, Callable[[str], str | None]] = {
    "apostrophe": "'{}".format,
    "quote_mark": "’{}".format,
    "formula_text": '="{}"'.format,
}
_CODES: dict[str, Callable[[str], str | None]] = {
    **_WRAPPED,
    "lower_case": str.lower,
    "full_width": wide,
    "spaces": lambda text: f" {text[:2]} {text[2:]}\u3000",
    "dash": _dashed("—"),
    "minus": _dashed("\u2212"),
    "long_dash": _dashed("——"),
    "whole_number": lambda text: f"{text}.0" if text.isdigit() else None,
}
_RARE = {"dash", "minus", "long_dash"}  # few numbers have a hyphen
_BRACKETS: dict[str, Callable[[str], str | None]] = {
    "square_brackets": _bracketed("[", "]"),
    "round_brackets": _bracketed("(", ")"),
    "wide_brackets": _bracketed("（", "）"),
    "black_brackets": _bracketed("【", "】"),
}


def code_styles(header: str, *kinds: str) -> list[Style]:
    """Forms of one code (sources.md, K3)."""
    return [Style(f"code_{kind}", header, text_form(_CODES[kind]), is_rare=kind in _RARE) for kind in kinds]


def bracket_styles(header: str) -> list[Style]:
    """Forms of a document's year."""
    return [Style(f"document_{kind}", header, text_form(write)) for kind, write in _BRACKETS.items()]


def list_styles(header: str) -> list[Style]:
    """Forms of a list of codes: separators, and the form of each code."""

    def each(kind: str, write: Callable[[str], str | None], separator: str, *, is_rare: bool = False) -> Style:
        def apply(text: str) -> str:
            return separator.join(write(part) or part for part in text.split("、"))

        return Style(kind, header, text_form(apply), is_rare=is_rare)

    return [
        each("list_dashes", _dashed("–"), "\n", is_rare=True),
        each("list_brackets", _bracketed("[", "]"), "，", is_rare=True),
        each("list_semicolon", lambda text: f" {text}", "；", is_rare=True),
        each("list_apostrophe", "'{}".format, "，"),
        each("list_lower_case", str.lower, ","),
        each("list_full_width", wide, "、"),
        Style("list_formula_text", header, text_form(_WRAPPED["formula_text"])),
    ]


def object_styles(header: str) -> list[Style]:
    """Forms of the object of a decision: a USCC, or `<dataset>:<key>=<USCC>`."""
    return [
        Style("object_lower_case", header, text_form(str.lower)),
        Style("object_upper_case", header, text_form(str.upper)),
        Style("object_full_width", header, text_form(wide)),
        Style("object_apostrophe", header, text_form("'{}".format)),
    ]


def uscc_styles(header: str) -> list[Style]:
    """Forms of a USCC that are repaired by rule, and wrapped ones (sources.md, K4)."""
    flag = "uscc_repaired"
    return [
        Style("uscc_lower_case", header, text_form(str.lower), flag=flag),
        Style("uscc_spaces", header, text_form(lambda text: f" {text[:6]} {text[6:]}"), flag=flag),
        Style("uscc_apostrophe", header, text_form(_WRAPPED["apostrophe"]), flag=flag),
        Style("uscc_formula_text", header, text_form(_WRAPPED["formula_text"]), flag=flag),
        Style("uscc_quote_mark", header, text_form(_WRAPPED["quote_mark"]), flag=flag),
        Style("uscc_letter_o", header, text_form(swap_once("0", "O")), flag=flag),
        Style("uscc_letter_i", header, text_form(swap_once("1", "I")), flag=flag),
        Style("uscc_full_width", header, text_form(wide), flag=flag),
    ]


def _lower_x(text: str) -> str | None:
    return text.lower() if text.endswith("X") else None


def _wide_x(text: str) -> str | None:
    return text[:-1] + "Ｘ" if text.endswith("X") else None


def id_styles(header: str) -> list[Style]:
    """Forms of a whole ID number that are repaired by rule, and wrapped ones."""
    flag = "id_repaired"

    def unmasked(write: Callable[[str], str | None]) -> Callable[[Any, Values], Any]:
        return text_form(lambda text: write(text) if "*" not in text else None)

    def fifteen(text: str) -> str | None:
        return identifiers.fifteen_digits(text) if len(text) == 18 and text[6:8] == "19" else None

    return [
        Style("id_lower_x", header, text_form(_lower_x), flag=flag, is_rare=True, every=3),
        Style("id_wide_x", header, text_form(_wide_x), flag=flag, is_rare=True, every=3),
        Style("id_full_width", header, unmasked(wide), flag=flag),
        Style("id_spaces", header, unmasked(lambda text: f"{text[:6]} {text[6:14]} {text[14:]}"), flag=flag),
        Style("id_apostrophe", header, unmasked(_WRAPPED["apostrophe"]), flag=flag),
        Style("id_formula_text", header, unmasked(_WRAPPED["formula_text"]), flag=flag),
        Style("id_quote_mark", header, unmasked(_WRAPPED["quote_mark"]), flag=flag),
        Style("id_letter_o", header, text_form(swap_once("0", "O")), flag=flag),
        Style("id_fifteen_digits", header, text_form(fifteen)),
    ]


def unresolved_id_styles(header: str, name: str) -> list[Style]:
    """Texts that leave the identity unresolved; only for plain engineers, who can still be identified by number and name."""

    def plain(values: Values) -> bool:
        return values.get("position_code") == "engineer" and "*" not in values[name]

    def masked(cell: Any, values: Values) -> Any:
        return identifiers.mask(cell) if plain(values) else None

    def wrong(cell: Any, values: Values) -> Any:
        return _wrong_check(cell) if plain(values) else None

    def as_masked(values: Values) -> dict[str, Any]:
        shown = identifiers.mask(values[name])
        return {f"{name}_id": shown, f"{name}_id_status": "masked", f"{name}_mask": shown}

    def as_invalid(values: Values) -> dict[str, Any]:
        shown = _wrong_check(values[name])
        return {f"{name}_id": shown, f"{name}_id_status": "invalid", f"{name}_mask": identifiers.mask(shown)}

    return [
        Style("id_masked", header, masked, lake=as_masked, is_rare=True, by_row=True, every=6),
        Style("id_check_failed", header, wrong, lake=as_invalid, is_rare=True, by_row=True, every=4),
    ]


def _wrong_check(number: str) -> str:
    return number[:17] + ("0" if number[17] != "0" else "1")
