"""The pages of the site: what is known of a release -> (path, HTML).

Belongs here: which pages there are, and what each template is given. Does not belong here: reading a release (`facts`),
words (`words`), markup (templates), writing files (`__init__`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rulebook import words as rule_words
from rulebook.languages import LANGS
from rulebook.reading import Entry, read
from serving import palette
from serving.audiences import Audience, may_see
from serving.cells import as_json
from serving.dictionary import entries, value_words
from serving.horizon import CHANGE_DAYS
from serving.outputs.site import lines, words
from serving.outputs.site.downloads import Download
from serving.outputs.site.facts import Agency, Release, Row, Step
from serving.outputs.site.words import data, t
from serving.states import EXITED, STATES, SUSPENDED, UNLISTED, UNRATED, grade_or_state

Page = tuple[str, str]  # path in the site, HTML

NAME = ("消防技术服务机构信用公示", "Credit of fire-protection service agencies")
PAGES = (
    ("index.html", ("名录", "Roster")),
    ("changes.html", ("变动", "Changes")),
    ("lists.html", ("名单", "Lists")),
    ("rules.html", ("规则", "Rules")),
    ("data.html", ("数据", "Data")),
    ("about.html", ("说明", "About")),
)
ROWS_A_PAGE = 500
_FOLDER = Path(__file__).parent
_SAFE_NAME = re.compile(r"[0-9A-Za-z_-]+")

_SORTS = (
    ("", "等级与得分", "grade and score"),
    ("score:desc", "得分，高到低", "score, highest first"),
    ("score:asc", "得分，低到高", "score, lowest first"),
    ("agency_name:asc", "名称", "name"),
    ("since_on:desc", "等级起始日，近到远", "since, latest first"),
    ("last_checked_on:asc", "最近检查，远到近", "last checked, longest ago first"),
)


@cache
def environment() -> Environment:
    """The templates; whatever is not markup is escaped, and a name that is missing stops."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"en": t, "label": words.label}  # of a constant they are worked out once, with the template
    made.globals |= {
        "t": t,
        "word": words.word,
        "day": words.day,
        "last_day": words.last_day,
        "number": words.points,
        "signed": words.signed,
        "measure": words.measure,
        "rule_word": words.rule_word,
        "rule_label": words.rule_label,
        "name": NAME,
        "colon": t("：", ": "),
        "merged": words.merged,
        "pages": PAGES,
        "size_of": _size_of,
        "shown": lambda score: words.state(UNRATED) if score is None else words.points(score),
        "part": lambda part: t(*rule_words.PARTS[part]),
        "moved": lines.moved,
        "line_state": lines.line_state,
        "tags": lines.tags,
        "grade_or_state": grade_or_state,
        "shown_score": lines.shown_score,
    }
    return made


