"""The rulebook's words equal those of the datasets' contracts; neither side may drift."""

from ingestion.sources import DATASETS
from rulebook import clauses, vocabulary

FINDINGS = DATASETS[("credit_desk", "findings")]
MERITS = DATASETS[("credit_desk", "merit_claims")]


def test_channels_are_those_of_the_findings() -> None:
    assert sorted(FINDINGS.column("channel_code").choices.values()) == sorted(vocabulary.CHANNELS)


def test_levels_are_those_of_the_merit_claims() -> None:
    assert MERITS.column("level_code").choices == clauses.LEVELS
    assert tuple(clauses.LEVELS.values()) == vocabulary.LEVEL_CODES


def test_evidence_datasets_exist_and_carry_a_clause() -> None:
    with_clause = {
        name for (_, name), dataset in DATASETS.items() if any(column.name == "clause" for column in dataset.columns)
    }
    assert with_clause == {*clauses.MISCONDUCT_DATASETS, clauses.MERIT_DATASET}


# credit.md 6.5: the clauses of the notice, a bare 2 and 4 beside them
MISCONDUCT_CLAUSES = ("1", "2", "2a", "2b", "3", "4", "4a", "4b", "5", "6", "7", "8", "9", "10", "11")


def test_every_clause_of_the_notice_has_an_item() -> None:
    reached = {(row["dataset"], row["clause"]) for row in clauses.default_map()}
    assert reached >= {("*", clause) for clause in MISCONDUCT_CLAUSES}
    assert reached >= {("merit_claims", clause) for clause in "12345"}


def test_the_door_lets_in_every_clause_of_the_map() -> None:
    for row in clauses.default_map():
        assert row["clause"] is not None and row["dataset"] is not None
        assert clauses.can_occur(row["clause"], row["dataset"]), row
