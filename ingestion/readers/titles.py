"""The day as of which a list is, from the lines around it; these may name other days, too.

Belongs here: days in titles and notes, in figures or Chinese numerals, and which of them is the list's own. Does not
belong here: dates in cells of rows (`ingestion.parsing`), the header (`headers`).
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from ingestion import parsing
from ingestion.parsing import Cell
from ingestion.readers.rows import Notes


class _Rank(IntEnum):
    """How certain it is that a day is the list's own; the most certain one counts."""

    AS_OF = 0  # 截至, 截止
    COUNTED = 1  # 统计日期, 数据时间, 更新至
    DAY = 2  # a day without a label
    SPAN = 3  # a month or quarter without a label
    ISSUED = 4  # 公布日期: the list is at least as old


@dataclass(frozen=True)
class _Mention:
    """A day in a line: the last day of a span that begins on `first`. `last` is None if there is no such day."""

    rank: _Rank
    first: dt.date | None
    last: dt.date | None


def note_title(rows: Iterable[Sequence[Cell]], notes: Notes) -> None:
    """Keeps the lines above a header."""
    notes.titles += filter(None, (_line(cells, notes.is_1904) for cells in rows))


def note_footnote(cells: Sequence[Cell], notes: Notes) -> None:
    """Keeps a line below the header, or a sheet's name, if it contains 截至."""
    line = _line(cells, notes.is_1904)
    if _AS_OF.search(line):
        notes.footnotes.append(line)


def list_day(notes: Notes, received_on: dt.date) -> dt.date | None:
    """The day as of which a list received on `received_on` is; None if none can be read.

    A month stands for its last day, but not a day after receipt.
    """
    year = next((int(found) for line in notes.titles for found in _YEAR_OF_LIST.findall(line)), None)
    titles = [mention for line in notes.titles for mention in _days(line, year, received_on)]
    day = _most_certain(titles, received_on)
    if day is not None or any(mention.rank is _Rank.AS_OF for mention in titles):
        return day
    footnotes = [mention for line in notes.footnotes for mention in _days(line, year, received_on)]
    return _most_certain(
        [mention for mention in footnotes if mention.rank in (_Rank.AS_OF, _Rank.COUNTED)], received_on
    )


def _most_certain(found: Sequence[_Mention], received_on: dt.date) -> dt.date | None:
    for rank in _Rank:
        of_rank = [mention for mention in found if mention.rank is rank]
        days = [day for mention in of_rank if (day := _day_of(mention, received_on))]
        days = [day for day in days if day <= received_on] or days
        if rank is _Rank.AS_OF and of_rank:
            return days[0] if days else None
        if days:
            # with two different days of one rank, it is not clear which one is the list's
            return max(days) if rank is _Rank.COUNTED or len(set(days)) == 1 else None
    return None


def _day_of(mention: _Mention, received_on: dt.date) -> dt.date | None:
    if mention.last is None or mention.first == mention.last:
        return mention.last
    return min(mention.last, received_on)


# ---- a line as text


