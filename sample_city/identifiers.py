"""Invented people, firms and numbers: valid in form, recognisably synthetic.

Belongs here: check characters, and the one-to-one maps from a running index to a name, number or address. Does not belong
here: who works where (`districts`). ID numbers have the unassigned county code 410899. Phones have the unassigned prefix
129 or, if they must look like a mobile number, 154.
"""

from __future__ import annotations

import datetime as dt

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714
PERSON_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # ISO 7064 MOD 11-2
COUNTY_OF_NOBODY = "410899"
REGIONS = {
    "410802": "解放区",
    "410803": "中站区",
    "410804": "马村区",
    "410811": "山阳区",
    "410821": "修武县",
    "410822": "博爱县",
    "410823": "武陟县",
    "410825": "温县",
    "410882": "沁阳市",
    "410883": "孟州市",
}
REGION_CODES = tuple(REGIONS)

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN_FIRST = (
    "建志国文德永俊海晓春玉秀金丽桂伟明立红新亚振庆兴家长少世正学维宏广天振云东方向成光元传中宝希淑雅梦思佳"
    "若子一承景怀守敬孝仁义礼智信温良恭俭让凤兰菊竹松柏梅莲荷蓉薇芸蕾"
)
GIVEN_SECOND = (
    "强军平华峰磊勇涛斌辉鹏飞杰超浩宇轩博涵睿泽瑞祥祺安宁静洁颖琳娜婷婧妍娟霞燕萍玲芳英慧敏丹青岚岩川河洋"
    "波浪沙洲岭谷原野林森木桥梁栋材才艺术科技法律纪纲常伦"
)
TURKIC_FIRST = ("阿不都", "买买提", "艾合买", "吐尔逊", "依米提", "卡德尔", "努尔麦", "热西提", "木沙江", "帕尔哈")
TURKIC_SECOND = ("热合曼", "艾力", "吾守尔", "库尔班", "赛买提", "尼亚孜", "玉素甫", "司马义", "托合提", "达吾提")
COMPLAINANT_SURNAMES = ("欧阳", "司徒", "上官", "诸葛", "东郭", "南宫", "澹台", "公冶", "宗政", "濮阳")
FIRM_FIRST = "安泰宏盛瑞祥鼎信恒源嘉禾卓越凯旋博远众诚中兴华泰金盾龙腾飞鹰长城永固天工巨擘神盾晨曦朝阳明德厚载同济"
FIRM_SECOND = "安盾邦捷讯达通顺利和谐康宁福禄寿喜庆丰登科创智联云海川岳山峰林森焱焰炎辉煌耀光晖曜昊旻昱晟"
FIRM_KINDS = ("消防技术服务有限公司", "消防检测有限公司", "消防科技有限公司", "消防工程技术有限公司")
ROADS = ("建设路", "解放路", "人民路", "丰收路", "民主路", "塔南路", "太行路", "焦东路", "和平街", "山阳路", "影视路")


def _distinct(text: str) -> str:
    return "".join(dict.fromkeys(text))


_SURNAMES, _FIRST, _SECOND = _distinct(SURNAMES), _distinct(GIVEN_FIRST), _distinct(GIVEN_SECOND)
_FIRM_FIRST, _FIRM_SECOND = _distinct(FIRM_FIRST), _distinct(FIRM_SECOND)
_NAME_COUNT = len(_SURNAMES) * len(_FIRST) * len(_SECOND)
_FIRM_COUNT = len(_FIRM_FIRST) * len(_FIRM_SECOND) * len(FIRM_KINDS)
_NAME_STEP = 104_729  # primes without a common factor with the counts, so that the maps below are one-to-one
_FIRM_STEP = 7_919
_FIRST_BIRTHDAY = dt.date(1966, 1, 1)
_BIRTHDAYS = 11_680  # up to 1997


def organisation_check(body: str) -> str:
    """GB 11714 check character of the eight characters of an organisation code."""
    total = sum(weight * int(char, 36) for weight, char in zip(ORGANISATION_WEIGHTS, body, strict=True))
    return "0123456789X0"[11 - total % 11]


