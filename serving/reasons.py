"""Why files are held and rows quarantined, in words: by reason, with one example and what to do.

Belongs here: the Chinese words of every reason code, how a place in an export is written. What is wrong with one file or
row, and what to do, is said where it is refused, in both languages (`ingestion`: the message of a held file,
`strict.remedy`). Does not belong here: which rows there are (`queries`), printing (the command line).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion import parsing, strict
from ingestion.sources import DATASETS
from serving.releases.opened import Release

# Reason code -> what is wrong; what to do depends on the file, and its message says it. The most severe first: faults of
# Firemark itself, then reasons that hold a whole drop, then single files.
FILE_REASONS: Mapping[str, str] = {
    "program_failed": "程序出错",
    "row_floor": "行数骤减，整批暂扣",
    "pages_missing": "缺页，整批暂扣",
    "stale_snapshot": "比已收的名单旧",
    "unreadable": "不完整或已损坏",
    "missing_header": "缺少必需的列",
    "unknown_header": "有约定之外的列",
    "repeated_header": "表头重复",
    "wrong_format": "格式不对",
    "encoding": "编码读不出",
    "empty_file": "没有内容",
    "file_too_large": "过大",
    "refused_archive": "压缩包不可打开",
    "not_a_regular_file": "不是文件本身",
}
# Reason code -> what is wrong, and what to do.
ROW_REASONS: Mapping[str, tuple[str, str]] = {
    parsing.EMPTY_KEY: ("编号栏为空", "请填写"),
    parsing.EMPTY_VALUE: ("必填栏为空", "请填写"),
    parsing.UNKNOWN_VALUE: ("不是约定的取值", "请改用约定的取值"),
    parsing.IMPOSSIBLE_DATE: ("不是日期", "请改正"),
    parsing.DATE_AFTER_RECEIPT: ("日期晚于收到日", "请改正日期或文件夹的日期"),
    parsing.NUMERIC_PRECISION_LOST: ("号码在数字格中丢位", "请将整列设为文本，重新导出"),
    parsing.USCC_MALFORMED: ("统一社会信用代码不是 18 位", "请照营业执照填写"),
    parsing.USCC_CHECK_FAILED: ("统一社会信用代码校验不符", "请照营业执照核对"),
    parsing.NOT_A_NUMBER: ("不是该栏可用的数字", "请改写"),
    parsing.FORMULA_WITHOUT_CACHE: ("公式没有结果", "请打开工作簿保存一次，或粘贴为数值"),
    parsing.ERROR_VALUE: ("单元格显示错误", "请改正公式，或粘贴为数值"),
    parsing.DAMAGED_TEXT: ("文字有丢失", "请重新导出"),
    parsing.FIELD_COUNT: ("列数与表头不符", "含逗号或引号的内容请加引号"),
    parsing.CODE_BECAME_DATE: ("编号变成了日期", "请将整列设为文本，重新录入"),
    parsing.NOT_A_CODE: ("编号处是图片、错误或真假值", "请按文本录入编号"),
    parsing.SEVERAL_VALUES: ("一格中有几个值", "请每个值写一行"),
    parsing.NOT_A_NAME: ("不是名称", "请在每一行写全名称"),
    parsing.ENCODING: ("有编码之外的字", "请在源头改正，或以 UTF-8 导出"),
    parsing.IMPOSSIBLE_COORDINATE: ("不是经纬度", "请重新获取该页，或在源头改正"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: how many files or rows it keeps out, and the latest of them. `remedy` is empty for files; `found` is the
    message about the latest one, in both languages."""

    code: str
    count: int
    wrong: str
    remedy: str
    place: str
    found: str

    @property
    def in_chinese(self) -> str:
        """What is wrong, and for rows what to do."""
        return _said(self.wrong, self.remedy)


def row_in_chinese(code: str) -> str:
    """What is wrong with a quarantined row, and what to do; an unknown code (of another program's release) is shown as it is."""
    return _said(*ROW_REASONS.get(code, (code, "")))


def _said(wrong: str, remedy: str) -> str:
    return f"{wrong}，{remedy}" if remedy else wrong


def place(row: Mapping[str, Any]) -> str:
    """The place of a quarantined row: its file, sheet and row."""
    return (
        f"{row['source']}/{row['dataset']}/{row['received_on']} {row['file_name']}"
        + (f", sheet {row['sheet']}" if row["sheet"] else "")
        + f", row {row['row_number']}"
        + (f", {row['header']}" if row["header"] else "")
    )


def remedy(row: Mapping[str, Any]) -> str:
    """What to do about a quarantined row, in English: by its dataset, reason and column."""
    dataset = DATASETS.get((row["source"], row["dataset"]))
    said = dataset and strict.remedy(dataset, row["reason_code"], row["header"])
    return said or row["reason_code"]


def held(files: Sequence[Mapping[str, Any]]) -> list[Reason]:
    """Held files by reason: the most severe first, then the most frequent. A file's message begins with its place."""
    by_code: dict[str, list[Mapping[str, Any]]] = {}
    for file in files:
        by_code.setdefault(file["reason_code"], []).append(file)
    found = []
    for code, of_code in by_code.items():
        latest = max(of_code, key=lambda file: (str(file["received_on"]), file["source"], file["file_name"]))
        stands = f"{latest['source']}/{latest['dataset']}/{latest['received_on']} {latest['file_name']}"
        said = (latest["message"] or "").removeprefix(f"{stands}: ")
        found.append(Reason(code, len(of_code), FILE_REASONS.get(code, code), "", stands, said))
    ranks = list(FILE_REASONS)
    grave = ranks.index("unreadable")  # from here on a reason is about single files, and their number decides
    return sorted(
        found,
        key=lambda one: (min(ranks.index(one.code) if one.code in ranks else grave, grave), -one.count, one.code),
    )


def quarantined(opened: Release) -> list[Reason]:
    """Quarantined rows that nothing has replaced yet, by reason: the most frequent first, each with its latest row."""
    rows = opened.rows(
        "with numbered as ("
        "select *, count(*) over (partition by reason_code) as row_count, row_number() over (partition by reason_code "
        "order by received_on desc, source, dataset, file_name, file_hash, sheet nulls first, row_number, header) as place "
        f"from quality.fct_quarantined_rows where {still_missing(opened)}) "
        "select * from numbered where place = 1 order by row_count desc, reason_code"
    )
    found = []
    for row in rows:
        wrong, what_to_do = ROW_REASONS.get(row["reason_code"], (row["reason_code"], ""))
        found.append(Reason(row["reason_code"], row["row_count"], wrong, what_to_do, place(row), remedy(row)))
    return found


def still_missing(opened: Release) -> str:
    """The condition, as SQL, that nothing stands in a quarantined row's place yet. An earlier program's release does not know."""
    columns = {row["column_name"] for row in opened.rows("describe quality.fct_quarantined_rows")}
    return "is_missing" if "is_missing" in columns else "true"