def _line(cells: Sequence[Cell], is_1904: bool) -> str:
    """A line's text: folded, merged cells once, days and years in figures."""
    texts: list[str] = []
    for cell, _ in itertools.groupby(cells):
        if parsing.is_blank(cell) or isinstance(cell, bool | parsing.Fault):
            continue
        before = texts[-1] if texts else ""
        texts.append(_text(cell, is_1904, is_asked=bool(_ASKS_FOR_DAY.search(before))))
    line = parsing.fold(" ".join(texts))
    return _in_figures(re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", line))


_ASKS_FOR_DAY = re.compile(r"(?:日期|时间|时点|截[至止]|[至到])\s*[:：]?\s*$")


def _text(cell: Cell, is_1904: bool, is_asked: bool) -> str:
    if isinstance(cell, dt.date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, int | float):
        if is_asked:
            try:
                return str(parsing.date(cell, is_1904))
            except parsing.Refused:
                pass
        return str(int(cell)) if cell == cell // 1 else str(cell)
    return str(cell)


_DIGITS = {
    char: value
    for value, chars in enumerate(
        ("〇○◯零Oo0", "一壹1", "二贰貳两2", "三叁參叄3", "四肆4", "五伍5", "六陆陸6", "七柒7", "八捌8", "九玖9")
    )
    for char in chars
}
_TENS = {"十": 1, "拾": 1, "廿": 2, "卅": 3}
_YEAR = re.compile(rf"[{''.join(_DIGITS)}]{{4}}(?=年)")
_SMALL = re.compile(
    rf"(?:[{''.join(_DIGITS)}]?[十拾廿卅][{''.join(_DIGITS)}]?|[{''.join(_DIGITS)}]{{1,2}}|元)(?=[月日号號季])"
)


def _in_figures(text: str) -> str:
    """Chinese numerals of years, months and days as figures: 二〇二四年四月卅日 = 2024年4月30日."""
    if "年" not in text and "月" not in text:
        return text
    text = _YEAR.sub(lambda match: "".join(str(_DIGITS[char]) for char in match.group()), text)
    return _SMALL.sub(lambda match: str(_small(match.group())), text)


def _small(numeral: str) -> int:
    if numeral == "元":
        return 1
    tens = next((char for char in numeral if char in _TENS), "")
    if not tens:
        return int("".join(str(_DIGITS[char]) for char in numeral))
    before, _, after = numeral.partition(tens)
    return _TENS[tens] * (_DIGITS[before] if before else 1) * 10 + (_DIGITS[after] if after else 0)


# ---- the days of a line, and the words around each

_Y = r"(?<!\d)(?P<{}>(?:19|20|21)\d\d)"
_NO_YEAR = r"(?<!\d)(?<!\d年)(?<![去上前明]年)"
_DASH = "[-–—~至到]"
_FORMS = re.compile(
    rf"{_Y.format('y')}(?:年|[/.–—-]{{1,2}})(?P<m>\d{{1,2}})(?:月|[/.–—-]{{1,2}})(?P<d>\d{{1,2}})(?![\d月])[日号號]?"
    rf"|{_Y.format('y8')}(?P<m8>\d\d)(?P<d8>\d\d)(?!\d)日?"
    rf"|{_Y.format('yq')}年?度?第?(?P<q>[1-4])季度?[末底]?"
    rf"|{_Y.format('yh')}年?度?(?P<h>[上下])半年[末底]?"
    rf"|{_Y.format('ye')}年?(?:年[底末]|[底末]|年终)"
    rf"|{_Y.format('yr')}年\d{{1,2}}月?{_DASH}{{1,2}}(?P<mr>\d{{1,2}})月(?!\d)"
    rf"|{_Y.format('ym')}年(?P<mm>\d{{1,2}})月(?P<part>份?(?:月?[底末]|月?初|[上中下]旬)?)"
    rf"|{_Y.format('yn')}[/.–—-]?(?P<mn>\d{{1,2}})(?![\d/.–—-])月?"
    r"|(?<!\d)['’]?(?P<y2>\d\d)年(?P<m2>\d{1,2})月(?P<d2>\d{1,2})[日号號]"
    rf"|{_NO_YEAR}(?P<m0>\d{{1,2}})月(?P<d0>\d{{1,2}})[日号號]"
    rf"|{_NO_YEAR}(?P<m1>\d{{1,2}})月份?[底末]?"
)
_YEAR_OF_LIST = re.compile(r"(?<!\d)(20\d\d)年(?!度)")

_AS_OF = re.compile("截[至止]")
_AS_OF_BEFORE = re.compile(r"截[至止][^\d,。;]{0,10}$")
_AS_OF_AFTER = re.compile(r"[)\]】]?(?:为?止|截[至止])[)\]】」』》]*(?:$|[,。;])")
_TERM = "公示|公告|异议|报名|申报|申请|投诉|反馈|意见|整改|有效|服务|合同|缴费|受理"
_TERM_ENDS = re.compile(f"(?:{_TERM})(?:期|的|时间|日期)*$")
_TERM_BEGINS = re.compile(rf"(?:{_TERM})[^\d,。;]{{0,8}}$")
# A label stands directly before its day: 登记日期：2024年…, not 登记表（2024年…）.
_TOUCHING = r"(?:于|在|的|之|为|是|日期|时间|日|期|至|到|[:(\[【])*$"
_COUNTED_BEFORE = re.compile(
    rf"(?:统计|数据|更新|基准|时点|采集|汇总|盘点|数据导出|数据提取)(?:截面|口径|范围|节点)?{_TOUCHING}"
)
_COUNTED_AFTER = re.compile(r"[()\[\]【】]*(?:更新|统计|数据|时点|在册|现状)")
_ISSUED_BEFORE = re.compile(rf"(?:公布|发布|公示|公告|制表|填表|填报|报送|上报|编制){_TOUCHING}")
_ISSUED_AFTER = re.compile(r"[()\[\]【】]*(?:公布|发布|公示|公告|制表|填报|报送|编制)")
_OTHER = (
    "成立|设立|注册|登记|印发|发文|施行|实施|执行|生效|修订|修正|通过|打印|导出|下载|有效|审核|审批|签发|下次|预计|计划|到期|届满|换证|报名|"
    "异议|整改|合同"
)
_OTHER_BEFORE = re.compile(rf"(?:{_OTHER}){_TOUCHING}|(?:根据|依据|按照|依照)")
_OTHER_AFTER = re.compile(rf"[()\[\]【】]*(?:起|前|之前|以前|后|之后|以后|以来|开始|{_OTHER})")
_RANGE = re.compile(rf"[日号號)]*{_DASH}{{1,2}}(?:截[至止])?$")
_IN_NUMBER = re.compile(r"(?:[第字〔\[a-z]|no\.?|文号:?|编号:?|批次:?)$", re.IGNORECASE)
_NEEDS_MARK = ("y2", "m0", "m1", "yn")  # ambiguous forms: only a day if 截至 stands beside them


def _days(line: str, year: int | None, received_on: dt.date) -> Iterator[_Mention]:
    """The days in a line, each with its rank; days that are certainly not the list's are left out.

    `year`: the title's, for a day without a year.
    """
    end = 0
    before_range: str | None = None  # the words before a range whose first day was the last match
    matches = list(_FORMS.finditer(line))
    for match, following in itertools.zip_longest(matches, matches[1:]):
        before, after = line[end : match.start()], line[match.end() :]
        end = match.end()
        if following is not None and _RANGE.match(line[match.end() : following.start()]):
            before_range, year = before, int(match["y"] or year or received_on.year)
            continue
        rank = _rank(match, before, after, before_range)
        before_range = None
        if rank is None:
            continue
        first, last = _span(match, year, received_on)
        if rank is _Rank.DAY and first != last:
            rank = _Rank.SPAN
        yield _Mention(rank, first, last)
    if (marked := _AS_OF.search(line)) and not matches and re.match(r"[^,。;]{0,8}\d", line[marked.end() :]):
        yield _Mention(_Rank.AS_OF, None, None)  # a day that cannot be read must not be replaced by another one


def _rank(match: re.Match[str], before: str, after: str, before_range: str | None) -> _Rank | None:
    """The rank of a day, by the words around it; None if it is the day of something else.

    `before_range`: the words before the range that ends on the day, if any.
    """
    if before_range is not None and _TERM_BEGINS.search(before_range):
        return None
    marked = _AS_OF_BEFORE.search(before)
    if marked and not _TERM_ENDS.search(before[: marked.start()]):
        return _Rank.AS_OF
    if _AS_OF_AFTER.match(after) and not _TERM_BEGINS.search(before):
        return _Rank.AS_OF
    if marked or (before_range is None and any(match[name] is not None for name in _NEEDS_MARK)):
        return None
    if match["y8"] is not None and (after.startswith("号") or _IN_NUMBER.search(before)):
        return None
    if _OTHER_AFTER.match(after):
        return None
    if _COUNTED_BEFORE.search(before) or _COUNTED_AFTER.match(after):
        return _Rank.COUNTED
    if _ISSUED_BEFORE.search(before) or _ISSUED_AFTER.match(after):
        return _Rank.ISSUED
    if _OTHER_BEFORE.search(before):
        return None
    return _Rank.DAY


def _span(match: re.Match[str], year: int | None, received_on: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of a match; (None, None) if there is no such day."""
    part = {name: value for name, value in match.groupdict().items() if value is not None}
    try:
        if "d" in part:
            return _on(int(part["y"]), int(part["m"]), int(part["d"]))
        if "d8" in part:
            return _on(int(part["y8"]), int(part["m8"]), int(part["d8"]))
        if "d2" in part:
            return _on(2000 + int(part["y2"]), int(part["m2"]), int(part["d2"]))
        if "q" in part:
            return _months(int(part["yq"]), 3 * int(part["q"]) - 2, 3 * int(part["q"]))
        if "h" in part:
            return _months(int(part["yh"]), *((1, 6) if part["h"] == "上" else (7, 12)))
        if "ye" in part:
            return _months(int(part["ye"]), 1, 12)
        if "mr" in part:
            return _months(int(part["yr"]), int(part["mr"]), int(part["mr"]))
        if "mm" in part:
            return _part_of_month(int(part["ym"]), int(part["mm"]), part["part"])
        if "mn" in part:
            return _months(int(part["yn"]), int(part["mn"]), int(part["mn"]))
        month = int(part.get("m0") or part["m1"])
        year = year or received_on.year - (month > received_on.month)
        if "d0" in part:
            return _on(year, month, int(part["d0"]))
        return _months(year, month, month)
    except ValueError:
        return None, None


def _on(year: int, month: int, day: int) -> tuple[dt.date, dt.date]:
    return dt.date(year, month, day), dt.date(year, month, day)


def _months(year: int, first: int, last: int) -> tuple[dt.date, dt.date]:
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def _part_of_month(year: int, month: int, part: str) -> tuple[dt.date, dt.date]:
    first, last = _months(year, month, month)
    if "初" in part:
        return first, first
    if "上旬" in part:
        return first, first.replace(day=10)
    if "中旬" in part:
        return first.replace(day=11), first.replace(day=20)
    return first, last
