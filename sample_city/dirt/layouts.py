"""The layout of a list: additional columns, marks in its headers, lines of a printed page.

Belongs here: the layout of each of a dataset's files (sources.md, K15). Does not belong here: rows and cells (`extras`,
`styles`), writing a line to a file (`sample_city.files`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ingestion.contract import Dataset, Format

NUMBER, REMARK = "序号", "备注"
ROWS_PER_PAGE = 12


class Line(Enum):
    """A line without its own text."""

    HEAD = "head"  # title and header once more


@dataclass(frozen=True)
class Layout:
    """The layout of one file. `kinds` names what is unusual about it."""

    number_column: str | None = None
    remark_column: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    has_pages: bool = False
    has_totals: bool = False
    headings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def kinds(self) -> list[str]:
        shown = {
            "columns_beside": self.number_column or self.remark_column,
            "marked_headers": self.headers,
            "pages": self.has_pages,
            "totals": self.has_totals,
            "headings": self.headings,
            "notes": self.notes,
        }
        return [kind for kind, is_there in shown.items() if is_there]

    def lines_before(self, row: int) -> list[str | Line]:
        """The layout lines before the list's `row`-th row."""
        page, rest = divmod(row - 1, ROWS_PER_PAGE)
        if rest:
            return []
        lines: list[str | Line] = [f"小计：{ROWS_PER_PAGE}"] if self.has_totals and page else []
        if self.has_pages and page:
            lines += [f"第{page}页", Line.HEAD]
        return lines + list(self.headings[page : page + 1])

    def lines_at_end(self, rows: int) -> list[str]:
        """The layout lines after the list's last row."""
        return [*([f"合计：{rows}", f"共计 {rows} 条"] if self.has_totals else []), *self.notes]


PLAIN = Layout()
_MARKS = ("*{}（必填）", "{}\n（选填）", "　{} ", "{}：")


def layout_of(dataset: Dataset, month: int) -> Layout:
    """The layout of a dataset's file of a month; most files have the plain one."""
    names = [column.header for column in dataset.columns]
    if dataset.format is Format.JSON:
        return Layout(number_column="xh", remark_column="bz") if month % 7 == 3 else PLAIN
    match month % 7:
        case 3:
            return Layout(
                number_column=None if NUMBER in names else NUMBER,
                remark_column=None if REMARK in names else REMARK,
                has_totals=True,
                headings=("一、本市机构", "二、外地机构"),
                notes=("以下空白",),
            )
        case 5:
            marked = tuple((name, _MARKS[place % len(_MARKS)].format(name)) for place, name in enumerate(names[:6]))
            return Layout(headers=marked, has_pages=True, notes=("备注：数据由各区县报送", "打印时间：每月末"))
        case _:
            return PLAIN
