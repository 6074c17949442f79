"""Values of a regime file in any format, and how each kind of value is read.

Belongs here: one reader per kind of value, and the remedy for a refused value. Does not belong here: the reader of each key
(`grammar`), opening a file (`regime_yaml`, `regime_workbook`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ingestion.parsing import clause_text, fold
from rulebook import clauses, vocabulary, words
from rulebook.folder import parse_date, parse_integer, parse_points
from rulebook.measures import known_measures
from rulebook.problems import suggestion


class WrongValueError(ValueError):
    """A value that a key cannot have: what is wrong and what to write instead."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True)
class Written:
    """A value as in the file: the text of one value, the elements of a list, or both if a cell may be either."""

    text: str | None = None
    elements: tuple[Written, ...] | None = None
    flag: bool | None = None  # the value if it is written as true or false
    is_date: bool = False  # whether a spreadsheet shows the cell as a date or time
    fault: str | None = None  # what to do about a cell that cannot be read


Read = Callable[[Written], Any]


def scalar(written: Written) -> str:
    """One value as it is written."""
    if written.text is None:
        raise WrongValueError("found a list or a block: expected one value", "Write one value.")
    if written.is_date:
        raise WrongValueError(
            f"the spreadsheet turned the value into a date ({written.text})",
            "Format the cell as text and type the value again.",
        )
    return written.text.strip()


def text(written: Written) -> str:
    """A text that is not empty."""
    found = scalar(written)
    if not found:
        raise WrongValueError("an empty text", "Write a text, or null where the grammar allows it.")
    return found


def code(written: Written) -> str:
    """A code: a text that can be an element of a list, in half width (Ｃ is read as C)."""
    found = fold(text(written))
    if vocabulary.SEPARATOR in found:
        raise WrongValueError(f"{found!r} is not a code", f"Write a code without {vocabulary.SEPARATOR}.")
    return found


def word(written: Written) -> str:
    """A word in the form in which it is compared: full-width letters, digits and signs become half-width."""
    return fold(scalar(written))


@dataclass(frozen=True)
class OneOf:
    """A word of a closed list, or its Chinese name. A mapping gives the value in the tables for each word."""

    choices: Mapping[str, str] | Sequence[str]
    called: words.Words

    def held(self) -> dict[str, str]:
        """Each word of the list and its value in the tables."""
        return dict(self.choices) if isinstance(self.choices, Mapping) else {word: word for word in self.choices}

    def shown(self) -> dict[str, str]:
        """Each word of the list with its Chinese name."""
        return {word: f"{word} {words.outline(self.called, held)}" for word, held in self.held().items()}

    def __call__(self, written: Written) -> str:
        found, held = word(written), self.held()
        if found in held:
            return held[found]
        names = {fold(self.called[held[known]][0]): known for known in reversed(held)}
        if found in names:
            return held[names[found]]
        shown = self.shown()
        texts = shown | {name: shown[known] for name, known in names.items()}
        raise WrongValueError(f"{found!r} is not a word of the grammar", suggestion(found, texts, shown=texts))


def listed(read_element: Callable[[Written], str]) -> Callable[[Written], str | None]:
    """A list of codes or words as a cell of a table; an empty list is null."""

    def read(written: Written) -> str | None:
        if written.elements is None:
            raise WrongValueError("not a list", f"Write a list: [{written.text or 'X, Y'}].")
        found = [read_element(element) for element in written.elements]
        if len(set(found)) != len(found):
            raise WrongValueError("an element occurs twice", "Write each once.")
        return vocabulary.SEPARATOR.join(found) or None

    return read


codes = listed(code)


@dataclass(frozen=True)
class SomeOf:
    """A list of an export's words or of their codes; `if_empty`: the remedy, if the list must not be empty."""

    choices: Mapping[str, str]
    if_empty: str | None = None

    def __call__(self, written: Written) -> str | None:
        read = listed(OneOf(tuple(self.choices.values()), {code: (name, code) for name, code in self.choices.items()}))
        return read(written) if self.if_empty is None else not_empty(read, self.if_empty)(written)


def not_empty(read: Callable[[Written], str | None], remedy: str) -> Callable[[Written], str]:
    """A list of at least one element."""

    def read_some(written: Written) -> str:
        found = read(written)
        if found is None:
            raise WrongValueError("an empty list", remedy)
        return found

    return read_some