class Pages:
    """Makes the pages of one release."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.names = {row["agency_id"]: row["agency_name"] for row in release.roster}
        self.templates = environment().overlay()
        self.templates.globals = environment().globals | {
            "release": release,
            "mark": cache(self._mark),
            "meaning": cache(self._meaning),
            "band": cache(self._band),
            "grade_class": self._grade_class,
            "grade_beside": self._grade_beside,
            "standing": self._standing,
        }
        self.agency_template = self.templates.get_template("agency.html")
        self.bands = self._bands()
        policy = next(iter(release.rules.rows("repair_policy", release.rulebook_id)), None)
        how_to = self.templates.get_template("how_to.html").render(policy=policy and policy.values)
        self.how_to = words.merged(Markup(how_to))  # noqa: S704 -- a template's own output

    # --- marks and words that need the release's grades ---

    def _grade_class(self, state: str) -> str:
        place = palette.place_of(state, self.release.grades)
        return "s" if place is None else f"g{place + 1}"

    def _mark(self, state: str) -> Markup:
        return Markup('<b class="m {}">{}</b>').format(self._grade_class(state), words.state(state))

    def _meaning(self, state: str) -> Markup:
        zh, en = value_words("grade", state)
        if zh != state:
            return t(zh, en)
        return self._band(state) if state in self.release.grades else t("状态，不是等级", "a state, no grade")

    def _band(self, grade: str) -> Markup:
        texts = [
            entry.text("interval")
            for lang in LANGS
            for entry in read(self.release.rules, self.release.rulebook_id, lang).part("band")
            if entry.code == grade
        ]
        return t(*texts) if len(texts) == 2 else data(grade)

    def _grade_beside(self, row: Row) -> Markup:
        """Beside the state of a suspended agency: the grade that it has all the same."""
        if row["state"] != SUSPENDED or not row["grade"]:
            return Markup("")
        return self._mark(row["grade"])

    def _standing(self, step: Step) -> Markup:
        score = (
            words.state(UNRATED)
            if step.score is None
            else t(f"{words.points(step.score)} 分", words.points(step.score))
        )
        return Markup("{} {}").format(score, self._mark(step.state))

    def _bands(self) -> str:
        """Grade, lower and upper bound of each band, best first, for the chart."""
        rows = sorted(
            self.release.rules.rows("bands", self.release.rulebook_id), key=lambda row: row["grade_rank"] or 0
        )
        bounds = [(row["grade"], row["lo"], row["hi"]) for row in rows]
        return json.dumps(as_json(bounds), ensure_ascii=False, separators=(",", ":"))

    # --- the pages ---

    def _page(self, template: str, path: str, title: tuple[str, str], here: str, **facts: Any) -> Page:
        root = "../" * path.count("/")
        return path, self.templates.get_template(template).render(root=root, title=title, here=here, **facts)

    def roster(self) -> Iterator[Page]:
        """The roster, so many rows a page."""
        rows = self.release.roster
        found = Counter(row["state"] for row in rows)
        states = (*self.release.grades, *STATES)
        counts = [
            (state, found[state])
            for state in (*states, *sorted(set(found) - set(states)))
            if found[state] or state in self.release.grades
        ]
        parts = [rows[start : start + ROWS_A_PAGE] for start in range(0, len(rows), ROWS_A_PAGE)] or [()]
        for number, part in enumerate(parts, start=1):
            yield self._page(
                "roster.html",
                roster_file(number),
                PAGES[0][1],
                "index.html",
                rows=part,
                rows_total=len(rows),
                counts=counts,
                most=max([count for _, count in counts] + [1]),
                filters=self._filters([state for state, count in counts if count]),
                sorts=_SORTS,
                page_number=number,
                page_count=len(parts),
                roster_file=roster_file,
            )

    def _filters(self, states: Sequence[str]) -> list[tuple[str, list[tuple[str, str, str]]]]:
        rows = self.release.roster
        choices = [("grade", [(state, *value_words("state", state)) for state in states])]
        for field in ("service_type", "registered_region_name", "directory_status"):
            values = sorted({row[field] for row in rows if row[field]})
            choices.append((field, [(value, *value_words(field, value)) for value in values]))
        return choices

    def agency(self, agency: Agency) -> Page:
        """One agency's page."""
        release, about = self.release, agency.about
        now = agency.steps[0] if agency.steps else Step(release.as_of_on, None, None, None, about["state"], "start")
        coming = agency.steps[1:]
        title = about["agency_name"], about["agency_name"]
        return f"agency/{safe_name(about['agency_id'])}.html", self.agency_template.render(
            root="../",
            title=title,
            here="index.html",
            agency=agency,
            now=now,
            equation=lines.equation(agency.lines_on(release.as_of_on)) if now.score is not None else [],
            coming=coming[0] if coming else None,
            coming_grade=next((step for step in coming if step.state != now.state), None),
            later=[line for line in agency.lines if line["valid_from_on"] > release.as_of_on],
            referred={line["counted_by_line_id"] for line in agency.lines},
            bands=self.bands if about["state"] != UNLISTED else "[]",  # no grade, no band
            missing=words.incomplete(about["incomplete_because"]),
            how_to=self.how_to,
            conditions=_by_result(agency.conditions),
        )

    def changes(self) -> Page:
        """Grades that changed, and those that will."""
        left_on = {row["agency_id"]: row["exited_on"] for row in self.release.roster if row["state"] != UNLISTED}
        rows = [
            row
            for row in self.release.tables["changes"]
            if row["agency_id"] in left_on and row["changed_on"] < (left_on[row["agency_id"]] or dt.date.max)
        ]
        past = [row for row in rows if row["changed_on"] <= self.release.as_of_on]
        future = [row for row in rows if row["changed_on"] > self.release.as_of_on]
        parts = (
            ("coming", ("已知将有的变动", "Known to come"), future),
            ("past", ("最近的变动", "Recent"), past[::-1]),
        )
        return self._page(
            "changes.html", "changes.html", PAGES[1][1], "changes.html", parts=parts, names=self.names, days=CHANGE_DAYS
        )

    def lists(self) -> Iterator[Page]:
        """The page of all lists, and one for each."""
        tables = self.release.tables
        frozen = sorted(tables["frozen_lists"], key=lambda row: row["list_code"])
        members = {key: list(rows) for key, rows in _by(tables["frozen_members"], "list_code", "period")}
        same = {(period, _told(rows)): _list_file(code, period) for (code, period), rows in members.items()}
        directory = [(period, list(rows)) for period, rows in _by(tables["directory"], "period")]
        files = [same.get((period, _told(rows)), _list_file("quality_directory", period)) for period, rows in directory]
        yield self._page(
            "lists.html",
            "lists.html",
            PAGES[2][1],
            "lists.html",
            lists=[(code, list(rows)) for code, rows in _by(frozen, "list_code")],
            directory=[(*one, file) for one, file in zip(directory, files, strict=True)],
            exits=sorted(
                (row for row in self.release.roster if row["state"] == EXITED),
                key=lambda row: (row["exited_on"], row["agency_id"]),
                reverse=True,
            ),
        )
        for row in frozen:
            yield self._list(row["list_code"], row["period"], members.get((row["list_code"], row["period"]), []), row)
        for (period, rows), file in zip(directory, files, strict=True):
            if file == _list_file("quality_directory", period):
                yield self._list("quality_directory", period, rows, None)

    def _list(self, code: str, period: str, rows: Sequence[Row], frozen: Row | None) -> Page:
        return self._page(
            "list.html",
            _list_file(code, period),
            (f"名单 {period}", f"List {period}"),
            "lists.html",
            code=code,
            period=period,
            rows=rows,
            frozen=frozen,
            release_listed=self.names,
        )

    def rules(self) -> Page:
        """Every version, the latest first."""
        versions = [self._version(row["rulebook_id"]) for row in reversed(self.release.rules.versions())]
        return self._page("rules.html", "rules.html", PAGES[3][1], "rules.html", versions=versions)

    def _version(self, rulebook_id: str) -> SimpleNamespace:
        zh, en = (read(self.release.rules, rulebook_id, lang) for lang in LANGS)
        both = [_Both(one, other) for one, other in zip(zh.entries, en.entries, strict=True)]
        parts: dict[str, list[_Both]] = {name: [] for name in rule_words.PARTS}
        for entry in both:
            parts[entry.part].append(entry)
        for component in parts["component"]:
            component.items = [item for item in parts["item"] if item.component == component.code]
        (head,) = parts["version"]
        return SimpleNamespace(
            id=rulebook_id,
            document=zh.entries[0].text("document"),
            head=head,
            bands=parts["band"],
            components=parts["component"],
            measures=parts["measure"],
            repair=parts["repair"],
            clauses=parts["clause"],
        )

    def data(self, downloads: Sequence[Download]) -> Page:
        """What can be downloaded."""
        columns = [entry for entry in entries().values() if may_see(Audience.PUBLIC, entry.name)]
        return self._page("data.html", "data.html", PAGES[4][1], "data.html", downloads=downloads, columns=columns)

    def about(self, libraries: Sequence[Mapping[str, str]]) -> Page:
        """What a grade says, and what it rests on."""
        feeds = [(dataset, on) for (_, dataset), on in sorted(self.release.fresh.items())]
        return self._page("about.html", "about.html", PAGES[5][1], "about.html", feeds=feeds, libraries=libraries)


