"""True cells written as people write them: every form of a date, code, name, amount and word that must be read.

Belongs here: how one cell looks, and which forms a dataset's exports show. Does not belong here: rows that are refused
or repeated (`extras`), which row of a file gets which form (`file_dirt`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sample_city import identifiers
from sample_city.dirt.kinds import Style
from sample_city.files import Formula
from sample_city.model import Values

EXCEL_EPOCH = dt.date(1899, 12, 30)
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def wide(text: str) -> str:
    """ASCII in full-width forms."""
    return text.translate(WIDE)


def _date_styles(header: str) -> list[Style]:
    """All forms of a date; `header` holds an ISO text in the clean row."""

    def form(kind: str, write: Callable[[dt.date], Any]) -> Style:
        def apply(cell: Any, values: Values) -> Any:
            return write(dt.date.fromisoformat(cell)) if isinstance(cell, str) and cell[:1] == "2" else None

        return Style(kind, header, apply)

    return [
        form("date_slashes", lambda day: f"{day.year}/{day.month}/{day.day}"),
        form("date_dots", lambda day: f"{day.year}.{day.month}.{day.day}"),
        form("date_chinese", lambda day: f"{day.year}年{day.month}月{day.day}日"),
        form("date_compact", lambda day: f"{day:%Y%m%d}"),
        form("date_with_time", lambda day: f"{day:%Y-%m-%d} 10:22:05"),
        form("date_full_width", lambda day: wide(f"{day:%Y-%m-%d}")),
    ]


def _sheet_date_styles(header: str) -> list[Style]:
    def serial(cell: Any, values: Values) -> Any:
        return (dt.date.fromisoformat(cell) - EXCEL_EPOCH).days if isinstance(cell, str) and cell[:1] == "2" else None

    def date_cell(cell: Any, values: Values) -> Any:
        return dt.date.fromisoformat(cell) if isinstance(cell, str) and cell[:1] == "2" else None

    return [*_date_styles(header), Style("date_serial", header, serial), Style("date_cell", header, date_cell)]


def _text(write: Callable[[str], str | None]) -> Callable[[Any, Values], Any]:
    def apply(cell: Any, values: Values) -> Any:
        dirty = write(cell) if isinstance(cell, str) and cell else None
        return None if dirty == cell else dirty

    return apply


def _swap_once(old: str, new: str) -> Callable[[str], str | None]:
    return lambda text: text.replace(old, new, 1) if old in text else None


def _uscc_styles(header: str) -> list[Style]:
    return [
        Style("uscc_lower_case", header, _text(str.lower), flag="uscc_repaired"),
        Style("uscc_spaces", header, _text(lambda text: f" {text[:6]} {text[6:]}"), flag="uscc_repaired"),
        Style("uscc_letter_o", header, _text(_swap_once("0", "O")), flag="uscc_repaired"),
        Style("uscc_letter_i", header, _text(_swap_once("1", "I")), flag="uscc_repaired"),
        Style("uscc_full_width", header, _text(wide), flag="uscc_repaired"),
    ]


def _lower_x(text: str) -> str | None:
    return text.lower() if text.endswith("X") else None


def _wide_x(text: str) -> str | None:
    return text[:-1] + "Ｘ" if text.endswith("X") else None


def _id_styles(header: str) -> list[Style]:
    def fifteen(text: str) -> str | None:
        return identifiers.fifteen_digits(text) if len(text) == 18 and text[6:8] == "19" else None

    full = [
        Style("id_lower_x", header, _text(_lower_x), flag="id_repaired", is_rare=True, every=3),
        Style("id_wide_x", header, _text(_wide_x), flag="id_repaired", is_rare=True, every=3),
        Style("id_full_width", header, _text(lambda t: wide(t) if "*" not in t else None), flag="id_repaired"),
        Style(
            "id_spaces",
            header,
            _text(lambda t: f"{t[:6]} {t[6:14]} {t[14:]}" if "*" not in t else None),
            flag="id_repaired",
        ),
        Style("id_letter_o", header, _text(_swap_once("0", "O")), flag="id_repaired"),
        Style("id_fifteen_digits", header, _text(fifteen)),
    ]
    return full


def _unresolved_id_styles(header: str, name: str) -> list[Style]:
    """Texts that leave the identity open; only of plain engineers, whom number and name still tell."""

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
        Style("id_masked", header, masked, lake=as_masked, is_rare=True, every=6),
        Style("id_check_failed", header, wrong, lake=as_invalid, is_rare=True, every=4),
    ]


def _wrong_check(number: str) -> str:
    return number[:17] + ("0" if number[17] != "0" else "1")


def _name_styles(header: str) -> list[Style]:
    return [
        Style("name_spaces", header, _text(lambda text: f"{text[0]}  {text[1:]}")),
        Style("name_tab", header, _text(lambda text: f"{text}\t")),
        Style("name_ideographic_space", header, _text(lambda text: f"{text[0]}\u3000{text[1:]}")),
        *(
            Style(f"name_dot_{ord(dot):04X}", header, _text(_swap_once("·", dot)), is_rare=True)
            for dot in "\u2022\u2027\u2219\u22c5\u30fb\uff65"
        ),
        Style("name_dot_at_end", header, _text(lambda text: None if "·" in text else f"{text}·")),
    ]


def _agency_name_styles(header: str) -> list[Style]:
    return [
        Style("agency_name_spaces", header, _text(lambda text: f"{text[:3]} {text[3:]}\u3000")),
        Style("agency_name_zero_width", header, _text(lambda text: f"\u200b{text}")),
    ]


def _amount_styles(header: str, column: str, unit: str) -> list[Style]:
    def whole(cell: Any) -> str | None:
        return f"{cell:g}" if isinstance(cell, int | float) else None

    def approximate(values: Values) -> dict[str, Any]:
        return {f"is_{column}_approximate": True}

    return [
        Style("amount_full_width_unit", header, lambda cell, _: wide(text) + unit if (text := whole(cell)) else None),
        Style(
            "amount_approximate",
            header,
            lambda cell, _: f"约{text}" if (text := whole(cell)) else None,
            lake=approximate,
        ),
        Style("amount_text", header, lambda cell, _: whole(cell)),
    ]


def _level_styles(header: str) -> list[Style]:
    words = {"一级": ("1级", "壹级", "１级"), "二级": ("2级", "贰级", "２级")}

    def word(place: int) -> Callable[[Any, Values], Any]:
        def write(cell: Any, values: Values) -> Any:
            return words[cell][place] if cell in words else None

        return write

    return [
        Style(kind, header, word(place)) for place, kind in enumerate(("level_digit", "level_formal", "level_wide"))
    ]


def _clause_styles(header: str) -> list[Style]:
    def number(cell: Any, values: Values) -> Any:
        return int(cell) if isinstance(cell, str) and cell.isdigit() else None

    return [
        Style("clause_number_cell", header, number),
        Style("clause_upper_case", header, _text(str.upper)),
        Style("clause_full_width", header, _text(wide)),
    ]


def _moment_styles(header: str) -> list[Style]:
    def form(kind: str, write: Callable[[dt.datetime], Any]) -> Style:
        def apply(cell: Any, values: Values) -> Any:
            return write(dt.datetime.fromisoformat(cell)) if isinstance(cell, str) and cell else None

        return Style(kind, header, apply)

    return [
        form("moment_slashes", lambda at: f"{at.year}/{at.month}/{at.day} {at:%H:%M:%S}"),
        form("moment_chinese", lambda at: f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S}"),
        form("moment_cell", lambda at: at),
        form("moment_serial", _serial),
    ]


def _serial(at: dt.datetime) -> float:
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return round((at.date() - EXCEL_EPOCH).days + seconds / 86_400, 9)


def _bracket_styles(header: str) -> list[Style]:
    def brackets(left: str, right: str) -> Callable[[str], str | None]:
        return lambda text: text.replace("〔", left).replace("〕", right) if "〔" in text else None

    return [
        Style("document_square_brackets", header, _text(brackets("[", "]"))),
        Style("document_round_brackets", header, _text(brackets("(", ")"))),
        Style("document_wide_brackets", header, _text(brackets("（", "）"))),
    ]


def _month_styles(header: str) -> list[Style]:
    return [
        Style("month_dashed", header, _text(lambda text: f"{text[:4]}-{text[4:]}")),
        Style("month_chinese", header, _text(lambda text: f"{text[:4]}年{int(text[4:])}月")),
        Style("month_full_width", header, _text(wide)),
    ]


def _formula(header: str) -> Style:
    return Style("formula_with_cache", header, lambda cell, _: Formula('="x"', cell) if isinstance(cell, str) else None)


STYLES: dict[str, list[Style]] = {
    "registry/agencies": [
        *_amount_styles("工作场所建筑面积(㎡)", "floor_area_m2", "㎡"),
        *_uscc_styles("统一社会信用代码"),
        *_sheet_date_styles("报送日期"),
        *_name_styles("法定代表人")[:3],
        *_agency_name_styles("机构名称"),
        _formula("注册地址"),
    ],
    "registry/personnel": [
        *_id_styles("身份证号"),
        *_unresolved_id_styles("身份证号", "person"),
        *_level_styles("等级"),
        *_name_styles("姓名"),
        *_sheet_date_styles("劳动合同起"),
        *_uscc_styles("统一社会信用代码")[:3],
        *_sheet_date_styles("注册有效期至")[:3],
        _formula("资格证书编号"),
    ],
    "registry/equipment": [*_sheet_date_styles("校准日期"), *_uscc_styles("统一社会信用代码")[:2]],
    "registry/site_checks": [*_sheet_date_styles("核查日期")[:3], *_uscc_styles("统一社会信用代码")[:2]],
    "registry/social_insurance": [
        *_month_styles("费款所属期"),
        *_id_styles("社会保障号码"),
        *_name_styles("姓名"),
        *_uscc_styles("统一社会信用代码")[:2],
    ],
    "complaints/hotline": [
        *_agency_name_styles("被诉对象"),
        *_moment_styles("受理时间"),
        *_clause_styles("对应失信条款"),
        *_sheet_date_styles("认定日期"),
    ],
    "complaints/media": [
        *_agency_name_styles("机构名称"),
        *_date_styles("发现日期"),
        *_clause_styles("对应失信条款")[1:],
    ],
    "inspections/checks": [
        *_date_styles("检查日期"),
        *_clause_styles("对应失信条款")[1:],
        *_uscc_styles("统一社会信用代码"),
    ],
    "inspections/penalties": [
        *_bracket_styles("决定书文号"),
        *_sheet_date_styles("处罚决定日期"),
        *_clause_styles("对应失信条款"),
        *_amount_styles("罚款金额(万元)", "fine_10k_cny", "万元"),
    ],
    "platform/contracts": [*_uscc_styles("tyshxydm")[:3]],
    "platform/reports": [*_id_styles("jsfzrsfzh")[:4], *_name_styles("xmfzr")[:3], *_uscc_styles("gzdw")[:2]],
    "platform/checkins": [*_id_styles("sfzh")[:4], *_name_styles("xm")[:3]],
    "credit_desk/findings": [
        *_clause_styles("失信条款"),
        *_sheet_date_styles("认定日期"),
        *_sheet_date_styles("行为日期"),
        *_uscc_styles("统一社会信用代码"),
        *_id_styles("涉及人员身份证号"),
    ],
    "credit_desk/merit_claims": [
        *_clause_styles("守信条款"),
        *_sheet_date_styles("取得日期"),
        *_bracket_styles("文号"),
    ],
    "credit_desk/repairs": [
        Style("list_comma", "认定编号", _text(_swap_once("、", "，"))),
        Style("list_line_break", "认定编号", _text(_swap_once("、", "\n"))),
        *_sheet_date_styles("受理日期"),
        *_uscc_styles("统一社会信用代码")[:2],
    ],
    "credit_desk/decisions": [*_sheet_date_styles("决定日期")],
}
