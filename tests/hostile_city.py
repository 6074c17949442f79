"""A city whose exports mean harm: markup and formulas in every column that lets text in, personal data wherever people are.

Belongs here: rewriting the sample city's rows by the contracts, so that a new feed or column is covered without an edit;
what was planted where. Does not belong here: the texts (`hostile_texts`), what must hold of the releases
(`tests/serving/site`, `tests/browser`).

A key, a link or a name is rewritten alike wherever it stands, so that rows go on belonging together and reach the releases.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from ingestion.column_parsers import _CODES, _TEXTS, ColumnParser, ParsedCell
from ingestion.contract import Column, Dataset, Format, Parse
from ingestion.parsing import find_numbers
from ingestion.privacy import PersonKeys
from ingestion.sources import DATASETS
from sample_city import identifiers
from tests.conftest import BuiltCity, build_sample, firemark
from tests.faults.test_disturbed_city import clean_drops
from tests.hostile_texts import FORMULAS, PAYLOADS
from tests.ingestion.real_exports.disturbances import Drop
from tests.ingestion.real_exports.disturbed_files import write_plain

PLANTED = "planted.json"
AGENCIES, YEARS = "28", "1"  # so that every text has a name of an agency to stand in
_CLONES = 2 * len(PAYLOADS)  # rows that a dataset gets beside its own
_FILE_NAME = "<img src=x onerror=alert`1`>"
_SERIAL = 700_000  # of invented people; nobody in the sample city has a number as high
# What is read as one of a list or as a number lets no text in.
TEXTS = frozenset({*_TEXTS, *_CODES} - {Parse.USCC_PAIR})


@dataclass
class Planted:
    """Column (`source/dataset.name`) -> which texts it carries past the door, and which personal data stand in its file."""

    texts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    canaries: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def write(self, path: Path) -> None:
        told = {name: {key: sorted(one) for key, one in getattr(self, name).items()} for name in ("texts", "canaries")}
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Planted:
        told = json.loads(path.read_text("utf-8"))
        return cls(*({key: set(one) for key, one in told[name].items()} for name in ("texts", "canaries")))


@dataclass(frozen=True)
class HostileCity:
    """A built city, and what its exports carry."""

    city: BuiltCity
    planted: Planted

    @property
    def site(self) -> Path:
        return self.city.release / "site"


def build(folder: Path) -> BuiltCity:
    """A clean sample in `folder`/clean, its harmful form in `folder`/sample, built in `folder`/home."""
    firemark(folder / "home", "sample", str(folder / "clean"), "--clean", "--agencies", AGENCIES, "--years", YEARS)
    write_hostile(folder / "clean" / "inbox", folder / "sample" / "inbox").write(folder / PLANTED)
    return build_sample(folder)


def text_columns() -> Iterator[tuple[Dataset, Column]]:
    """Every column of every contract that lets text in."""
    return ((of, column) for of in DATASETS.values() for column in of.columns if column.parse in TEXTS)


def name_of(of: Dataset, column: Column) -> str:
    return f"{of.id}.{column.name}"


def write_hostile(clean_inbox: Path, inbox: Path) -> Planted:
    """Writes a clean city's inbox anew, with harm in it."""
    drops = list(clean_drops(clean_inbox))
    rewriting = _Rewriting()
    for of in DATASETS.values():
        _multiply(of, [drop for _, drop in drops if drop.dataset is of])
    for place, drop in drops:
        received_on = dt.date.fromisoformat(place.parts[2])
        rows = [rewriting.row(drop.dataset, row, received_on) for row in drop.rows]
        path = inbox / place.with_name(_FILE_NAME + place.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_plain(Drop(drop.dataset, rows), path)
    return rewriting.planted


_CLONED = "#clone"  # marks a row that the sample city does not have: True where every text of it is harm alone


def _multiply(of: Dataset, drops: list[Drop]) -> None:
    """Adds rows to a dataset whose rows have numbers, each a copy of one of its own under another number."""
    numbers = [of.column(name) for name in of.key if of.column(name).parse is Parse.CODE]
    if not numbers or numbers[0].personal:
        return
    sources = [(drop, row) for drop in drops for row in drop.rows]
    for number in range(_CLONES):
        drop, row = sources[number % len(sources)]
        end = identifiers.mobile(_SERIAL + number) if number % 5 == 4 else f"H{number:03}"
        key = numbers[0].header
        is_free = number % 2 == 0
        drop.rows.append(row | {key: f"{row[key]}-{end}", _CLONED: is_free} | (_read_as_text(of) if is_free else {}))


def _read_as_text(of: Dataset) -> dict[str, str]:
    """Cells with which each column of a dataset is read as its contract says first."""
    choices = {of.column(on).header: {*of.column(on).choices} for on, _, _ in of.parse_when}
    for on, word, _ in of.parse_when:
        choices[of.column(on).header] -= {text for text, value in of.column(on).choices.items() if value == word}
    return {header: min(left) for header, left in choices.items() if left}


class _Rewriting:
    """Rewrites rows, and keeps what it planted."""

    def __init__(self) -> None:
        self.planted = Planted()
        self._keys = PersonKeys(b"a key of the tests, of 32 letters")
        self._parsers: dict[str, ColumnParser] = {}
        self._turns: dict[str, Iterator[int]] = defaultdict(count)
        self._alike: dict[tuple[str, str], str] = {}
        self._starts: dict[str, int] = {}

    def row(self, of: Dataset, row: dict[str, Any], received_on: dt.date) -> dict[str, Any]:
        made = {header: cell for header, cell in row.items() if header != _CLONED}
        for column in of.columns:
            place = name_of(of, column)
            read_as = next(
                (
                    other
                    for on, word, other in of.parse_when
                    if row[of.column(on).header] == word and other.name == column.name
                ),
                column,
            )
            cell = self._cell(of, read_as, made[column.header], received_on, row.get(_CLONED, False))
            made[column.header] = cell
            if isinstance(cell, str) and column.parse in TEXTS:
                self.planted.texts[place] |= {text for text in (*PAYLOADS, *FORMULAS) if text in cell}
        return made

    def _cell(self, of: Dataset, column: Column, cell: Any, received_on: dt.date, is_free: bool) -> Any:
        """`is_free`: nothing refers to the row, and it need not count."""
        place, text = name_of(of, column), "" if cell is None else str(cell)

        def with_harm(within: str, turn: str = place) -> str:
            return self._with_harm(of, column, within, received_on, turn)

        def alike(family: str) -> str:
            return self._once(family, text, lambda: with_harm(text, family))

        match column.parse:
            case Parse.TEXT if column.name not in of.key or is_free:
                if of.format is Format.CSV:
                    text = " ".join(text.split())  # beside a number, lines look like rows that one mark ran together
                told = column.personal or next(self._turns["text"]) % 3 == 0
                return with_harm(text + (self._person(place) if told else ""))
            case parse if not text and (column.personal or not is_free or parse not in TEXTS):
                return cell
            case Parse.PERSON_ID:
                self.planted.canaries[place].add(text)
            case Parse.COORDINATE if len(self.planted.canaries[place]) < 40:
                exact = f"{float(text):.4f}{self._serial(place)}"
                self.planted.canaries[place].add(exact)
                return exact
            case Parse.DROPPED if column.personal:
                return self._person(place) + self._next(place, PAYLOADS)
            case Parse.PERSON_NAME:
                known = place + str(next(self._turns[place])) if is_free else text
                name = self._once("person", known, lambda: identifiers.complainant_name(self._serial("person", None)))
                self.planted.canaries[place].add(name)
                return with_harm(name) if is_free else self._once("named", text, lambda: with_harm(name, "named"))
            case Parse.CODE if column.personal:
                number = self._once("certificate", text, lambda: f"KQ{self._serial('certificate', None):010}")
                self.planted.canaries[place].add(number)
                return self._once("coded", text, lambda: with_harm(number, "coded"))
            case Parse.ID_LIST if not is_free:
                return "、".join(
                    self._once("code", part, lambda part=part: with_harm(part, "code")) for part in text.split("、")
                )
            case Parse.CLAUSE | Parse.OPEN_CHOICE | Parse.OBJECT_ID:
                return with_harm("") if is_free else cell
            case parse if parse in TEXTS:
                family = "name" if parse is Parse.AGENCY_NAME else "code" if parse is Parse.CODE else place
                return with_harm(text) if is_free else alike(family)
        return cell

    def _serial(self, turn: str, different: int | None = 40) -> int:
        """The serial of an invented person or thing; `different`: how many there are."""
        number = next(self._turns[f"serial of {turn}"])
        start = _SERIAL + 1_000 * len(self._turns) if different else _SERIAL
        return self._starts.setdefault(turn, start) + (number % different if different else number)

    def _person(self, place: str) -> str:
        """A name, an ID number and a mobile number that stand in one cell."""
        serial = self._serial(place)
        told = identifiers.complainant_name(serial), identifiers.person_id(serial), identifiers.mobile(serial)
        self.planted.canaries[place].update(told)
        return f"（{' '.join(told)}）"

    def _with_harm(self, of: Dataset, column: Column, text: str, received_on: dt.date, turn: str) -> str:
        """A formula, the text and markup, as far as the door lets them in."""
        made = text
        for kind, texts in (("markup", PAYLOADS), ("formula", FORMULAS)):
            if column.parse is Parse.CLAUSE and made:
                break  # a clause is short
            for _ in texts:
                harm = self._next(f"{kind} of {turn}", texts)
                tried = made + harm if kind == "markup" else harm + made
                if self._is_let_in(of, column, tried, received_on):
                    made = tried
                    break
        return made

    def _is_let_in(self, of: Dataset, column: Column, text: str, received_on: dt.date) -> bool:
        place = name_of(of, column)
        if of.format is Format.CSV and "\r" in text and find_numbers(text):
            return False  # as above
        if place not in self._parsers:
            self._parsers[place] = ColumnParser(column, self._keys, False, column.name in of.key)
        return isinstance(self._parsers[place].parse(text, received_on), ParsedCell)

    def _next(self, turn: str, texts: tuple[str, ...]) -> str:
        return texts[next(self._turns[turn]) % len(texts)]

    def _once(self, family: str, text: str, make: Callable[[], str]) -> str:
        if (family, text) not in self._alike:
            self._alike[family, text] = make()
        return self._alike[family, text]