def uscc_check(body: str) -> str:
    """GB 32100 check character of the first 17 characters of a USCC."""
    total = sum(pow(3, place, 31) * USCC_ALPHABET.index(char) for place, char in enumerate(body))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def uscc(prefix: str, region: str, index: int, *, organisation_fails: bool = False) -> str:
    """An 18-character USCC: registrar and category `prefix`, `region`, then a code from `index`.

    `organisation_fails`: the check character of the organisation code is wrong (GB 11714), that of the USCC is right.
    """
    organisation = "MA" + _base31(index * 15_485_863 % 31**6, 6)
    check = organisation_check(organisation)
    if organisation_fails:
        check = "0123456789"[(int(check) + 1) % 10 if check.isdigit() else 0]
    body = prefix + region + organisation + check
    return body + uscc_check(body)


def _base31(number: int, width: int) -> str:
    characters = []
    for _ in range(width):
        number, rest = divmod(number, 31)
        characters.append(USCC_ALPHABET[rest])
    return "".join(reversed(characters))


def person_id_check(body: str) -> str:
    """ISO 7064 MOD 11-2 check character of the first 17 digits of an ID number."""
    return "10X98765432"[sum(weight * int(digit) for weight, digit in zip(PERSON_WEIGHTS, body, strict=True)) % 11]


def person_id(index: int) -> str:
    """An 18-character ID number, different for every `index` below eleven million."""
    day = _FIRST_BIRTHDAY + dt.timedelta(days=index * 7_919 % _BIRTHDAYS)
    body = f"{COUNTY_OF_NOBODY}{day:%Y%m%d}{index // _BIRTHDAYS % 1000:03d}"
    return body + person_id_check(body)


def fifteen_digits(number: str) -> str:
    """The 15-digit form of an ID number of someone born before 2000."""
    return number[:6] + number[8:17]


def mask(number: str) -> str:
    """`4108**********1234`: an ID number as public lists show it."""
    return number[:4] + "**********" + number[14:]


def person_name(index: int) -> str:
    """A name, unique for about half a million indexes; every 113th has a middle dot."""
    turn, rest = divmod(index, 113)
    if rest == 112 and turn < len(TURKIC_FIRST) * len(TURKIC_SECOND):
        return f"{TURKIC_FIRST[turn % len(TURKIC_FIRST)]}·{TURKIC_SECOND[turn // len(TURKIC_FIRST)]}"
    place = (index + 1) * _NAME_STEP % _NAME_COUNT
    place, second = divmod(place, len(_SECOND))
    surname, first = divmod(place, len(_FIRST))
    return _SURNAMES[surname] + _FIRST[first] + _SECOND[second]


def complainant_name(index: int) -> str:
    """A name with a surname that nobody else in the city has, so that a leak is not confused with a namesake."""
    surname = COMPLAINANT_SURNAMES[index % len(COMPLAINANT_SURNAMES)]
    first, second = divmod(index // len(COMPLAINANT_SURNAMES), len(_SECOND))
    return surname + _FIRST[first % len(_FIRST)] + _SECOND[second]


def phone(index: int) -> str:
    """An unassigned eleven-digit number."""
    return f"129{index % 100_000_000:08d}"


def mobile(index: int) -> str:
    """An unassigned mobile number."""
    return f"154{index % 100_000_000:08d}"


def firm_short_name(index: int) -> str:
    """The two characters that people use as a firm's short name."""
    place = (index + 1) * _FIRM_STEP % _FIRM_COUNT // len(FIRM_KINDS)
    first, second = divmod(place, len(_FIRM_SECOND))
    return _FIRM_FIRST[first] + _FIRM_SECOND[second]


def firm_name(index: int) -> str:
    """A unique name: 7,000 of them by characters, then with a number."""
    turn, index = divmod(index, _FIRM_COUNT)
    kind = FIRM_KINDS[(index + 1) * _FIRM_STEP % _FIRM_COUNT % len(FIRM_KINDS)]
    return f"{('焦作市', '河南')[turn % 2]}{firm_short_name(index)}{_numeral(turn // 2)}{kind}"


def _numeral(number: int) -> str:
    return "" if number == 0 else "".join("零一二三四五六七八九"[int(digit)] for digit in str(number))


def address(index: int, region: str) -> str:
    """A unique address for each agency of the district's region."""
    return f"焦作市{REGIONS[region]}{ROADS[index % len(ROADS)]}{index + 11}号"
