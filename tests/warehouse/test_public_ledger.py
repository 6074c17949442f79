"""What the public may add up (marts.md, Public ledger): figures counted by hand, from rows of evidence to the mart.

Does not belong here: every day of random cities (tests/oracle/test_public_ledger), what a notice is (test_supervision).
"""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.parsing import clause_text
from tests.warehouse.engine_city import Engine, listed
from tests.warehouse.evidence import A, B, Row, day, finding, merit, penalty, repair, warehouse
from tests.warehouse.points_tables import clean, entry, then, typed

Line = tuple[str, str | None, int, str, str | None]
PUBLISHED = listed("2024-06-01", published_on=day("2024-06-01"))


def made(as_of_on: str, *drops: dict[str, list[Row]], **rows: Any) -> Engine:
    """The engine with the public ledger as of a day; each sum has been asked for."""
    for row in (row for given in rows.values() if isinstance(given, list) for row in given if row.get("clause")):
        row["clause"] = clause_text(row["clause"])
    built = warehouse(**rows, as_of_on=day(as_of_on))  # type: ignore[arg-type]
    built.replace = {}
    for drop in drops or (PUBLISHED,):
        for relation, relation_rows in drop.items():
            built.insert(relation, relation_rows)
    engine = Engine(built)
    engine.built.run("rpt_public_ledger")
    assert engine.built.failing("assert_public_ledger_adds_up_to_the_score") == []
    return engine


def told(engine: Engine, agency_id: str = A) -> list[Line]:
    """Kind, item, points, first day and end of an agency's rows, the base left out."""
    found = engine.built.query(
        "from publication.rpt_public_ledger where agency_id = ? and line_kind <> 'base'"
        " order by valid_from_on, line_kind, item_code",
        agency_id,
    )
    return [
        (
            row["line_kind"],
            row["item_code"],
            int(row["points"]),
            str(row["valid_from_on"]),
            str(row["valid_until_on"]) if row["valid_until_on"] else None,
        )
        for row in found
    ]


def base(engine: Engine, agency_id: str = A) -> list[tuple[int, str, str | None]]:
    """The base of each span."""
    found = engine.built.query(
        "from publication.rpt_public_ledger where agency_id = ? and line_kind = 'base' order by valid_from_on",
        agency_id,
    )
    return [
        (int(row["points"]), str(row["valid_from_on"]), row["valid_until_on"] and str(row["valid_until_on"]))
        for row in found
    ]


def test_a_notice_that_leaves_its_term_becomes_the_rest_until_it_expires() -> None:
    rows = {"penalties": [penalty("P", public_until_on="2025-05-31")], "merits": [merit("M")]}
    notice = ("misconduct", "F07", -20)
    merited = ("merit", "S3", 4)
    assert told(made("2025-05-31", **rows)) == [
        (*merited, "2025-05-31", "2026-03-02"),
        (*notice, "2025-05-31", "2025-06-01"),
        ("publicity_ended", None, -20, "2025-06-01", "2026-03-02"),
    ]
    assert told(made("2025-06-01", **rows)) == [
        (*merited, "2025-06-01", "2026-03-02"),
        ("publicity_ended", None, -20, "2025-06-01", "2026-03-02"),
    ]
    assert told(made("2026-03-02", **rows)) == []
    assert base(made("2026-03-02", **rows)) == [(100, "2026-03-02", None)]


def test_what_is_repaired_is_not_told_and_leaves_no_rest() -> None:
    rows = {"findings": [finding("F")], "repairs": [repair("R", "F", replied_on="2025-06-12")]}
    assert told(made("2025-06-11", **rows)) == [("misconduct", "F07", -20, "2025-06-11", "2025-06-12")]
    assert told(made("2025-06-12", **rows)) == []


def test_what_begins_on_a_later_day_that_is_known_has_its_row_from_then() -> None:
    """As of a day before some of what is known: the history has its step, and the row says why."""
    later = made("2025-02-01", findings=[finding("F")])
    assert told(later) == [("misconduct", "F07", -20, "2025-03-01", "2026-03-02")]


ONE_ACT = {"occurred_on": "2025-01-10", "project_no": "P-1"}


