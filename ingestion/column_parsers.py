"""One cell of one column -> its lake values, or the reason code for which its row is quarantined.

Belongs here: which lake values each `contract.Parse` gives, signs for "none", masking of personal numbers outside their
columns. Does not belong here: the parsers themselves (`ingestion.parsing`), rows (`ingestion.strict`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ingestion import parsing
from ingestion.contract import Column, Parse
from ingestion.parsing import Cell, PersonalNumber, Refused
from ingestion.privacy import PersonKeys

_CACHE_ENTRIES = 20_000  # per column; exports repeat names, codes and dates from row to row and drop to drop
_NAMES = (Parse.PERSON_NAME, Parse.AGENCY_NAME)
_TEXTS = (Parse.TEXT, Parse.OPEN_CHOICE, *_NAMES)
_CODES = (Parse.CODE, Parse.ID_LIST, Parse.CLAUSE, Parse.USCC_PAIR, Parse.OBJECT_ID)
MASKED_FLAG = "personal_number_masked"
_FLAG_VALUES: dict[str | None, bool | None] = {None: None, "true": True, "false": False}


class ParsedCell(NamedTuple):
    """One parsed cell: its lake values, its flags, its part of the row's keys, and a day that must not be after receipt.

    `written` is its part of `source_key`: the value in its canonical form. `former`: see `parsing.former_codes`.
    """

    values: tuple[Any, ...]
    flags: tuple[str, ...] = ()
    key_text: str = ""
    written: str = ""
    day: dt.date | None = None
    former: frozenset[str] = frozenset()


def distinct_key(cell: Cell) -> Any:
    """The cell as a dictionary's key: 1, 1.0 and True are equal there, but not as cells."""
    return cell if isinstance(cell, str) else (type(cell), cell)


