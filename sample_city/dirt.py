"""Dirt in rows: true cells written as people write them, and rows that must be refused or be told to be repeats.

Belongs here: every row kind of sources.md, "Dirt that must be survived", each with its truth. Does not belong here:
whole files (see `dirt_files`), true rows: refused rows are always additional ones, so that the clean and the dirty
city have the same truth.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.contract import Dataset, Format
from sample_city import identifiers
from sample_city.files import Formula, SheetStyle
from sample_city.model import Record, Values

Cells = dict[str, Any]
STYLES_PER_FILE = 5
EXTRAS_PER_FILE = 2
EXCEL_EPOCH = dt.date(1899, 12, 30)
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@dataclass(frozen=True)
class Note:
    """What the door must say about a dirty row; `lake` = lake columns that differ from the clean row's."""

    kind: str
    outcome: str  # accepted, duplicate, quarantined
    reason_code: str = ""
    column: str = ""
    flag: str = ""
    lake: tuple[tuple[str, Any], ...] = ()
    record: Record | None = None  # of an accepted additional row


@dataclass(frozen=True)
class Style:
    """One way of writing a true cell. `write` gives the dirty cell, or None where it does not apply."""

    kind: str
    header: str
    write: Callable[[Any, Values], Any]
    flag: str = ""
    lake: Callable[[Values], dict[str, Any]] | None = None
    is_rare: bool = False  # fits few rows: taken wherever one turns up, once a file
    every: int = 1  # of so many months one


@dataclass(frozen=True)
class Extra:
    """One additional row made from a true one. `change` gives the cells that differ, or None to skip."""

    kind: str
    outcome: str
    change: Callable[[Cells, Values, int], Cells | None]
    reason_code: str = ""
    header: str = ""
    typed: Callable[[Values, int], Values] | None = None  # of an accepted one: the values that differ


def wide(text: str) -> str:
    """ASCII in full-width forms."""
    return text.translate(WIDE)


# --- ways to write a true cell ------------------------------------------------------------------------------------


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

# --- additional rows ----------------------------------------------------------------------------------------------


def _fake_uscc(number: int, *, organisation_fails: bool = False) -> str:
    return identifiers.uscc("91", "410811", 700_000_000 + number, organisation_fails=organisation_fails)


def _bad_check(cells: Cells, header: str) -> str:
    text = str(cells[header])
    return text[:17] + next(char for char in identifiers.USCC_ALPHABET if char != text[17])


def _repeat(kind: str = "repeated_row") -> Extra:
    return Extra(kind, "duplicate", lambda cells, values, number: {})


def _quarantined(kind: str, reason_code: str, header: str, write: Callable[[Cells, int], Any]) -> Extra:
    """A true row with one bad cell; `_own_key` gives it a key of its own beforehand where that matters."""

    def change(cells: Cells, values: Values, number: int) -> Cells | None:
        value = write(cells, number)
        return None if value is None else {header: value}

    return Extra(kind, "quarantined", change, reason_code, header)


def _uscc_extras(header: str) -> list[Extra]:
    return [
        _quarantined("uscc_check_failed", "uscc_check_failed", header, lambda c, n: _bad_check(c, header)),
        _quarantined("uscc_scientific", "id_numeric_precision_lost", header, lambda c, n: "9.14108E+17"),
        _quarantined("uscc_short", "uscc_malformed", header, lambda c, n: str(c[header])[:17]),
        _quarantined("uscc_empty", "empty_value", header, lambda c, n: None if c[header] is None else ""),
    ]


def _date_extras(header: str, *, is_checked_against_receipt: bool) -> list[Extra]:
    extras = [
        _quarantined("date_impossible", "impossible_date", header, lambda c, n: "2025-02-30"),
        _quarantined("date_no_date", "impossible_date", header, lambda c, n: "不详"),
    ]
    if is_checked_against_receipt:
        extras.append(_quarantined("date_after_receipt", "date_after_receipt", header, lambda c, n: "2031-07-01"))
    return extras


def _value_extra(header: str, text: str) -> Extra:
    return _quarantined("unknown_value", "unknown_value", header, lambda c, n: text)


def _key_extra(header: str) -> Extra:
    return _quarantined("empty_key", "empty_key", header, lambda c, n: "")


