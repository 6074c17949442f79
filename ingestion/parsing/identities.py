"""Codes of agencies (unified social credit codes) and ID numbers of people, with their checks and masks.

Does not belong here: keys of persons (`ingestion.privacy`), names (`names`).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from stdnum.cn import uscc as gb32100

from ingestion.parsing.cells import (
    NUMERIC_PRECISION_LOST,
    SEVERAL_VALUES,
    USCC_CHECK_FAILED,
    USCC_MALFORMED,
    Cell,
    Fault,
    Refused,
)
from ingestion.parsing.codes import canonical_code
from ingestion.parsing.texts import compact_text, text_of, unspaced, unwrapped

_MISTYPED = str.maketrans("OI", "01")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_NEAR_USCC = re.compile(r"9[0-9A-Z]{17}")
_RESIDENT = re.compile(r"9[0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9X]")  # a foreigner's ID number
_GB11714_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def passes_gb11714(uscc: str) -> bool:
    """Whether characters 9 to 17 of a USCC are an organisation code with a correct check character (GB 11714)."""
    total = sum(int(char, 36) * weight for char, weight in zip(uscc[8:16], _GB11714_WEIGHTS, strict=True))
    return uscc[16] == "0123456789X0"[11 - total % 11]


def uscc(cell: Cell) -> tuple[str | None, tuple[str, ...]]:
    """A unified social credit code and its flags (`uscc_repaired`, `uscc_gb11714_mismatch`).

    Width, case, spaces, O for 0 and I for 1 are repaired; digits are never guessed. A numeric cell is refused
    whatever it holds (sources.md, "Dirt that must be survived").
    """
    if cell is not None and not isinstance(cell, str | Fault):
        raise Refused(NUMERIC_PRECISION_LOST)
    written = text_of(cell)
    text = compact_text(cell).upper().translate(_MISTYPED)
    if not text:
        return None, ()
    if not _USCC.fullmatch(text):
        raise Refused(NUMERIC_PRECISION_LOST if _is_lost_number(text) else USCC_MALFORMED)
    # one ID number in 31 passes this check by chance; it must not be taken for an agency's code and shown
    if gb32100.calc_check_digit(text[:17]) != text[17] or _failing(text) is None:
        raise Refused(USCC_CHECK_FAILED)
    flags = ("uscc_repaired",) if text != written else ()
    return text, flags if passes_gb11714(text) else (*flags, "uscc_gb11714_mismatch")


def uscc_masked_forms(cell: Cell) -> list[str]:
    """A wrong code with each of its characters masked in turn: the right code shares one of these forms if it differs in
    one character. Empty if the text is not like an enterprise's code, or might be an ID number, which could be guessed.
    """
    try:
        text = compact_text(cell).upper().translate(_MISTYPED) if isinstance(cell, str) else ""
    except Refused:
        return []
    if not _NEAR_USCC.fullmatch(text) or _RESIDENT.fullmatch(text):
        return []
    return [f"{text[:place]}_{text[place + 1 :]}" for place in range(len(text))]


def uscc_pair(cell: Cell) -> tuple[str | None, tuple[str, ...]]:
    """The object of an identity decision, and the flags of the codes in it, each read as by `uscc`.

    `<USCC>=<USCC>` or `<dataset>:<source key>=<USCC>`; anything else is an id (sources.md, credit_desk). The dataset is in
    lower case, the source key in canonical form.
    """
    text = compact_text(cell)
    first, is_pair, last = text.rpartition("=")
    if not is_pair:
        return object_id(text), ()
    agency_id, flags = uscc(last)
    dataset, is_of_dataset, key = first.partition(":")
    if is_of_dataset:
        key = canonical_code(key)
        first = f"{dataset.lower()}:{key}" if key else ""
    else:
        other_id, more = uscc(first)
        first, flags = other_id or "", (*more, *flags)
    if not first or not agency_id:
        raise Refused(USCC_MALFORMED)
    return f"{first}={agency_id}", tuple(dict.fromkeys(flags))


def object_id(cell: Cell) -> str | None:
    """The id of a conflict or lead, in lower case: clerks type it in either."""
    return compact_text(cell).lower() or None


_LOST = re.compile(r"[+-]?\d(?:\.\d+)?E\+?\d{1,3}", re.IGNORECASE | re.ASCII)


def _is_lost_number(text: str) -> bool:
    """Whether text shows a number as a spreadsheet writes it: with an exponent or decimals."""
    return bool(_LOST.fullmatch(text) or re.fullmatch(r"\d+\.\d+", text, re.ASCII))


@dataclass(frozen=True)
class PersonNumber:
    """An ID number as read. `number` (18 characters) is set only if `status` is full; it must not leave ingestion.

    `written` is the folded text, for keyed comparison of other numbers; it must not leave ingestion either.
    """

    number: str | None
    mask: str | None
    status: str  # full, invalid, masked, empty
    written: str
    flags: tuple[str, ...] = ()
    failing: str | None = None  # why a number is invalid or masked: length, date, check_character, mask, several


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_check_character(first_17: str) -> str:
    """ISO 7064 MOD 11-2 check character of the first 17 digits of an ID number (GB 11643)."""
    return "10X98765432"[sum(int(c) * w for c, w in zip(first_17, _ID_WEIGHTS, strict=True)) % 11]


def is_birth_date(digits: str) -> bool:
    """Whether eight digits are a possible date of birth of a living person."""
    try:
        year = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year
    except ValueError:
        return False
    return 1880 <= year <= 2199


_SEVERAL_BREAKS = (re.compile(r"[、，,;；/|\r\n]+"), re.compile(r"\s+"))  # the digits of one number may be grouped
_MASKED = re.compile(r"[*\u00d7\u2022\u25cf#?]+|X{3,}")


def person_number(cell: Cell, may_be_several: bool = False) -> PersonNumber:
    """An ID or social insurance number: its 18-digit form if it is full and valid, its mask, its status.

    15 digits become 18 by inserting 19. A failing check gives status `invalid`: the row is accepted, its person stays
    unresolved. A numeric cell is refused, because its digits are lost; two numbers are, too, unless `may_be_several`.
    """
    if cell is not None and not isinstance(cell, str | Fault):
        raise Refused(NUMERIC_PRECISION_LOST)
    written = text_of(cell)
    text = compact_text(cell).upper()
    if not text:
        return PersonNumber(None, None, "empty", "")
    if _is_lost_number(text):
        raise Refused(NUMERIC_PRECISION_LOST)
    if len(text) > 18 and any(_are_several(unwrapped(written).strip(), mark) for mark in _SEVERAL_BREAKS):
        if not may_be_several:
            raise Refused(SEVERAL_VALUES)
        return PersonNumber(None, _NO_DIGIT, "invalid", text, failing="several")
    if "*" in (starred := _MASKED.sub(lambda run: "*" * len(run[0]), text)):
        return PersonNumber(None, _one_mask(starred), "masked", starred, failing="mask")
    text = text.translate(_MISTYPED)
    flags = ("id_repaired",) if text != written else ()
    number = text
    if re.fullmatch(r"\d{15}", text, re.ASCII) and is_birth_date("19" + text[6:12]):
        number = text[:6] + "19" + text[6:]
        number += id_check_character(number)
    if not (failing := _failing(number)):
        return PersonNumber(number, mask_number(number), "full", text, flags)
    # the ends of a longer text belong to more than one number
    mask = mask_number(text) if len(text) <= 18 else _NO_DIGIT
    return PersonNumber(None, mask, "invalid", text, flags, failing)


def _are_several(text: str, mark: re.Pattern[str]) -> bool:
    return sum(len(unspaced(part)) >= 15 for part in mark.split(text)) > 1


def _failing(number: str) -> str | None:
    """The first check that an 18-digit form fails."""
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        return "length"
    if not is_birth_date(number[6:14]):
        return "date"
    return None if id_check_character(number[:17]) == number[17] else "check_character"


def mask_number(number: str) -> str:
    """`4108**********1234`: the first and last four characters; of anything shorter than an ID number, fewer."""
    if len(number) >= 15:
        return f"{number[:4]}{'*' * 10}{number[-4:]}"
    shown = len(number) // 4
    return number[:shown] + "*" * (len(number) - shown)


_NO_DIGIT = "****"  # matches nobody's mask
_FIRST_DIGITS = re.compile(r"\d{0,4}", re.ASCII)
_LAST_DIGITS = re.compile(r"\d*X?$", re.ASCII)


def _one_mask(text: str) -> str:
    """A mask in the one form that the lake keeps, however it was written: at most four digits at each end.

    A mask without any digit is `****`, which matches nobody's.
    """
    ends = [found.group() for found in (_FIRST_DIGITS.match(text), _LAST_DIGITS.search(text[-4:])) if found]
    return ("*" * (18 - sum(map(len, ends)))).join(ends) if any(ends) else _NO_DIGIT