_some_channels = not_empty(
    listed(OneOf(vocabulary.CHANNELS, words.CHANNELS)),
    "List its channels, or leave the key out for all: without a channel the item never scores.",
)


def channels(written: Written) -> str | None:
    """A list of channels, or `all`."""
    return None if written.text is not None and written.text.strip() == "all" else _some_channels(written)


def _converted(convert: Callable[[str], Any], remedy: str) -> Read:
    def read(written: Written) -> Any:
        if written.flag is not None:
            raise WrongValueError(f"{written.text!r} is true or false", remedy)
        try:
            return convert(word(written))
        except WrongValueError:
            raise
        except ValueError as error:
            raise WrongValueError(str(error), remedy) from None

    return read


def _day(written: str) -> dt.date:
    """A date, also as people type it into sheets: 2024/3/21, 2024年3月21日."""
    parts = _TYPED_DAY.fullmatch(written)
    return parse_date("{}-{:0>2}-{:0>2}".format(*parts.groups()) if parts else written)


def date(written: Written) -> Any:
    """A day, typed or as a spreadsheet's date."""
    return _DAY(replace(written, is_date=False))


_TYPED_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_DAY = _converted(_day, "Write year, month and day, such as 2024-03-21.")
points = _converted(
    lambda written: parse_points(written.removesuffix("分")),
    "Write a number with at most two decimals, such as 12.5: no percent, no comma, no unit but 分.",
)
integer = _converted(parse_integer, "Write a whole number without a unit, such as 5.")


def flag(written: Written) -> bool:
    """True or false."""
    found = scalar(written)
    if written.flag is None:
        raise WrongValueError(
            f"{found!r} is neither true nor false", "Write true or false without quotes; in a workbook also 是 or 否."
        )
    return written.flag


def sign(written: Written) -> int:
    """Whether a component adds or deducts."""
    found = word(written)
    for number, names in words.SIGNS.items():
        if found in (f"{number:d}", f"{number:+d}", names[0]):
            return number
    choices = "; ".join(f"{number} or {names[0]} for {names[1]}" for number, names in words.SIGNS.items())
    raise WrongValueError(f"{found!r} is not a sign", f"Write {choices}.")


def points_or_row(written: Written) -> Decimal | str:
    """A number of points, or `row`: the row's own."""
    if written.text is not None and fold(written.text) in (vocabulary.ROW, fold(words.POINTS_FROM[vocabulary.ROW][0])):
        return vocabulary.ROW
    found: Decimal = points(written)
    return found


EFFECTS_SHOWN = {name: f"{name}:<grade>" if name in vocabulary.GRADE_EFFECTS else name for name in vocabulary.EFFECTS}


def effect(written: Written) -> tuple[str, str | None]:
    """An effect and the grade that it names, if any."""
    found = word(written)
    name, _, grade = found.partition(":")
    for effect_name, (called, _) in words.EFFECTS.items():
        before, has_grade, _ = called.partition("{grade}")
        if found == called or (has_grade and found.startswith(before)):
            name, grade = effect_name, found.removeprefix(before)
    name, grade = name.strip(), grade.strip()
    if name not in vocabulary.EFFECTS or bool(grade) != (name in vocabulary.GRADE_EFFECTS):
        raise WrongValueError(f"{found!r} is not an effect", suggestion(name, EFFECTS_SHOWN, shown=EFFECTS_SHOWN))
    return name, grade or None


def clause(written: Written) -> str:
    """A clause in normal form. A text such as 第 or - has no normal form and is refused: it is not an empty clause."""
    found = scalar(written)
    compared = clause_text(found)
    if found and not compared:
        raise WrongValueError(
            f"{found!r} is not a clause", 'Write the clause as in the export, * for any, "" for an empty one.'
        )
    return compared


def level(written: Written) -> str:
    """A level of merit claims, as the export writes it or as its code."""
    found = word(written)
    names = clauses.LEVELS | {name: code for code, (name, _) in words.LEVELS.items()}
    known = names.get(found, found)
    if known not in vocabulary.LEVEL_CODES:
        raise WrongValueError(
            f"{found!r} is not a level", suggestion(found, [*vocabulary.LEVEL_CODES, *clauses.LEVELS])
        )
    return known


def measure(written: Written) -> str:
    """A measure's code, from the code or its Chinese title. The lint checks whether there is such a measure."""
    found = code(written)
    return next((known for known, one in known_measures().items() if one.title_zh == fold(found)), found)