EXTRAS: dict[str, list[Extra]] = {
    "registry/agencies": [
        _quarantined(
            "uscc_check_failed", "uscc_check_failed", "统一社会信用代码", lambda c, n: _bad_check(c, "统一社会信用代码")
        ),
        _quarantined("uscc_scientific", "id_numeric_precision_lost", "统一社会信用代码", lambda c, n: "9.14108E+17"),
        _quarantined(
            "uscc_numeric_cell", "id_numeric_precision_lost", "统一社会信用代码", lambda c, n: 914108000000000000 + n
        ),
        _quarantined("uscc_short", "uscc_malformed", "统一社会信用代码", lambda c, n: str(c["统一社会信用代码"])[:17]),
        _key_extra("统一社会信用代码"),
        _value_extra("机构状态", "注销中"),
        _quarantined(
            "formula_without_cache",
            "formula_without_cache",
            "工作场所建筑面积(㎡)",
            lambda c, n: Formula("=200+35", None),
        ),
        _quarantined("not_a_number", "not_a_number", "工作场所建筑面积(㎡)", lambda c, n: "二百余"),
        *_date_extras("公示日期", is_checked_against_receipt=False),
        _repeat(),
    ],
    "registry/personnel": [
        _quarantined("id_numeric_cell", "id_numeric_precision_lost", "身份证号", lambda c, n: 410899199001010000 + n),
        _quarantined("id_scientific", "id_numeric_precision_lost", "身份证号", lambda c, n: "4.10899E+17"),
        _value_extra("等级", "特级"),
        _quarantined("error_value", "error_value", "注册证编号", lambda c, n: Formula("=NA()", "#N/A")),
        _quarantined("empty_name", "empty_key", "姓名", lambda c, n: ""),
        *_date_extras("劳动合同起", is_checked_against_receipt=False),
        _quarantined(
            "uscc_check_failed", "uscc_check_failed", "统一社会信用代码", lambda c, n: _bad_check(c, "统一社会信用代码")
        ),
        _repeat(),
    ],
    "registry/equipment": [*_date_extras("校准日期", is_checked_against_receipt=False), _repeat()],
    "registry/site_checks": [
        *_date_extras("核查日期", is_checked_against_receipt=True),
        _key_extra("核查编号"),
        _repeat(),
    ],
    "registry/social_insurance": [
        _value_extra("险种", "生育险种"),
        _value_extra("缴费状态", "欠费"),
        _quarantined("uscc_scientific", "id_numeric_precision_lost", "统一社会信用代码", lambda c, n: "9.14108E+17"),
        _quarantined("month_impossible", "impossible_date", "费款所属期", lambda c, n: "202513"),
        _key_extra("社会保障号码"),
        Extra(
            "uscc_gb11714_mismatch",
            "accepted",
            lambda c, v, n: {"统一社会信用代码": _fake_uscc(n, organisation_fails=True), "险种": "失业"},
            header="统一社会信用代码",
            typed=lambda v, n: {
                "payer_id": _fake_uscc(n, organisation_fails=True),
                "insurance_code": "unemployment",
            },
        ),
        _repeat(),
    ],
    "complaints/hotline": [
        *_date_extras("受理时间", is_checked_against_receipt=True),
        _value_extra("核查结果", "基本属实"),
        _value_extra("对应失信条款", "12"),
        _key_extra("工单编号"),
        _repeat(),
    ],
    "complaints/media": [
        *_date_extras("发现日期", is_checked_against_receipt=True),
        _value_extra("对应失信条款", "第四条"),
        _key_extra("线索编号"),
        _repeat(),
    ],
    "inspections/checks": [
        *_date_extras("检查日期", is_checked_against_receipt=True),
        _value_extra("检查类型", "抽查"),
        _value_extra("认定状态", "复核中"),
        *_uscc_extras("统一社会信用代码"),
        _key_extra("任务编号"),
        _repeat(),
    ],
    "inspections/penalties": [
        *_date_extras("处罚决定日期", is_checked_against_receipt=True),
        _value_extra("状态", "已执行"),
        _key_extra("决定书文号"),
        _repeat(),
    ],
    "platform/contracts": [
        _key_extra("htbh"),
        _value_extra("scbz", "2"),
        _quarantined("uscc_check_failed", "uscc_check_failed", "tyshxydm", lambda c, n: _bad_check(c, "tyshxydm")),
        _repeat(),
    ],
    "platform/reports": [
        *_date_extras("bgrq", is_checked_against_receipt=True),
        _value_extra("qzzt", "待签"),
        _quarantined("id_numeric_cell", "id_numeric_precision_lost", "jsfzrsfzh", lambda c, n: 410899199001010000 + n),
        _quarantined("empty_update", "empty_value", "sjgxsjc", lambda c, n: ""),
        _repeat(),
    ],
    "platform/checkins": [
        *_date_extras("qdsj", is_checked_against_receipt=True),
        _value_extra("zbx", "CGCS2000"),
        _quarantined("coordinate_impossible", "impossible_coordinate", "jd", lambda c, n: "1132.38"),
        _repeat(),
    ],
    "credit_desk/findings": [
        _value_extra("失信条款", "12"),
        *_date_extras("认定日期", is_checked_against_receipt=True),
        *_uscc_extras("统一社会信用代码"),
        _value_extra("状态", "有效?"),
        _quarantined("clause_empty", "empty_value", "失信条款", lambda c, n: ""),
        _key_extra("认定编号"),
        _repeat(),
    ],
    "credit_desk/merit_claims": [
        _value_extra("守信条款", "6"),
        *_date_extras("取得日期", is_checked_against_receipt=True),
        _value_extra("级别", "县"),
        _repeat(),
    ],
    "credit_desk/repairs": [
        *_date_extras("受理日期", is_checked_against_receipt=True),
        _value_extra("审核意见", "原则同意"),
        _key_extra("申请编号"),
        _repeat(),
    ],
    "credit_desk/decisions": [
        _value_extra("决定", "deferred"),
        *_date_extras("决定日期", is_checked_against_receipt=True),
        _repeat(),
    ],
}

