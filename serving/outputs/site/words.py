"""Two languages in one page: what is said in Chinese and in English stands side by side, and the stylesheet shows one.

Belongs here: making markup of a text in both languages, of codes by the dictionary's words, of dates and numbers. Does
not belong here: sentences of one page (its template), which rows are shown (`facts`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from rulebook import words as rule_words
from rulebook.measures import known_measures
from rulebook.numbers import number
from serving.dictionary import entries, value_words

# Short, for there are some hundred in a page; without a language an <i> is Chinese, as the page is.
_ZH, _BETWEEN, _END = Markup("<i>"), Markup("</i><i lang=en>"), Markup("</i>")
_DATA, _DATA_END = Markup("<bdi>"), Markup("</bdi>")
MINUS = "−"
NONE = "–"


def both(zh: str, en: str) -> Markup:
    """A text in both languages; one that reads alike in both is a name or a number."""
    return data(zh) if zh == en else _ZH + zh + _BETWEEN + en + _END


_BESIDE = re.compile(r"<i>([^<]*)</i><i lang=en>([^<]*)</i>([^<]*)<i>([^<]*)</i><i lang=en>([^<]*)</i>")


def merged(text: Markup) -> Markup:
    """Texts in both languages that stand side by side as one such text: the same to read, and shorter."""
    made, count = str(text), 1
    while count:
        made, count = _BESIDE.subn(r"<i>\1\3\4</i><i lang=en>\2\3\5</i>", made)
    return Markup(made)  # noqa: S704 -- nothing but markup was moved


@lru_cache(maxsize=50_000)
def t(zh: str, en: str) -> Markup:
    """`both`, of a text that comes again."""
    return both(zh, en)


def data(text: Any) -> Markup:
    """Text that is nobody's to translate: a name, a number of a document. Its direction is its own."""
    return _DATA + escape(text) + _DATA_END


@lru_cache(maxsize=2048)
def label(column: str) -> Markup:
    """What a column is called."""
    entry = entries()[column]
    return t(entry.zh, entry.en)


@lru_cache(maxsize=4096)
def word(column: str, value: str | None) -> Markup:
    """What a code of a column is called."""
    return escape(NONE) if value is None else t(*value_words(column, value))


@lru_cache(maxsize=4096)
def day(value: dt.date | None) -> Markup:
    """A date, always in one form."""
    return escape(NONE) if value is None else Markup("<time>{}</time>").format(value.isoformat())


def last_day(until_on: dt.date | None) -> Markup:
    """The last day of a span that ends before `until_on`."""
    return t("长期", "without end") if until_on is None else day(until_on - dt.timedelta(days=1))


@lru_cache(maxsize=4096)
def points(value: Decimal | None) -> str:
    """A number as people write it, with a real minus."""
    return NONE if value is None else number(value).replace("-", MINUS)


@lru_cache(maxsize=4096)
def signed(value: Decimal | None) -> str:
    """Points with their sign."""
    if value is None:
        return NONE
    return ("+" if value > 0 else "") + points(value)


def rule_word(table: str, code: str | None) -> Markup:
    """What a word of the rulebook is called; `table` names a list of `rulebook.words`."""
    known: Mapping[str, tuple[str, str]] = getattr(rule_words, table)
    return t(*known[code]) if code is not None and code in known else data(code or NONE)


def rule_label(key: str) -> Markup:
    """What a key of the rulebook is called."""
    return t(*rule_words.LABELS[key])


@lru_cache(maxsize=256)
def measure(code: str) -> Markup:
    """The title of a measure."""
    known = known_measures().get(code)
    return t(known.title_zh, known.title_en) if known else data(code)


def state(value: str) -> Markup:
    """A state that is no grade, in words; a grade is its letter."""
    zh, en = value_words("state", value)
    return escape(value) if zh == value else t(zh, en)


def incomplete(said: str | None) -> list[Markup]:
    """What is missing of the evidence, one text for a cause: which data of which days. No file is named."""
    found: dict[str, dict[str, list[str]]] = {}
    for piece in said.split("、") if said else ():
        dataset, on, cause = piece.split()
        found.setdefault(cause, {}).setdefault(dataset.partition("/")[2], []).append(on)
    return [_missing(cause, days_of) for cause, days_of in sorted(found.items())]


def _missing(cause: str, days_of: Mapping[str, list[str]]) -> Markup:
    zh, en = [], []
    for dataset, days in sorted(days_of.items()):
        name_zh, name_en = value_words("dataset", dataset)
        count = len(days)
        span = days[0] if count == 1 else f"{min(days)} – {max(days)}"
        zh.append(f"{name_zh} {span}" + (f"（{count} 批）" if count > 1 else ""))
        en.append(f"{name_en} {span}" + (f" ({count} drops)" if count > 1 else ""))
    why_zh, why_en = value_words("incomplete_because", cause)
    return both(f"{why_zh}：{'、'.join(zh)}", f"{why_en}: {', '.join(en)}")
