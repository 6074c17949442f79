"""What a page says of one line, one step or one row: small pieces of markup.

Belongs here: pieces that need no more than their row. Does not belong here: which rows a page shows (`pages`), words of
codes (`words`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace

from markupsafe import Markup, escape

from serving.dictionary import value_words
from serving.outputs.site import words
from serving.outputs.site.facts import Agency, Row
from serving.outputs.site.words import t
from serving.states import EXITED


def equation(lines: Sequence[Row]) -> list[SimpleNamespace]:
    """What makes the score, by kind: the base first, and of the rest what is not 0."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line["line_kind"]] = sums.get(line["line_kind"], Decimal(0)) + line["points"]
    order = ("base", "merit", "misconduct")
    kinds = [*order, *sorted(set(sums) - set(order) - {"superseded"})]
    told = ((kind, sums.get(kind, Decimal(0))) for kind in kinds)
    return [SimpleNamespace(kind=kind, points=total) for kind, total in told if total or kind in order]


def line_state(line: Row, agency: Agency) -> Markup:
    """Whether a line counts, and what else there is to say of it."""
    said = []
    if line["line_kind"] == "superseded":
        by = next((one for one in agency.lines if one["line_id"] == line["counted_by_line_id"]), None)
        if by is None:
            said.append(t("同一行为，另行计分", "one act, counted by another line"))
        else:
            said.append(
                Markup('<a href="#{}">{}</a>').format(
                    by["line_id"][:12],
                    t(f"同一行为，按 {by['item_code']} 计", f"one act, counted as {by['item_code']}"),
                )
            )
    elif line["line_kind"] in ("misconduct", "merit", "fact"):
        said.append(t("计分", "counts"))
    if line["effect"] in ("veto", "ceiling"):
        zh, en = value_words("effect", line["effect"])
        said.append(t(f"{zh} {line['effect_grade']}", f"{en} {line['effect_grade']}"))
    elif line["effect"] == "zero_component":
        said.append(words.word("effect", line["effect"]))
    if line["is_repeat"]:
        said.append(words.label("is_repeat"))
    if line["is_disputed"]:
        said.append(words.label("is_disputed"))
        if line["disputed_since_on"]:
            said.append(Markup("{} {}").format(t("自", "since"), words.day(line["disputed_since_on"])))
    return words.merged(Markup(" · ").join(said))


def moved(move: Row) -> Markup:
    """How a line moves the score on a day."""
    before, after = move["points_before"], move["points_after"]
    if after is None:
        zh, en = f"{words.signed(before)} 结束", f"{words.signed(before)} ends"
    elif before is None:
        zh, en = f"{words.signed(after)} 开始", f"{words.signed(after)} begins"
    else:
        zh = en = f"{words.signed(before)} → {words.signed(after)}"
    return t(f"{move['title_zh']} {zh}", f"{move['title_en']} {en}")


def tags(row: Row) -> Markup:
    """What is to be said of a row beside its figures."""
    found = [words.label(column) for column in ("is_provisional", "is_evidence_incomplete") if row[column]]
    return Markup(" ").join(Markup("<em class=tag>{}</em>").format(one) for one in found)


def shown_score(row: Row) -> Markup:
    """The score of the roster; who has left has none, and no score is no blank."""
    if row["state"] == EXITED or row["score"] is None:
        return words.state(row["state"])
    return escape(words.points(row["score"]))