# headers whose cell gets a mark, so that a refused row can never stand in for a true one
KEY_HEADERS = {
    "registry/site_checks": "核查编号",
    "complaints/hotline": "工单编号",
    "complaints/media": "线索编号",
    "inspections/checks": "任务编号",
    "inspections/penalties": "决定书文号",
    "platform/contracts": "htbh",
    "platform/reports": "bgbh",
    "platform/checkins": "qdbh",
    "credit_desk/findings": "认定编号",
    "credit_desk/merit_claims": "申报编号",
    "credit_desk/repairs": "申请编号",
    "credit_desk/decisions": "决定编号",
}
EARLIER_VERSIONS: dict[str, tuple[str, Any]] = {
    "registry/equipment": ("quantity", 77),
    "credit_desk/findings": ("determined_by", "待核实单位"),
    "inspections/checks": ("inspectors", "待补"),
}
ENCODINGS = ("gb18030", "utf-8-sig", "utf-8", "gb18030", "gb18030")
ALIASES: dict[str, dict[str, str | None]] = {
    "registry/personnel": {"身份证号": "身份证号码", "统一社会信用代码": "社会信用代码"},
    "registry/agencies": {"机构名称": "企业名称", "注册地址": "住所", "联系电话": "电话"},
    "complaints/hotline": {"工单编号": "工单号"},
    "inspections/penalties": {"决定书文号": "行政处罚决定书文号"},
    "registry/social_insurance": {"社会保障号码": "社保号码"},
}


