"""A version of a rulebook as people read it, in Chinese or English, in the order of the notice.

Belongs here: rows of one version -> entries of labelled texts. Does not belong here: names of words (`words`), differences
between two versions (`differences`), layout (the command line).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from ingestion.parsing import clause_text
from rulebook import clauses, vocabulary, words
from rulebook.folder import Folder, Row, split_list
from rulebook.languages import Lang
from rulebook.measures import known_measures
from rulebook.numbers import number
from rulebook.words import called, in_lang

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Statement:
    """One statement of an entry. `is_told`: whether a reader of one version needs it; a comparison needs all statements."""

    key: str
    label: str
    text: str
    is_told: bool = True


@dataclass(frozen=True)
class Entry:
    """One entry of a part (words.PARTS): a component, an item, a grade. `code` names it within its part."""

    part: str
    code: str
    title: str
    statements: tuple[Statement, ...]
    component: str | None = None

    def text(self, key: str) -> str:
        """The text of one statement; '' if the entry has no such statement."""
        return next((statement.text for statement in self.statements if statement.key == key), "")


@dataclass(frozen=True)
class Reading:
    """One version as people read it; entries in the order of words.PARTS, each part in the order of the notice."""

    rulebook_id: str
    lang: Lang
    entries: tuple[Entry, ...]

    def part(self, part: str) -> tuple[Entry, ...]:
        """The entries of one part."""
        return tuple(entry for entry in self.entries if entry.part == part)


def read(folder: Folder, rulebook_id: str, lang: Lang) -> Reading:
    """Reads a version. An unknown id raises RulebookError, as `Folder.version` does."""
    titles = {code: (measure.title_zh, measure.title_en) for code, measure in known_measures().items()}
    reader = _Reader(folder, rulebook_id, lang, titles)
    return Reading(
        rulebook_id,
        lang,
        (
            reader.version(),
            *map(reader.component, reader.rows("components")),
            *map(reader.item, reader.rows("items")),
            *reader.unscored(),
            *map(reader.band, reader.bands),
            *reader.measures(),
            *map(reader.repair, reader.rows("repair_policy")),
        ),
    )


class _Reader:
    """Reads the rows of one version in one language."""

    def __init__(self, folder: Folder, rulebook_id: str, lang: Lang, titles: words.Words) -> None:
        self.row = folder.version(rulebook_id)
        self.lang = lang
        self.titles = titles
        self.rows: Callable[[str], Sequence[Row]] = lambda table: folder.rows(table, rulebook_id)
        self.components = {row["component_code"]: row for row in self.rows("components")}
        self.bands = sorted(self.rows("bands"), key=lambda row: row["grade_rank"] or 0)

    # --- pieces of text ---

    def say(self, zh: str, en: str) -> str:
        return in_lang((zh, en), self.lang)

    def called(self, table: words.Words, word: str | None) -> str:
        return called(table, word, self.lang)

    def listed(self, parts: Iterable[str]) -> str:
        return self.say("、", ", ").join(parts)

    def points(self, value: Decimal | None) -> str | None:
        return None if value is None else number(value) + self.say("分", "")

    def marked(self, text: str, is_provisional: bool | None) -> str:
        provisional = in_lang(words.PROVISIONAL, self.lang)
        return text + self.say(f"（{provisional}）", f" ({provisional})") if is_provisional else text

    def in_brackets(self, text: str) -> str:
        return self.say(f"（{text}）", f" ({text})") if text else ""

    def types(self, cell: str | None) -> str:
        return self.in_brackets(self.listed(self.called(words.CHECK_TYPES, code) for code in split_list(cell)))

    def days(self, count: int) -> str:
        return self.say(f"{count}个工作日内", f"within {count} working days")

    def entry(
        self,
        part: str,
        code: str | None,
        title: str,
        said: Mapping[str, str | None],
        *,
        untold: Iterable[str] = (),
        component: str | None = None,
    ) -> Entry:
        """An entry from its statements: key of words.LABELS -> text; None = no such statement."""
        return Entry(
            part,
            code or "",
            title,
            tuple(
                Statement(key, in_lang(words.LABELS[key], self.lang), text, key not in untold)
                for key, text in said.items()
                if text is not None
            ),
            component,
        )

    def mark(self, is_provisional: bool | None) -> str | None:
        return in_lang(words.PROVISIONAL, self.lang) if is_provisional else None

    # --- the version ---

    def version(self) -> Entry:
        row = self.row
        statuses = self.listed(self.called(words.REGISTRY_STATUSES, code) for code in split_list(row["unrated_status"]))
        said = {
            "document": row["document"],
            "regime_code": row["regime_code"],
            "status": self.marked(self.called(words.STATUSES, row["status"]), row["is_provisional"]),
            "effective_on": self._span(row["effective_from_on"], row["effective_until_on"]),
            "base_points": self.points(row["base_points"]),
            "rounding": self._rounding(row["score_step"], row["rounding"]),
            "clock_start": self.called(words.CLOCK_STARTS, row["clock_start"]),
            "window_last_day": self.called(words.WINDOW_LAST_DAYS, row["window_last_day"]),
            "same_act": self.called(words.SAME_ACTS, row["same_act"]),
            "rated_from": self.called(words.RATED_FROM, row["rated_from"]).format(types=self.types(row["rated_types"])),
            "unrated_status": self.say(
                f"名录状态为{statuses}期间：得分照计，等级显示“未评”",
                f"the directory says {statuses}: the score stays, the grade is “unrated”",
            )
            if statuses
            else None,
        }
        is_start = row["rated_from"] == "start" and row["rated_types"] is None
        is_year = any(row["window_code"] == "rolling_year" for row in self.components.values())
        untold = {"rated_from"} if is_start else set()
        return self.entry(
            "version", row["rulebook_id"], "", said, untold=untold if is_year else untold | {"window_last_day"}
        )

    def _span(self, since: dt.date | None, until: dt.date | None) -> str:
        if until is None:
            return self.say(f"自{since}起", f"from {since}")
        last = until - dt.timedelta(days=1)
        return self.say(f"自{since}起，至{last}止（含当日）", f"from {since} to {last}, that day included")

    def _rounding(self, step: Decimal | None, rounding: str | None) -> str:
        how = self.called(words.ROUNDINGS, rounding)
        if step is None:
            return self.say(f"{how}，保留两位小数", f"{how}, two decimals")
        if rounding == "none":
            return self.say(f"{how}，分值以{number(step)}分为单位", f"{how}, points come in steps of {number(step)}")
        return self.say(f"{how}到{number(step)}分的整数倍", f"{how} to multiples of {number(step)}")

    # --- components and items ---

    def component(self, row: Row) -> Entry:
        cap = self.points(row["cap_points"])
        divisor = "" if row["divisor_fact"] is None else self.called(words.EVENT_FACTS, row["divisor_fact"])
        said = {
            "sign": self.sign(row),
            "window_code": self.called(words.WINDOWS, row["window_code"]).format(
                next="" if row["next_fact"] is None else self.called(words.NEXT_EVENTS, row["next_fact"]),
                types=self.types(row["next_types"]),
            ),
            "aggregation": self.called(words.AGGREGATIONS, row["aggregation"]).format(divisor=divisor),
            "component_cap": None if cap is None else self.marked(cap, row["is_cap_provisional"]),
            "cap_per_check_points": self.points(row["cap_per_check_points"]),
        }
        return self.entry("component", row["component_code"], self.sign(row), said, untold={"sign"})

    def sign(self, row: Row | None) -> str:
        return "" if row is None else in_lang(words.SIGNS.get(row["sign"], ("", "")), self.lang)

    def item(self, row: Row) -> Entry:
        title, other = ("title_zh", "title_en") if self.lang == "zh" else ("title_en", "title_zh")
        is_evidence = row["fact"] == vocabulary.EVIDENCE
        factor = row["repeat_factor"]
        entries = self._entries_for(row["item_code"])
        rows = self._sources(entries)
        said = {
            "component_code": row["component_code"],
            "clause": row["clause"],
            title: row[title],
            other: row[other],
            "points": self._points(row),
            "effect": self._effect(row),
            "cap_points": self.points(row["cap_points"]),
            "cap_per_check_points": self.points(row["cap_per_check_points"]),
            "mark": self.mark(row["is_provisional"]),
            "fact": self._fact(row),
            "repeat_factor": None
            if factor is None
            else self.say(f"期限内再次发生，按{number(factor)}倍计", f"× {number(factor)}"),
            "subsumes": self.listed(split_list(row["subsumes"])) or None,
            "channels": self.listed(self.called(words.CHANNELS, code) for code in split_list(row["channels"])) or None,
            "is_repairable": self.say("可以修复", "repair possible")
            if row["is_repairable"]
            else self.say("不可修复", "no repair"),
            "severity": row["severity"],
            "legal_basis": row["legal_basis"],
            "clause_items": rows or (self.say("没有条款对应", "no clause leads to it") if is_evidence else None),
        }
        untold = {"component_code", "title_zh", "title_en"} | ({"is_repairable"} if row["is_repairable"] else set())
        if row["clause"] and [(of["dataset"], of["clause"], others) for of, others in entries] == [
            (clauses.ANY, clause_text(row["clause"]), ())
        ]:
            untold.add("clause_items")  # the column of the clause already says it: this clause, in any export
        return self.entry(
            "item", row["item_code"], row[title] or "", said, untold=untold, component=row["component_code"]
        )

    def _points(self, row: Row) -> str | None:
        """Points with their sign and unit; None for another effect without points."""
        component = self.components.get(row["component_code"])
        if row["points_from"] == vocabulary.ROW:
            amount = self.called(words.POINTS_FROM, vocabulary.ROW)
        elif not row["points"] and row["effect"] != "points":
            return None
        else:
            sign = {1: "+", -1: "-"}.get(component["sign"], "") if component else ""
            amount = sign + (number(row["points"]) if row["points"] is not None else "?")
        quantity = self.called(words.QUANTITIES, row["quantity_from"]) if row["quantity_from"] == vocabulary.ROW else ""
        return amount + self._per(row) + quantity

    def _per(self, row: Row) -> str:
        if row["points_from"] == vocabulary.ROW and row["per"] == "occurrence":
            return ""
        unit = self.called(words.PERS, row["per"])
        if row["fact"] in words.UNITS and row["per"] == "occurrence":
            if row["below"] is not None:
                return ""
            unit = self.called(words.UNITS, row["fact"])
        return self.say(f"／{unit}", f" per {unit}")

    def _effect(self, row: Row) -> str | None:
        if row["effect"] == "points":
            return None
        return self.called(words.EFFECTS, row["effect"]).format(grade=row["effect_grade"])

    def _fact(self, row: Row) -> str | None:
        fact, above, below = row["fact"], row["above"], row["below"]
        if fact == vocabulary.EVIDENCE:
            return None
        if fact in words.EVENT_FACTS:
            return self.say("每", "each ") + self.called(words.UNITS, fact)
        name, unit = self.called(words.COUNT_FACTS, fact), self.called(words.UNITS, fact)
        texts = [
            self.say(f"{name}超过{above}{unit}的部分，按每{unit}计", f"{name}, each {unit} above {above}")
            if above is not None
            else "",
            self.say(f"{name}不足{below}{unit}的，计一次", f"{name}, once while below {below} ({unit})")
            if below is not None
            else "",
        ]
        return self.listed(filter(None, texts)) or name

    # --- which clause of an export leads where ---

    def _entries_for(self, item_code: str) -> list[tuple[Row, tuple[str, ...]]]:
        """Entries of the clause map that refer to an item, each with the other items that it refers to."""
        return [
            (row, tuple(code for code in codes if code != item_code))
            for row in self.rows("clause_items")
            if item_code in (codes := split_list(row["item_code"]))
        ]

    def _sources(self, entries: Iterable[tuple[Row, tuple[str, ...]]]) -> str:
        """Datasets with their clauses; entries that differ only in level or dataset are combined."""
        clauses_of = _grouped(((row["dataset"], row["level_code"], others), row["clause"]) for row, others in entries)
        levels_of = _grouped(((of, others, found), level) for (of, level, others), found in clauses_of.items())
        datasets_of = _grouped(((levels, others, found), of) for (of, others, found), levels in levels_of.items())
        return self.say("；", "; ").join(
            self._source(datasets, found, levels, others) for (levels, others, found), datasets in datasets_of.items()
        )

    def _source(
        self, datasets: Iterable[str], found: Iterable[str], levels: Iterable[str | None], others: Iterable[str]
    ) -> str:
        named = [clause for clause in found if clause not in (clauses.ANY, clauses.EMPTY)]
        texts = [self.say("条款", "clauses " if len(named) > 1 else "clause ") + self.listed(named)] if named else []
        texts += [self.say("条款为空", "empty clause")] if clauses.EMPTY in found else []
        if clauses.ANY in found:
            is_rest = any(self._names_clauses(dataset) for dataset in datasets)
            texts += [self.say("其余各条款", "any other clause") if is_rest else self.say("各条款", "any clause")]
        together = self.listed(others)
        of_levels = self.in_brackets("" if set(levels) == {None} else self.listed(map(self._level, levels)))
        return (
            self.listed(self.called(words.DATASETS, dataset) for dataset in datasets)
            + of_levels
            + self.say("" if of_levels else " ", ", ")
            + self.say("、", ", ").join(texts)
            + (self.say(f"（同时计{together}）", f" (together with {together})") if together else "")
        )

    def _names_clauses(self, dataset: str) -> bool:
        """Whether an entry names a clause of the dataset."""
        of = set(clauses.datasets_of(dataset))
        return any(
            row["clause"] not in (clauses.ANY, clauses.EMPTY) and of & set(clauses.datasets_of(row["dataset"]))
            for row in self.rows("clause_items")
        )

    def _level(self, level: str | None) -> str:
        return self.say("不限级别", "any level") if level is None else self.called(words.LEVELS, level)

    def unscored(self) -> Iterator[Entry]:
        rows = [(row, ()) for row in self.rows("clause_items") if not split_list(row["item_code"])]
        if rows:
            yield self.entry("clause", "", "", {"unscored": self._sources(rows)})

    # --- grades, measures, repair ---

    def band(self, row: Row) -> Entry:
        score = self.called(words.LABELS, "interval")
        low, high = (None if row[side] is None else number(row[side]) for side in ("lo", "hi"))
        above, below = ("≤" if row[side] else "<" for side in ("is_lo_inclusive", "is_hi_inclusive"))
        if low is None and high is None:
            text = self.say("任何得分", "any score")
        elif high is None:
            text = f"{score} {'≥' if row['is_lo_inclusive'] else '>'} {low}"
        elif low is None:
            text = f"{score} {below} {high}"
        else:
            text = f"{low} {above} {score} {below} {high}"
        said = {"interval": text, "rank": str(row["grade_rank"])}
        return self.entry("band", row["grade"], "", said, untold={"rank"})

    def measures(self) -> list[Entry]:
        """The measures, best grade first, those of every grade last."""
        ranks = {row["grade"]: rank for rank, row in enumerate(self.bands)}
        found = sorted(self.rows("measures"), key=lambda row: ranks.get(row["grade"], len(ranks)))
        seen: dict[tuple[str, str], int] = {}
        entries = []
        for row in found:
            key = row["grade"], row["measure_code"]
            seen[key] = seen.get(key, 0) + 1
            again = f" ({seen[key]})" if seen[key] > 1 else ""
            entries.append(self._measure(row, again))
        return entries

    def _measure(self, row: Row, again: str) -> Entry:
        times = (
            "" if row["n"] is None else self.say(f"{row['n']}次", f", {row['n']} time{'s' if row['n'] != 1 else ''}")
        )
        every = row["grade"] == clauses.ANY
        said: dict[str, str | None] = {
            "grade": self.say("各等级", "every grade") if every else row["grade"],
            "measure_code": row["measure_code"],
            "trigger_code": self.called(words.TRIGGERS, row["trigger_code"]) + times,
            "due_working_days": None if row["due_working_days"] is None else self.days(row["due_working_days"]),
            "latch": None if row["latch"] is None else self.called(words.LATCHES, row["latch"]),
            "mark": self.mark(row["is_provisional"]),
        }
        code = f"{row['grade']} {row['measure_code']}{again}"
        title = in_lang(self.titles[row["measure_code"]], self.lang) if row["measure_code"] in self.titles else ""
        return self.entry("measure", code, title, said, untold={"grade", "measure_code"})

    def repair(self, row: Row) -> Entry:
        said: dict[str, str | None] = {
            "natural": self.called(words.NATURAL_REPAIRS, row["natural"]),
            "is_on_application": self.say("可以申请", "possible")
            if row["is_on_application"]
            else self.say("不接受申请", "not possible"),
            "effective_on_repair": self.called(words.EFFECTIVE_ONS, row["effective_on"]),
            "reply_working_days": None if row["reply_working_days"] is None else self.days(row["reply_working_days"]),
            "max_attempts": None
            if row["max_attempts"] is None
            else self.say(f"每项最多{row['max_attempts']}次", f"at most {row['max_attempts']} for one line"),
            "blocked_grades": self._blocked(split_list(row["blocked_grades"])),
            "add_back": self.called(words.ADD_BACKS, row["add_back"]),
        }
        of_applications = set(said) - {"natural", "is_on_application"}
        return self.entry("repair", "", "", said, untold=set() if row["is_on_application"] else of_applications)

    def _blocked(self, grades: Sequence[str]) -> str | None:
        named = self.listed(grades)
        return self.say(f"等级为{named}的机构", f"agencies of grade {named}") if grades else None


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, tuple[Value, ...]]:
    """The values of each key; keys and values keep their order."""
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def rows_of(reading: Reading) -> list[dict[str, Any]]:
    """The reading, one row per statement, for scripts."""
    return [
        {
            "part": entry.part,
            "code": entry.code,
            "title": entry.title,
            "subject": statement.key,
            "text": statement.text,
        }
        for entry in reading.entries
        for statement in entry.statements
    ]
