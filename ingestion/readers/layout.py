"""Recognising the texts of layout lines, which a printed list has besides its rows: totals, page numbers, headings, notes,
signatures.

Belongs here: words and forms of such lines. Does not belong here: whether a line is a layout line (its key cells decide:
`row_filter`), the lines above a header (`titles`).
"""

from __future__ import annotations

import re

from ingestion import parsing
from ingestion.parsing import Cell


def plain(cell: Cell) -> str:
    """A cell's text for comparison: compatibility forms folded, no white space, one case."""
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    return parsing.unspaced(cell).casefold()


_COUNTED = r"[〇零一二三四五六七八九十百千两\d]"
_NUMBER = rf"(?:\d[\d,.]*|{_COUNTED}{{1,6}})"
_UNIT = "[个家人台件条份名户项套宗起次页行笔本张辆座处㎡元]|万元|m2|平方米|机构|企业|单位|记录|数据"
_SUMS = "小计|合计|总计|共计"
_COUNTS = "累计|总数|总共|记录总?数|总记录数|总条数|条数"
_OPEN, _SHUT = r"[(\[【〔「《*#※~=—–·.-]*", r"[)\]】〕」》*#※~=—–·.。!-]*"

_TOTAL = rf"{_OPEN}(?:.{{0,16}}?(?:{_SUMS})|{_COUNTS})(?:\([^)]{{0,12}}\))?[:]?{_SHUT}$"
_COUNT = (
    rf"{_OPEN}(?:.{{0,16}}?(?:{_SUMS})|{_COUNTS})[:]?(?:有|约)?{_NUMBER}"
    rf"|{_OPEN}(?:以上|本[页表次批]|全[市县区部])?(?:共有?|计)[:]?{_NUMBER}(?:{_UNIT})"
)
_PAGE = (
    rf"{_OPEN}(?:第{_NUMBER}页|共{_NUMBER}页|页码[:]?\d|page\d+(?:of\d+|/\d+)?).{{0,40}}$"
    rf"|[-–—~(·]+{_NUMBER}[-–—~)·]+$"
)
_NOTE = (
    rf"{_OPEN}(?:备注|附注|注释|注意事项|注意|注|(?:填表|填报|填写|编制|使用|数据)?说明|温馨提示|提示|备考|附件?)"
    rf"(?:\d{{1,2}}|[一二三四五六七八九十])?(?:[:、】)]|$)"
    rf"|[*※★]+(?:带|标|为|号|表示)"
)
_NOTHING_BELOW = (
    rf"{_OPEN}(?:以下(?:空白|无正文|无内容|无数据|为空|空行|无)|[此本]页(?:以下)?(?:无正文|空白)|空白页?|[上下]接.{{0,6}}[页表]"
    rf"|[接转续][上下前]?[页表]|续|完|end|结束|表尾|全文完){_SHUT}$"
    rf"|{_OPEN}以上"
)
# Words that begin the label of a signature or print line, and complete labels.
_SIGNED = (
    "制表|填表|填报|填写|编制|编报|上报|报送|报表|审核|复核|审批|审定|批准|核准|核对|校对|校核|经办|承办|打印|导出|下载|签发|签字|签名|"
    "签章|盖章|录入|制单|汇总|印制|负责人|主管|分管领导"
)
_LABELS = (
    r"联系(?:人|电话|方式)|(?:计量|金额|货币|面积|数量|人数)?单位|(?:单位|机构|部门)(?:名称|负责人|领导|盖章|公章|签章|\([^)]{1,6}\))|"
    r"表号|日期|时间|(?:统计|数据|更新|发布|公布|公示|发文|查询|生成|报告)(?:人|员|来源|单位|部门|机关|日期|时间|截[止至]|范围|口径)"
    r"[^:,，。;]{0,8}"
)
_LABEL = rf"{_OPEN}(?:(?:{_SIGNED})[^:,，。;]{{0,10}}|(?:{_LABELS}))[:]"
_SIGNATURE = (
    rf"{_LABEL}"
    r"|(?:制表|填表|填报|审核|复核|打印|导出)(?:[人员]|单位|部门|日期|时间|\d|$)"
    r"|(?:制表|填表|审核|复核|审批)[\u4e00-\u9fff·]{2,4}$"
    r"|\(?(?:单位)?(?:盖章|公章|签字|签章)\)?$"
)
_AS_OF = rf"{_OPEN}(?:本表|本名录|名录|名单|数据|统计|信息)*截[至止]"

# These may be in a key cell: no number, code or name begins like this.
_SAYING = re.compile(
    "|".join(f"(?:{form})" for form in (_TOTAL, _COUNT, _PAGE, _NOTE, _NOTHING_BELOW, _SIGNATURE, _AS_OF))
)
_SUM = re.compile(_TOTAL)
_BARE_SUM = re.compile(rf"{_OPEN}(?:{_SUMS}|{_COUNTS})(?:\([^)]{{0,12}}\))?[:]?{_SHUT}$")