@pytest.mark.parametrize("is_told", [True, False])
def test_a_superseded_line_names_the_line_that_counts_only_while_that_one_is_told(is_told: bool) -> None:
    term = {} if is_told else {"public_until_on": "2025-05-31"}
    engine = made(
        "2025-04-01",
        penalties=[penalty("P", **ONE_ACT, **term)],
        findings=[finding("F", clause="11", **ONE_ACT, determined_on="2025-03-20")],
    )
    found = engine.built.query(
        "select counted_by_line_id is not null as is_named, valid_from_on, valid_until_on"
        " from publication.rpt_public_ledger where line_kind = 'superseded' order by valid_from_on"
    )
    spans = [(row["is_named"], str(row["valid_from_on"]), str(row["valid_until_on"])) for row in found]
    named = [(True, "2025-04-01", "2026-03-02")]
    parted = [(True, "2025-04-01", "2025-06-01"), (False, "2025-06-01", "2026-03-02")]
    assert spans == (named if is_told else parted)
    # the lower one counts again when the higher has expired
    assert told(engine)[-1] == ("misconduct", "F11", -10, "2026-03-02", "2026-03-21")


CAPPED = typed(entry("X", 20), entry("Y", 15, cap=20), entry("Z", 10), sub={"cap": 30})


def test_a_cap_is_told_while_all_that_it_rests_on_is() -> None:
    """Item Y takes 30 and is capped at 20; X and Y take 40 and are capped at 30, told until X is no longer public."""
    rows = {
        "findings": [finding(key, clause="Y", determined_on="2025-03-01") for key in ("Y1", "Y2")],
        "penalties": [penalty("X", clause="X", determined_on="2025-02-01", public_until_on="2025-05-31")],
    }
    assert told(made("2025-04-01", rules=CAPPED, **rows)) == [
        ("cap_adjustment", "Y", 10, "2025-04-01", "2026-03-02"),
        ("cap_adjustment", None, 10, "2025-04-01", "2025-06-01"),
        ("misconduct", "X", -20, "2025-04-01", "2025-06-01"),
        ("misconduct", "Y", -15, "2025-04-01", "2026-03-02"),
        ("misconduct", "Y", -15, "2025-04-01", "2026-03-02"),
        ("publicity_ended", None, -10, "2025-06-01", "2026-02-02"),
    ]


def test_a_sum_that_comes_to_nothing_has_no_row() -> None:
    """Y takes 20 by its cap and Z ten: no more than 30, so X costs nothing beside them."""
    rows = {
        "findings": [*(finding(key, clause="Y") for key in ("Y1", "Y2")), finding("Z", clause="Z")],
        "penalties": [penalty("X", clause="X", public_until_on="2025-05-31")],
    }
    kinds = {kind for kind, *_ in told(made("2025-06-01", rules=CAPPED, **rows))}
    assert kinds == {"misconduct", "cap_adjustment"}


def test_the_base_is_that_of_the_version_of_the_day() -> None:
    rules = then(CAPPED, typed(entry("X", 20), base=60), "2025-09-01")
    engine = made("2025-04-01", rules=rules, findings=[finding("X", clause="X")])
    assert base(engine) == [(100, "2025-04-01", "2025-09-01"), (60, "2025-09-01", None)]
    assert told(engine) == [("misconduct", "X", -20, "2025-04-01", "2026-03-02")]


def test_without_a_score_only_what_is_public_by_itself_is_told() -> None:
    rules = typed(entry("X", 20), rated_from="checks")
    rows = {
        "findings": [finding("F", clause="X")],
        "penalties": [penalty("P", clause="X", public_until_on="2025-03-31")],
    }
    waits = made("2025-04-01", rules=rules, **rows)
    assert (base(waits), told(waits)) == ([], [("misconduct", "X", -20, "2025-04-01", "2026-03-02")])
    rated = made("2025-04-01", rules=rules, **rows, checks=[clean("T", "2025-02-01")])
    assert base(rated) == [(100, "2025-04-01", None)]
    assert told(rated)[-1] == ("publicity_ended", None, -20, "2025-04-01", "2026-03-02")


