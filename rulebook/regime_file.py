"""One version of a regime, read from a YAML file into the rows of a rulebook folder.

Belongs here: the grammar (blocks, keys, types, defaults) and the line of everything that breaks it. Does not
belong here: whether the rules make sense (`lint`), the folder on disk (`folder`, `importing`).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from ingestion.parsing import clause_text
from rulebook import clauses, vocabulary
from rulebook.folder import Row, parse_date, parse_integer, parse_points
from rulebook.problems import Place, Problem, RulebookError

_REQUIRED = object()
_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"
_MOST_BYTES = 4 << 20


class _Wrong(ValueError):
    """A value that a key cannot have: what is wrong and what to write instead."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True)
class _Key:
    """One key of a block: the column it fills, how its value is read, and what it is when left out."""

    column: str
    read: Callable[[yaml.Node], Any]
    default: Any = _REQUIRED
    nullable: bool = False


# ------------------------------------------------------------------------------------------------ values


def _scalar(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _Wrong("a list or a block stands where one value belongs", "Write one value.")
    return str(node.value).strip()


def _text(node: yaml.Node) -> str:
    text = _scalar(node)
    if not text:
        raise _Wrong("an empty text", "Write a text, or null where the grammar allows it.")
    return text


def _code(node: yaml.Node) -> str:
    text = _text(node)
    if vocabulary.SEPARATOR in text:
        raise _Wrong(f"{text!r} is no code", f"Write a code without {vocabulary.SEPARATOR}.")
    return text


def _words(choices: Mapping[str, str] | Iterable[str]) -> Callable[[yaml.Node], str]:
    known = dict(choices) if isinstance(choices, Mapping) else {word: word for word in choices}

    def read(node: yaml.Node) -> str:
        text = _scalar(node)
        if text not in known:
            raise _Wrong(f"{text!r} is not a word of the grammar", f"Write one of: {', '.join(known)}.")
        return str(known[text])

    return read


def _converted(convert: Callable[[str], Any]) -> Callable[[yaml.Node], Any]:
    def read(node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode) and node.tag == _BOOL:
            raise _Wrong(f"{node.value!r} is true or false", "Write a number or a date, as the grammar says.")
        try:
            return convert(_scalar(node))
        except _Wrong:
            raise
        except ValueError as error:
            raise _Wrong(str(error), "Correct the value.") from None

    return read


def _flag(node: yaml.Node) -> bool:
    text = _scalar(node)
    if node.tag != _BOOL:
        raise _Wrong(f"{text!r} is neither true nor false", "Write true or false, without quotes.")
    return text.lower() in ("true", "yes", "on")


def _sign(node: yaml.Node) -> int:
    text = _scalar(node)
    if text not in ("1", "+1", "-1"):
        raise _Wrong(f"{text!r} is no sign", "Write 1 for points that add, -1 for points that deduct.")
    return int(text)


def _codes(node: yaml.Node) -> str | None:
    """A list of codes as the cell of a table; an empty list is null."""
    if not isinstance(node, yaml.SequenceNode):
        raise _Wrong("not a list", "Write a list: [X, Y].")
    codes = [_code(element) for element in node.value]
    if len(set(codes)) != len(codes):
        raise _Wrong("an element stands twice", "Write each once.")
    return vocabulary.SEPARATOR.join(codes) or None


def _channels(node: yaml.Node) -> str | None:
    if isinstance(node, yaml.ScalarNode) and _scalar(node) == "all":
        return None
    codes = _codes(node)
    if codes is None:
        raise _Wrong("an item without a channel can never score", "List its channels, or leave the key out for all.")
    return codes


def _listed_words(choices: Mapping[str, str]) -> Callable[[yaml.Node], str | None]:
    """A list of an export's words, or of their codes, as the cell of a table."""
    read_word = _words({**choices, **{code: code for code in choices.values()}})

    def read(node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.SequenceNode):
            raise _Wrong("not a list", f"Write a list: [{', '.join(list(choices)[:2])}].")
        codes = [read_word(element) for element in node.value]
        if len(set(codes)) != len(codes):
            raise _Wrong("an element stands twice", "Write each once.")
        return vocabulary.SEPARATOR.join(codes) or None

    return read


def _points(node: yaml.Node) -> Decimal | str:
    """A number of points, or `row`: the row's own."""
    if isinstance(node, yaml.ScalarNode) and _scalar(node) == vocabulary.ROW:
        return vocabulary.ROW
    points: Decimal = _POINTS(node)
    return points


def _effect(node: yaml.Node) -> tuple[str, str | None]:
    effect, _, grade = _scalar(node).partition(":")
    grade = grade.strip()
    if effect not in vocabulary.EFFECTS or bool(grade) != (effect in vocabulary.GRADE_EFFECTS):
        raise _Wrong(
            f"{_scalar(node)!r} is no effect", "Write points, veto:<grade>, ceiling:<grade> or zero_component."
        )
    return effect, grade or None


def _clause(node: yaml.Node) -> str:
    """A clause as the door writes it; nothing is left of one that only says 第 or -, and that is no empty clause."""
    text = _scalar(node)
    clause = clause_text(text)
    if text and not clause:
        raise _Wrong(f"{text!r} names no clause", 'Write what stands in the export, * for any, "" for an empty one.')
    return clause


def _level(node: yaml.Node) -> str:
    text = _scalar(node)
    code = clauses.LEVELS.get(text, text)
    if code not in vocabulary.LEVEL_CODES:
        raise _Wrong(f"{text!r} is no level", "Write national, provincial or municipal (国家, 省, 市).")
    return code


_DATE = _converted(parse_date)
_POINTS = _converted(parse_points)
_INTEGER = _converted(parse_integer)

# ------------------------------------------------------------------------------------------------ grammar

_BLOCKS: dict[str, dict[str, _Key]] = {
    "rulebook": {
        "id": _Key("rulebook_id", _code),
        "regime": _Key("regime_code", _code, default=None, nullable=True),  # its id
        "doc": _Key("document", _text),
        "status": _Key("status", _words(vocabulary.STATUSES)),
        "effective_from": _Key("effective_from_on", _DATE),
        "effective_to": _Key("effective_until_on", _DATE, default=None, nullable=True),
        "base": _Key("base_points", _POINTS),
        "score_step": _Key("score_step", _POINTS, default=None, nullable=True),
        "rounding": _Key("rounding", _words(vocabulary.ROUNDINGS), default="none"),
        "clock_start": _Key("clock_start", _words(vocabulary.CLOCK_STARTS), default="determined_on"),
        "window_last_day": _Key("window_last_day", _words(vocabulary.WINDOW_LAST_DAYS), default="inclusive"),
        "same_act": _Key("same_act", _words(vocabulary.SAME_ACTS), default="max"),
        "rated_from": _Key("rated_from", _words(vocabulary.RATED_FROM), default="start"),
        "rated_types": _Key("rated_types", _listed_words(vocabulary.CHECK_TYPES), default=None, nullable=True),
        "unrated_status": _Key(
            "unrated_status", _listed_words(vocabulary.REGISTRY_STATUSES), default=None, nullable=True
        ),
        "prov": _Key("is_provisional", _flag, default=False),
    },
    "components": {
        "id": _Key("component_code", _code),
        "sign": _Key("sign", _sign),
        "window": _Key("window_code", _words(vocabulary.WINDOWS)),
        "next": _Key("next_fact", _words(vocabulary.EVENT_FACTS), default=None, nullable=True),
        "next_types": _Key("next_types", _listed_words(vocabulary.CHECK_TYPES), default=None, nullable=True),
        "agg": _Key("aggregation", _words(vocabulary.AGGREGATIONS)),
        "divisor": _Key("divisor_fact", _words(vocabulary.FACTS), default=None, nullable=True),
        "cap": _Key("cap_points", _POINTS, default=None, nullable=True),
        "cap_per_check": _Key("cap_per_check_points", _POINTS, default=None, nullable=True),
        "cap_provisional": _Key("is_cap_provisional", _flag, default=False),
    },
    "items": {
        "code": _Key("item_code", _code),
        "comp": _Key("component_code", _code),
        "clause": _Key("clause", _text, default=None, nullable=True),
        "title": _Key("title_zh", _text),
        "title_en": _Key("title_en", _text, default=None, nullable=True),  # its title
        "points": _Key("points", _points, default=parse_points("0")),
        "quantity": _Key("quantity_from", _words(vocabulary.QUANTITIES), default="one"),
        "repeat_factor": _Key("repeat_factor", _POINTS, default=None, nullable=True),
        "per": _Key("per", _text, default="occurrence"),
        "cap": _Key("cap_points", _POINTS, default=None, nullable=True),
        "cap_per_check": _Key("cap_per_check_points", _POINTS, default=None, nullable=True),
        "effect": _Key("effect", _effect, default=("points", None)),
        "fact": _Key("fact", _words(vocabulary.FACTS), default=vocabulary.EVIDENCE),
        "above": _Key("above", _INTEGER, default=None, nullable=True),
        "below": _Key("below", _INTEGER, default=None, nullable=True),
        "channels": _Key("channels", _channels, default=None, nullable=True),
        "repairable": _Key("is_repairable", _flag, default=True),
        "severity": _Key("severity", _text, default=None, nullable=True),
        "subsumes": _Key("subsumes", _codes, default=None, nullable=True),
        "law": _Key("legal_basis", _text, default=None, nullable=True),
        "prov": _Key("is_provisional", _flag, default=False),
    },
    "clauses": {
        "dataset": _Key(
            "dataset",
            _words((*clauses.MISCONDUCT_DATASETS, clauses.MERIT_DATASET, clauses.ANY)),
        ),
        "clause": _Key("clause", _clause, nullable=True),
        "level": _Key("level_code", _level, default=None, nullable=True),
        "item": _Key("item_code", _code, default=None, nullable=True),  # null: such a row does not score
        "items": _Key("item_codes", _codes, default=None),
    },
    "bands": {
        "grade": _Key("grade", _code),
        "lo": _Key("lo", _POINTS, nullable=True),
        "lo_inc": _Key("is_lo_inclusive", _flag, default=None),
        "hi": _Key("hi", _POINTS, nullable=True),
        "hi_inc": _Key("is_hi_inclusive", _flag, default=None),
    },
    "repair": {
        "natural": _Key("natural", _words(vocabulary.NATURAL_REPAIRS), default="expiry"),
        "on_application": _Key("is_on_application", _flag, default=False),
        "effective_on": _Key("effective_on", _words(vocabulary.EFFECTIVE_ONS), default="approved_on"),
        "reply_working_days": _Key("reply_working_days", _INTEGER, default=None, nullable=True),
        "max_attempts": _Key("max_attempts", _INTEGER, default=None, nullable=True),
        "blocked_grades": _Key("blocked_grades", _codes, default=None, nullable=True),
        "add_back": _Key("add_back", _words(vocabulary.ADD_BACKS), default="full_item"),
    },
    "measures": {
        "grade": _Key("grade", _code),
        "code": _Key("measure_code", _code),
        "when": _Key("trigger_code", _words(vocabulary.TRIGGERS)),
        "n": _Key("n", _INTEGER, default=None, nullable=True),
        "due_working_days": _Key("due_working_days", _INTEGER, default=None, nullable=True),
        "latch": _Key("latch", _text, default=None, nullable=True),
        "prov": _Key("is_provisional", _flag, default=False),
    },
}
_SINGLE = ("rulebook", "repair")
_REQUIRED_BLOCKS = ("rulebook", "components", "items")


class _Reader:
    """Reads one document and collects everything that is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def wrong(self, node: yaml.Node, code: str, message: str, remedy: str, key: str | None = None) -> None:
        self.problems.append(Problem(Place(self.file, node.start_mark.line + 1, key), code, message, remedy))

    def mapping(self, node: yaml.Node, known: Iterable[str], what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """The keys of a mapping with the nodes of key and value; unknown and repeated keys are problems."""
        known = list(known)
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, "not_a_block", f"{what} is no block of keys", f"Write keys: {', '.join(known)}.")
            return found
        for key_node, value_node in node.value:
            name = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                remedy = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(known)}."
                self.wrong(key_node, "unknown_key", f"{what} has no key {name}", remedy, name)
            elif name in found:
                self.wrong(key_node, "repeated_key", f"{what} has the key {name} twice", "Keep one of them.", name)
            else:
                found[name] = (key_node, value_node)
        return found

    def row(self, node: yaml.Node, block: str) -> Row:
        """One entry of a block as a row; a value that cannot be read is a problem and null."""
        keys = _BLOCKS[block]
        found = self.mapping(node, keys, f"an entry of {block}" if block not in _SINGLE else block)
        values: dict[str, Any] = {}
        written: dict[str, tuple[int, str]] = {}
        for name, key in keys.items():
            if name not in found:
                if key.default is _REQUIRED and isinstance(node, yaml.MappingNode):
                    self.wrong(
                        node, "missing_key", f"{block} lacks the key {name}", f"Add {name}: it has no default.", name
                    )
                values[key.column] = None if key.default is _REQUIRED else key.default
                continue
            key_node, value_node = found[name]
            written[key.column] = (key_node.start_mark.line + 1, name)
            values[key.column] = None if key.default is _REQUIRED else key.default
            if value_node.tag == _NULL and isinstance(value_node, yaml.ScalarNode):
                if key.nullable:
                    values[key.column] = None
                else:
                    self.wrong(value_node, "empty_value", f"{name} of {block} is empty", f"Write {name}'s value.", name)
                continue
            try:
                values[key.column] = key.read(value_node)
            except _Wrong as error:
                self.wrong(value_node, "wrong_value", f"{name} of {block}: {error}", error.remedy, name)
        return Row(values, Place(self.file, node.start_mark.line + 1), written)

    def rows(self, node: yaml.Node, block: str) -> list[Row]:
        """All entries of a block."""
        if block in _SINGLE:
            return [self.row(node, block)]
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(node, "not_a_list", f"{block} is no list", f"Write {block} as a list of entries.", block)
            return []
        return [self.row(entry, block) for entry in node.value]


def read_regime(path: Path | str) -> dict[str, list[Row]]:
    """The rows of one version, by folder table; everything wrong raises with file, line and remedy."""
    path = Path(path)
    reader = _Reader(str(path))
    document = _document(path)
    blocks = reader.mapping(document, _BLOCKS, "the file")
    found = {name: reader.rows(value, name) for name, (_, value) in blocks.items()}
    for name in _REQUIRED_BLOCKS:
        if name not in found:
            reader.wrong(document, "missing_key", f"the file lacks the block {name}", f"Add {name}.", name)
    if reader.problems:
        raise RulebookError(reader.problems)
    return _completed(found, reader)


def _document(path: Path) -> yaml.Node:
    def refused(code: str, message: str, remedy: str, line: int | None = None) -> RulebookError:
        return RulebookError([Problem(Place(str(path), line), code, message, remedy)])

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise refused("unreadable", f"the file cannot be read ({error.strerror})", "Check the path.") from None
    if len(raw) > _MOST_BYTES:
        raise refused("too_large", "the file is larger than 4 MiB", "A regime is a few kilobytes; check the path.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise refused("encoding", "the file is not UTF-8", "Save it as UTF-8.", line) from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise refused(
            "yaml", f"not readable as YAML: {error.problem}", "Correct the line or the one above.", line
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise refused("yaml", f"not readable as YAML: {error}", "Correct the file.") from None
    if node is None:
        raise refused("yaml", "the file is empty", "Write the blocks of a regime.", 1)
    return node


def _completed(found: dict[str, list[Row]], reader: _Reader) -> dict[str, list[Row]]:
    """The rows with the defaults that depend on other rows, and with the version's id in each."""
    version = found["rulebook"][0]
    rulebook_id = version["rulebook_id"]
    if version["regime_code"] is None:
        version = _changed(version, regime_code=rulebook_id)
    items = [
        _changed(
            row,
            title_en=row["title_en"] or row["title_zh"],
            effect=row["effect"][0],
            effect_grade=row["effect"][1],
            points=None if row["points"] == vocabulary.ROW else row["points"],
            points_from=vocabulary.ROW if row["points"] == vocabulary.ROW else "item",
        )
        for row in found["items"]
    ]
    if "clauses" in found:
        entries = [_clause_entry(row, reader) for row in found["clauses"]]
    else:
        evidence_items = {row["item_code"] for row in items if row["fact"] == vocabulary.EVIDENCE}
        entries = [
            Row(entry, version.place)
            for entry in clauses.default_map()
            if entry["item_code"] is None or entry["item_code"] in evidence_items
        ]
        # An exception (item null) is of use only beside the rule that it is an exception from.
        reached = {(row["dataset"], row["clause"]) for row in entries if row["item_code"] is not None}
        entries = [row for row in entries if (row["dataset"], row["clause"]) in reached]
    bands = [_band(row, rank, reader) for rank, row in enumerate(found.get("bands", []), start=1)]
    repair = found.get("repair") or [
        Row({key.column: key.default for key in _BLOCKS["repair"].values()}, version.place)
    ]
    if reader.problems:
        raise RulebookError(reader.problems)
    tables = {
        "rulebooks": [version],
        "components": found["components"],
        "items": items,
        "clause_items": entries,
        "bands": bands,
        "measures": found.get("measures", []),
        "repair_policy": repair,
    }
    return {name: [_changed(row, rulebook_id=rulebook_id) for row in rows] for name, rows in tables.items()}


def _clause_entry(row: Row, reader: _Reader) -> Row:
    """An entry of the map with the items that it leads to, under either of its keys."""
    said = [key for key in ("item_code", "item_codes") if key in row.keys]
    if len(said) != 1:
        reader.problems.append(
            Problem(
                Place(row.place.file, row.place.number, "item"),
                "missing_key" if not said else "repeated_key",
                "clauses lacks the key item" if not said else "an entry of clauses has both item and items",
                "Write item: CODE, items: [CODE, CODE], or item: null for what does not score.",
            )
        )
    elif said == ["item_codes"] and row["item_codes"] is None:
        reader.problems.append(
            Problem(row.at("item_codes"), "empty_value", "items of clauses is empty", "Write item: null instead.")
        )
    values = {name: value for name, value in row.values.items() if name != "item_codes"}
    keys = {"item_code" if name == "item_codes" else name: key for name, key in row.keys.items()}
    return Row(
        values | {"clause": row["clause"] or clauses.EMPTY, "item_code": row["item_code"] or row["item_codes"]},
        row.place,
        keys,
    )


def _band(row: Row, rank: int, reader: _Reader) -> Row:
    """A band with its rank; whether a bound belongs to it must be said unless there is no bound."""
    values: dict[str, Any] = {"grade_rank": rank}
    for bound, flag, key in (("lo", "is_lo_inclusive", "lo_inc"), ("hi", "is_hi_inclusive", "hi_inc")):
        if row[flag] is None and row[bound] is not None:
            reader.problems.append(
                Problem(
                    Place(row.place.file, row.place.number, key),
                    "missing_key",
                    f"bands lacks the key {key}",
                    f"Add {key}: it has no default where {bound} is a number.",
                )
            )
        values[flag] = bool(row[flag])
    return _changed(row, **values)


def _changed(row: Row, **values: Any) -> Row:
    return Row(dict(row.values) | values, row.place, row.keys)