class _Both:
    """An entry of a rulebook's reading in both languages."""

    def __init__(self, zh: Entry, en: Entry) -> None:
        self.part, self.code, self.component = zh.part, zh.code, zh.component
        self.title = t(zh.title, en.title)
        self.clause = zh.text("clause")
        self.items: list[_Both] = []
        self._texts = {
            statement.key: (statement, other.text(statement.key))
            for statement, other in ((statement, en) for statement in zh.statements)
        }
        self.statements = [
            SimpleNamespace(label=words.rule_label(key), text=t(statement.text, other))
            for key, (statement, other) in self._texts.items()
            if statement.is_told and key not in ("document", "regime_code")
        ]

    def text(self, key: str) -> Markup:
        """What it says about one thing; empty = nothing."""
        statement, other = self._texts.get(key, (None, ""))
        return Markup("") if statement is None else t(statement.text, other)

    @property
    def notes(self) -> Iterator[Markup]:
        """What has no column of its own."""
        shown = {"clause", "points", "effect", "cap_points", "title_zh", "title_en", "grade", "trigger_code"}
        for key, (statement, other) in self._texts.items():
            if statement.is_told and key not in shown | {"measure_code", "component_code"}:
                text = t(statement.text, other)
                bare = key in ("mark", "fact", "is_repairable")
                yield text if bare else Markup("{}{}{}").format(words.rule_label(key), t("：", ": "), text)


def roster_file(number: int) -> str:
    """The file of a page of the roster."""
    return "index.html" if number == 1 else f"roster-{number}.html"


def safe_name(text: str) -> str:
    """A key as the name of a file. Raises ValueError where it is none."""
    if not _SAFE_NAME.fullmatch(text):
        raise ValueError(f"{text!r} cannot be the name of a page: expected letters, digits, _ and -")
    return text


def _list_file(code: str, period: str) -> str:
    """The page of one period of a list."""
    return f"lists/{safe_name(code)}-{safe_name(period)}.html"


def _told(members: Sequence[Row]) -> tuple[tuple[Any, ...], ...]:
    """What the page of a list says of its members; equal = one page is enough."""
    return tuple((row["agency_id"], row["agency_name"], row["score"], row["grade"]) for row in members)


def _by_result(conditions: Sequence[Row]) -> list[tuple[bool, list[Row]]]:
    """Conditions in their order: those that are not met first, then those that are."""
    found = [(is_met, [row for row in conditions if bool(row["is_met"]) is is_met]) for is_met in (False, True)]
    return [(is_met, rows) for is_met, rows in found if rows]


def _size_of(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1_000)} KB"


def _by(rows: Sequence[Row], *columns: str) -> Iterator[tuple[Any, Iterator[Row]]]:
    """Rows in groups of equal values, in their order."""
    return groupby(rows, key=lambda row: row[columns[0]] if len(columns) == 1 else tuple(row[one] for one in columns))