def test_a_veto_past_its_term_is_told_by_the_grade_alone() -> None:
    rules = typed(
        entry("V", effect="veto:C"), bands=[{"grade": "C", "lo": None, "lo_inc": False, "hi": None, "hi_inc": False}]
    )
    engine = made("2025-06-01", rules=rules, penalties=[penalty("V", clause="V", public_until_on="2025-05-31")])
    assert told(engine) == []
    assert engine.span("2025-06-01")["score_grade_reason"] == "veto"


def test_an_event_that_is_counted_shows_no_number() -> None:
    rules = typed(entry("N", 3, comp="ADD", fact="checks"), components=[{"id": "ADD", "sign": 1, "window": "P1Y", "agg": "sum"}],
                  clauses=[])  # fmt: skip
    engine = made("2025-04-01", rules=rules, checks=[clean("T-1", "2025-02-20")])
    assert told(engine) == [("fact", "N", 3, "2025-04-01", "2026-02-21")]
    (row,) = engine.built.query("from publication.rpt_public_ledger where line_kind = 'fact'")
    assert (row["source_key"], row["document_no"], row["title_zh"]) == (None, None, "N")


@pytest.mark.parametrize(
    ("cells", "is_shown"),
    [
        ({"published_on": day("2024-06-01")}, True),
        ({"published_on": day("2024-06-01"), "registry_status": "exited"}, True),
        ({"published_on": day("2024-06-01"), "registry_status": "suspended"}, True),
        ({}, False),
    ],
)
def test_whoever_has_only_applied_is_nobody_s_business(cells: Row, is_shown: bool) -> None:
    drop = listed("2024-06-01", **cells)
    assert bool(base(made("2025-04-01", drop))) is is_shown
    # a notice makes it known
    assert base(made("2025-04-01", drop, findings=[finding("F")])) == [(100, "2025-04-01", None)]
    # one that has expired does not
    assert bool(base(made("2026-04-01", drop, findings=[finding("F")]))) is is_shown


def test_a_row_says_what_a_reader_needs() -> None:
    engine = made(
        "2025-04-01",
        penalties=[penalty("焦罚〔2025〕3号", occurred_on="2025-02-20")],
        findings=[finding("F", agency_id=B, status_code="objection")],
    )
    (row,) = engine.built.query(
        "from publication.rpt_public_ledger where agency_id = ? and line_kind = 'misconduct'", A
    )
    said = {name: row[name] for name in ("clause", "document_no", "source_key", "dataset", "effect", "is_disputed")}
    assert said == {
        "clause": "一(四)7",
        "document_no": "焦罚〔2025〕3号",
        "source_key": "焦罚〔2025〕3号",
        "dataset": "penalties",
        "effect": "points",
        "is_disputed": False,
    }
    assert (row["occurred_on"], row["determined_on"]) == (day("2025-02-20"), day("2025-03-01"))
    assert (row["title_zh"], row["title_en"]) == ("指派无资格人员", "Sent staff without the qualification")
    (other,) = engine.built.query(
        "from publication.rpt_public_ledger where agency_id = ? and line_kind = 'misconduct'", B
    )
    assert (other["is_disputed"], str(other["disputed_since_on"])) == (True, "2025-12-31")


@pytest.mark.parametrize(
    "fault",
    [
        "delete from publication.rpt_public_ledger where line_kind = 'publicity_ended'",
        "delete from publication.rpt_public_ledger where line_kind = 'base'",
        "delete from publication.rpt_public_ledger",
        "update publication.rpt_public_ledger set valid_until_on = valid_until_on - 1 where line_kind = 'misconduct'",
        "update publication.rpt_public_ledger set points = points + 0.01 where line_kind = 'merit'",
        "insert into publication.rpt_public_ledger from publication.rpt_public_ledger where line_kind = 'merit'",
    ],
)
def test_a_ledger_that_does_not_add_up_is_not_released(fault: str) -> None:
    engine = made("2025-05-31", penalties=[penalty("P", public_until_on="2025-06-30")], merits=[merit("M")])
    engine.built.connection.execute(fault)
    assert engine.built.failing("assert_public_ledger_adds_up_to_the_score") != []