@dataclass
class FileDirt:
    """The dirt of one file. Takes kinds from its dataset's queues, so that each comes up as soon as a row fits."""

    dataset: Dataset
    month: int
    styles: deque[Style]
    extras: deque[Extra]
    is_clean: bool
    first_number: int = 0
    _styled: int = 0
    _rows: int = 0
    _rare: set[str] = field(default_factory=set)
    _next_row: int = 1

    def touch(self, cells: Cells, record: Record) -> tuple[Cells, Note | None]:
        """The cells of a true row, dirty if one of the next kinds fits them."""
        self._rows += 1
        if self.is_clean:
            return cells, None
        is_turn = self._styled < STYLES_PER_FILE and self._rows >= self._next_row
        for style in self.styles:
            if style.is_rare:
                is_wanted = style.kind not in self._rare and self.month % style.every == style.every - 1
            else:
                is_wanted = is_turn
            if not is_wanted:
                continue
            dirty = style.write(cells.get(style.header), record.values)
            if dirty is None:
                continue
            if style.is_rare:
                self._rare.add(style.kind)
            else:
                self._styled += 1
                self._next_row = self._rows + 1 + self._styled
            self.styles.remove(style)  # to the end of the queue: the others come first next time
            self.styles.append(style)
            column = next(column.name for column in self.dataset.columns if column.header == style.header)
            lake = tuple(style.lake(record.values).items()) if style.lake else ()
            note = Note(style.kind, "accepted", column=column, flag=style.flag, lake=lake)
            return {**cells, style.header: dirty}, note
        return cells, None

    def extras_after(self, clean: Cells, written: Cells, record: Record) -> Iterator[tuple[Cells, Note]]:
        """Additional rows; all of them follow the file's first row, whose clean and written cells are given."""
        if self._rows != 1 or self.is_clean:
            return
        for turn in range(min(EXTRAS_PER_FILE, len(self.extras))):
            extra = self.extras[0]
            self.extras.rotate(-1)
            number = self.first_number + turn
            changes = extra.change(clean, record.values, number)
            if changes is None:
                extra = _repeat()
                changes = {}
            copy = {**(written if extra.outcome == "duplicate" else clean), **changes}
            key = KEY_HEADERS.get(self.dataset.id)
            if extra.outcome == "quarantined" and key is not None and extra.header != key:
                copy[key] = f"{copy[key]}T{number}"
            typed = Record({**record.values, **extra.typed(record.values, number)}) if extra.typed else None
            flag = extra.kind if typed else ""
            column = next((item.name for item in self.dataset.columns if typed and item.header == extra.header), "")
            yield copy, Note(extra.kind, extra.outcome, extra.reason_code, column=column, flag=flag, record=typed)

    def earlier_version(self, clean: Cells, record: Record) -> tuple[Cells, Note] | None:
        """The file's first row as it stood before somebody corrected it further down: the last one wins."""
        change = EARLIER_VERSIONS.get(self.dataset.id)
        if self.is_clean or change is None or self._rows != 0 or self.month % 3 != 0:
            return None
        column, value = change
        header = self.dataset.column(column).header
        earlier = Record({**record.values, column: value}, is_current=False)
        return {**clean, header: value}, Note("same_key_other_cells", "accepted", column=column, record=earlier)

    def sheet_style(self, style: SheetStyle) -> SheetStyle:
        """Hidden sheets, other headers, blank rows: what a file does to all its rows."""
        if not self.is_clean:
            if self.month % 6 == 2:
                style.hidden_sheet = "历史数据"
            if self.month % 5 == 1:
                style.headers = dict(ALIASES.get(self.dataset.id, {}))
        return style

    @property
    def file_kind(self) -> str:
        """What is unusual about the file as a whole, joined by +."""
        if self.is_clean:
            return ""
        kinds = []
        if self.dataset.format is Format.XLSX:
            style = self.sheet_style(SheetStyle())
            kinds += ["hidden_sheet"] if style.hidden_sheet else []
            kinds += ["alias_headers"] if style.headers else []
            kinds += ["blank_row"] if self._rows >= 4 and self.has_blank_row_before(4) else []
        if self.dataset.format is Format.CSV:
            kinds += ["alias_headers"] if self.csv_headers else []
            kinds += [self.encoding] if self.encoding != "gb18030" else []
            kinds += ["line_feeds"] if self.line_end == "\n" else []
        return "+".join(kinds)

    @property
    def encoding(self) -> str:
        return "gb18030" if self.is_clean else ENCODINGS[self.month % len(ENCODINGS)]

    @property
    def line_end(self) -> str:
        return "\n" if not self.is_clean and self.month % 4 == 3 else "\r\n"

    @property
    def csv_headers(self) -> dict[str, str | None]:
        return {} if self.is_clean or self.month % 5 != 1 else dict(ALIASES.get(self.dataset.id, {}))

    def has_blank_row_before(self, row: int) -> bool:
        """Whether a workbook leaves a row empty before its `row`-th row."""
        return not self.is_clean and row == 4 and self.month % 3 == 1

    @property
    def merged_header(self) -> str | None:
        """A column of the directory whose equal neighbours are merged in this file."""
        if self.is_clean or self.dataset.id != "registry/agencies" or self.month % 4 != 2:
            return None
        return "报送方式"


class CityDirt:
    """The queues of kinds per dataset, over all months."""

    def __init__(self, is_clean: bool) -> None:
        self.is_clean = is_clean
        self._styles = {name: deque(styles) for name, styles in STYLES.items()}
        self._extras = {name: deque(extras) for name, extras in EXTRAS.items()}
        self._number = 0

    def of_file(self, dataset: Dataset, month: int) -> FileDirt:
        self._number += 10
        return FileDirt(
            dataset,
            month,
            self._styles[dataset.id],
            self._extras[dataset.id],
            self.is_clean,
            first_number=self._number,
        )