_NUMBERED = r"(?:\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}[、.,:)])"
_PLACE = r"[\u4e00-\u9fff]{1,10}(?:省|市|区|县|旗|盟|镇|乡|街道|办事处)(?<!小区)(?<!社区)|市本级|[省市]直属?|市辖区|本地|外[地省市]|[省市]外"
_GROUP = (
    rf"{_NUMBERED}.{{1,60}}$"
    r"|第[一二三四五六七八九十\d]{1,3}(?:部分|类|批|组|章|节|档|级)"
    r"|(?:\d{1,2}|[ivx]{1,4})[、.].{1,40}(?:机构|企业|单位|人员|类|名单|部分|设备|仪器|项目|工程师|操作员|区|县|市)(?:\(.{1,12}\))?[:]?$"
    rf"|(?:{_PLACE})(?:\(.{{1,12}}\))?(?:{_NUMBER}(?:{_UNIT}))?[:]?$"
)
_SIGNED_ON = (
    r"(?:\d{4}|[〇○零一二三四五六七八九]{4})年(?:\d{1,2}|[元一二三四五六七八九十]{1,2})月"
    r"(?:\d{1,2}|[一二三四五六七八九十廿卅]{1,3})日$"
)
_FRACTION = r"\d{1,4}(?:/|of)\d{1,4}页?$"
_HEADING = re.compile(_GROUP)
_PAGE_OR_DAY = re.compile(f"{_SIGNED_ON}|{_FRACTION}")

_NOTE_GOES_ON = re.compile(rf"(?:\(?\d{{1,2}}[、.)]|{_NUMBERED}).")
_FIGURE = re.compile(rf"(?:{_NUMBER}(?:{_UNIT})*)$")
_WHOLE_NOTE = re.compile(rf"(?:{_NOTE})$")
# Texts that a line without a key may hold besides its total, signature or note.
_SHARE_OR_SUM = re.compile(r"[-+]?[\d,.]{1,15}%?|[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正]{2,20}")
_DAY = re.compile(
    r"(?:\d{4}|[〇○零一二三四五六七八九]{4})[-/.年](?:\d{1,2}|[元一二三四五六七八九十]{1,2})[-/.月]"
    r"(?:\d{1,2}|[一二三四五六七八九十廿卅]{1,3})日?t?(?:\d{1,2}:\d{2}(?::\d{2})?)?"
)
_GROUP_NAME = re.compile(r"[\u4e00-\u9fff()·、]{2,30}")
_BARE_LABEL = re.compile(rf"(?:{_SIGNED})(?:人员?|员|单位|部门|机关|日期|时间|签[字名章])?[:]?$|{_LABEL}$")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORDS = re.compile(r"[^\d]{0,8}[\u4e00-\u9fff]{4}")
_WHOLE_LABEL = re.compile(rf"{_LABEL}$")
_LABELLED = re.compile(r"[\u4e00-\u9fff·]{2,4}$|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?$")
_PAGE_OF_TITLE = re.compile(rf"[(\[【]?(?:续表?|续\d+|第{_NUMBER}页(?:[,/、]?共{_NUMBER}页)?|共{_NUMBER}页)[)\]】]?$")


def says_layout(text: str) -> bool:
    """Whether a plain text begins a layout line, whatever the rest of the line says."""
    return _SAYING.match(text) is not None


def is_sum(text: str) -> bool:
    """Whether a plain text is the name of a total (小计), anywhere in its line."""
    return _SUM.match(text) is not None


def is_bare_sum(text: str) -> bool:
    """Whether a plain text names a total and nothing else, which no cell of a row does."""
    return _BARE_SUM.match(text) is not None


def is_heading(text: str) -> bool:
    """Whether a plain text, alone in its line, is the heading of a group of rows."""
    return _HEADING.match(text) is not None


def is_page_or_day(text: str) -> bool:
    """Whether a plain text, alone in its line and not a key, is a page number or a day of signature."""
    return _PAGE_OR_DAY.match(text) is not None


def is_note(text: str) -> bool:
    """Whether a plain text begins a note, which may continue in the next lines."""
    return re.match(_NOTE, text) is not None


def continues_note(text: str) -> bool:
    """Whether a plain text below a note is the note's next point."""
    return _NOTE_GOES_ON.match(text) is not None


def is_figure(text: str) -> bool:
    """Whether a plain text is the figure of a total (12, 3家)."""
    return _FIGURE.match(text) is not None and len(text) <= 12


def is_amount(text: str) -> bool:
    """Whether a plain text is a figure, a percentage, or an amount in capital numerals."""
    return is_figure(text) or _SHARE_OR_SUM.fullmatch(text) is not None


def is_day(text: str) -> bool:
    """Whether a plain text is a day, with or without a time."""
    return _DAY.fullmatch(text) is not None


def may_name_group(text: str) -> bool:
    """Whether a plain text can be the name of what a total counts (维护保养检测), not a number, code or day."""
    return _GROUP_NAME.fullmatch(text) is not None


def announces(label: str, text: str) -> bool:
    """As `is_labelled`, for a line without a key: the label may lack its colon, and an office may sign."""
    if _WHOLE_NOTE.match(label):
        return _HAN.search(text) is not None
    return _BARE_LABEL.match(label) is not None and (may_name_group(text) or is_day(text))


def may_be_labelled(text: str) -> bool:
    """Whether a plain text can follow the label in the cell before it: a person's name, or a day."""
    return _LABELLED.match(text) is not None


def is_labelled(label: str, text: str) -> bool:
    """Whether `text` follows the label in the cell before it: 制表人：| 张某, 注：| 以批复为准."""
    if _WHOLE_NOTE.match(label):
        return _WORDS.match(text) is not None
    return _WHOLE_LABEL.match(label) is not None and may_be_labelled(text)


def without_page(text: str) -> str:
    """A plain title without its page number."""
    return _PAGE_OF_TITLE.sub("", text)