class ColumnParser:
    """Parses the cells of one column under one person key, with a cache."""

    def __init__(self, column: Column, keys: PersonKeys, is_1904: bool, is_key: bool) -> None:
        self.column = column
        self.keys = keys
        self.is_1904 = is_1904
        self._if_empty = parsing.EMPTY_KEY if is_key else parsing.EMPTY_VALUE
        self._choices = parsing.normal_choices(column.spellings, column.choices)
        self._written_by_value = {value: written for written, value in reversed(tuple(column.choices.items()))}
        self._cache: dict[Any, ParsedCell | str] = {}
        self._read = self._reader()

    def parse_all(self, cells: Iterable[Cell], received_on: dt.date) -> list[ParsedCell | str]:
        """`parse` of each of many cells."""
        known = self._cache.get
        return [known(distinct_key(cell)) or self.parse(cell, received_on) for cell in cells]

    def parse(self, cell: Cell, received_on: dt.date) -> ParsedCell | str:
        """The parsed cell, or the reason code for which its row is quarantined."""
        cache_key = distinct_key(cell)
        if (known := self._cache.get(cache_key)) is not None:
            return known
        numbers: list[PersonalNumber] = []
        result: ParsedCell | str
        try:
            result = self._parse_uncached(cell, received_on, numbers)
        except Refused as refusal:
            result = refusal.reason
        if numbers:  # not cached: whether they count as personal may depend on the day of receipt
            return result
        if len(self._cache) >= _CACHE_ENTRIES:
            self._cache.clear()
        self._cache[cache_key] = result
        return result

    def _parse_uncached(self, cell: Cell, received_on: dt.date, numbers: list[PersonalNumber]) -> ParsedCell:
        if self._is_empty(cell):
            if self.column.value_required:
                raise Refused(self._reason_if_empty(cell))
            return self._read(None)
        result = self._read(cell)
        if self.column.parse in _TEXTS or self.column.parse in _CODES:
            if self.column.value_required and result.values[0] is None:  # only punctuation, such as 、 or （）
                raise Refused(self._if_empty)
            return self._with_numbers_masked(result, received_on, numbers)
        return result

    def _is_empty(self, cell: Cell) -> bool:
        """Whether the cell is blank, or holds a sign for "none" that is not one of the column's own values."""
        return parsing.is_empty(cell) and (
            parsing.is_blank(cell) or not self._choices or parsing.choice_text(cell) not in self._choices
        )

    def _reason_if_empty(self, cell: Cell) -> str:
        is_word = self.column.parse in _NAMES and parsing.says_null(cell)
        return parsing.NOT_A_NAME if is_word else self._if_empty

    def _with_numbers_masked(self, result: ParsedCell, received_on: dt.date, found: list[PersonalNumber]) -> ParsedCell:
        """The cell with every ID and mobile number masked; in a code replaced by a keyed stand-in, the same everywhere."""
        text = result.values[0]
        if not isinstance(text, str):
            return result
        found += parsing.find_numbers(text)
        numbers = [number for number in found if number.from_on is None or number.from_on <= received_on]
        if not numbers:
            return result
        is_code = self.column.parse in _CODES
        masked = parsing.replace_numbers(text, numbers, self._stand_in if is_code else lambda number: number.mask)
        return ParsedCell((masked, *result.values[1:]), (*result.flags, MASKED_FLAG), masked, masked)

    def _stand_in(self, number: PersonalNumber) -> str:
        return self.keys.stand_in(number.digits)

    def _reader(self) -> Callable[[Cell], ParsedCell]:
        column, is_1904 = self.column, self.is_1904
        last_year = {"last_year": dt.MAXYEAR} if column.not_after_receipt else {}
        match column.parse:
            case Parse.TEXT:
                return _plain_reader(parsing.free_text)
            case Parse.CODE:
                return _parse_code
            case Parse.ID_LIST:
                return _plain_reader(parsing.id_list)
            case Parse.OBJECT_ID:
                return _plain_reader(parsing.object_id)
            case Parse.PERSON_NAME:
                return _plain_reader(parsing.person_name)
            case Parse.AGENCY_NAME:
                return _plain_reader(parsing.agency_name)
            case Parse.USCC:
                return _flagged_reader(parsing.uscc)
            case Parse.USCC_PAIR:
                return _flagged_reader(parsing.uscc_pair)
            case Parse.PERSON_ID:
                return self._parse_person
            case Parse.DATE:
                return self._date_reader(lambda cell: (parsing.date(cell, is_1904, **last_year),))
            case Parse.LAST_DAY:
                return self._date_reader(lambda cell: (parsing.last_day(cell, is_1904),))
            case Parse.DATETIME:
                return self._date_reader(lambda cell: parsing.moment(cell, is_1904, **last_year))
            case Parse.MONTH:
                return self._parse_month
            case Parse.DATE_OR_OPEN:
                return _value_reader(lambda cell: parsing.date_or_open(cell, is_1904))
            case Parse.INTEGER:
                return _plain_reader(parsing.integer)
            case Parse.QUANTITY:
                return _plain_reader(parsing.quantity)
            case Parse.POINTS:
                return _plain_reader(parsing.points)
            case Parse.DECIMAL:
                return _value_reader(lambda cell: parsing.amount(cell, column.units))
            case Parse.CHOICE:
                return self._parse_choice
            case Parse.OPEN_CHOICE:
                return _plain_reader(lambda cell: parsing.open_choice(cell, self._choices))
            case Parse.FLAG:
                return _plain_reader(lambda cell: _FLAG_VALUES[parsing.choice(cell, self._choices)])
            case Parse.CLAUSE:
                return _plain_reader(parsing.clause)
            case Parse.EPOCH_MS:
                return _plain_reader(parsing.epoch_ms)
            case Parse.COORDINATE:
                return _parse_coordinate
            case Parse.DROPPED:
                return lambda cell: ParsedCell(())

    def _parse_person(self, cell: Cell) -> ParsedCell:
        person = parsing.person_number(cell, self.column.may_be_several)
        key = self.keys.person_key(person.number) if person.number else None
        key_text = key or (self.keys.token(person.written) if person.written else "")
        flags = person.flags
        if person.failing:
            flags = (*flags, f"{self.column.name}_id_{person.failing}")
        return ParsedCell((key, person.mask, person.status), flags, key_text, written=key or person.mask or "")

    def _parse_choice(self, cell: Cell) -> ParsedCell:
        value = parsing.choice(cell, self._choices)
        return ParsedCell(
            (value,), key_text=value or "", written=self._written_by_value.get(value, "") if value else ""
        )

    def _parse_month(self, cell: Cell) -> ParsedCell:
        day = parsing.month(cell, self.is_1904)
        return ParsedCell((day,), key_text=str(day or ""), written=f"{day:%Y%m}" if day else "")

    def _date_reader(self, parse: Callable[[Cell], tuple[Any, ...]]) -> Callable[[Cell], ParsedCell]:
        """For a `parse` whose last value is the local date."""
        return _value_reader(parse, text_at=-1, is_day=self.column.not_after_receipt)


def _value_reader(
    parse: Callable[[Cell], tuple[Any, ...]], text_at: int = 0, is_day: bool = False
) -> Callable[[Cell], ParsedCell]:
    """A parser of cells from `parse`. The value at `text_at` goes into keys; `is_day`: it must not be after receipt."""

    def run(cell: Cell) -> ParsedCell:
        values = parse(cell)
        value = values[text_at]
        text = "" if value is None else str(value)
        return ParsedCell(values, (), text, text, value if is_day else None)

    return run


def _plain_reader(parse: Callable[[Cell], Any]) -> Callable[[Cell], ParsedCell]:
    return _value_reader(lambda cell: (parse(cell),))


def _flagged_reader(parse: Callable[[Cell], tuple[str | None, tuple[str, ...]]]) -> Callable[[Cell], ParsedCell]:
    def run(cell: Cell) -> ParsedCell:
        value, flags = parse(cell)
        return ParsedCell((value,), flags, value or "", value or "")

    return run


def _parse_code(cell: Cell) -> ParsedCell:
    value = parsing.code(cell)
    return ParsedCell((value,), key_text=value or "", written=value or "", former=parsing.former_codes(cell, value))


def _parse_coordinate(cell: Cell) -> ParsedCell:
    degrees = parsing.coordinate(cell)
    return ParsedCell((), written="" if degrees is None else repr(degrees))
