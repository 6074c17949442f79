"""Finding ID numbers and mobile numbers in any text, so that they can be masked outside their columns (sources.md, K5).

Belongs here: recognising such a number. Does not belong here: ID numbers in their own column (`identities`), keyed
stand-ins (`ingestion.privacy`), which columns may hold one (`ingestion.column_parsers`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from ingestion.parsing.codes import DASHES
from ingestion.parsing.identities import id_check_character, is_birth_date, mask_number
from ingestion.parsing.texts import fold

# Digits may be grouped: 410803 19900101 0037, 138 0000 1234. Matches may overlap: a year may stand before a number.
_GAP = rf"[\s{DASHES}]"
_ID_SHAPE = rf"(?:\d{_GAP}?){{17}}[\dXx]"
_MOBILE_SHAPE = rf"(?:(?:\+|00)86{_GAP}?)?1[3-9]\d(?:\d{{8}}|{_GAP}\d{{4}}{_GAP}\d{{4}})"
_LONG_RUN = re.compile(rf"\d[\d\s{DASHES}]{{9,}}[\dXx]", re.ASCII)
_MAY_HOLD = re.compile(rf"(?<!\d)(?:{_ID_SHAPE}|{_MOBILE_SHAPE})(?!\d)", re.ASCII)
_ID = re.compile(rf"(?<!\d)(?=({_ID_SHAPE})(?!\d))", re.ASCII)
_MOBILE = re.compile(rf"(?<!\d){_MOBILE_SHAPE}(?!\d)", re.ASCII)
# Ids of conflicts and leads, person keys, stand-ins: digits in them are not a person's number.
_HASH = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])(?:[0-9A-Fa-f]{32,}|(?<=#)[0-9A-F]{24})(?![0-9A-Za-z])")
_REGIONS = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
_LEAST_AGE = 14  # younger people do not work for agencies: such digits mean something else


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """A number in a text: its position, its digits, and for an ID number the first day on which it counts as one."""

    start: int
    end: int
    digits: str
    from_on: dt.date | None = None

    @property
    def mask(self) -> str:
        """The form that may be shown: 4108**********1234, 138****5678."""
        return mask_number(self.digits) if len(self.digits) == 18 else f"{self.digits[:3]}****{self.digits[-4:]}"


def find_numbers(text: str) -> list[PersonalNumber]:
    """The ID and mobile numbers in folded text, in order.

    An ID number: 18 characters with a valid region, date of birth and check character (GB 11643). A mobile number: a
    complete run of 11 digits that begins with 13 to 19.
    """
    if not _LONG_RUN.search(text) or not _MAY_HOLD.search(text):
        return []
    text = _HASH.sub(lambda run: "#" * len(run[0]), text)
    found: list[PersonalNumber] = []
    for match in _ID.finditer(text):
        digits = re.sub(_GAP, "", match[1]).upper()
        if digits[:2] in _REGIONS and is_birth_date(digits[6:14]) and id_check_character(digits[:17]) == digits[17]:
            found.append(PersonalNumber(match.start(1), match.end(1), digits, _fourteenth_birthday(digits[6:14])))
    taken = [(number.start, number.end) for number in found]
    for match in _MOBILE.finditer(text):
        start, end = match.span()
        if not any(start < last and end > first for first, last in taken):
            found.append(PersonalNumber(start, end, re.sub(_GAP, "", match[0])[-11:]))
    return sorted(found, key=lambda number: number.start)


def _fourteenth_birthday(birthday: str) -> dt.date:
    year, month, day = int(birthday[:4]) + _LEAST_AGE, int(birthday[4:6]), int(birthday[6:])
    try:
        return dt.date(year, month, day)
    except ValueError:  # 29 February
        return dt.date(year, 3, 1)


def replace_numbers(text: str, numbers: list[PersonalNumber], stand_in: Callable[[PersonalNumber], str]) -> str:
    """The text with each of the numbers found in it replaced."""
    parts, place = [], 0
    for number in numbers:
        parts += [text[place : number.start], stand_in(number)]
        place = number.end
    return "".join([*parts, text[place:]])


def masked(text: str) -> str:
    """Text with every ID and mobile number in it masked; folded, if there is one."""
    folded = fold(text)
    numbers = find_numbers(folded)
    return replace_numbers(folded, numbers, lambda number: number.mask) if numbers else text
