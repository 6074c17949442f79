"""What each result rests on: the seed that flags incomplete evidence, against what the models in fact read.

Belongs here: seeds/reference/evidence_datasets.csv and macros/datasets.sql. Not here: what the flags say (unit tests beside
the models), the contracts against dbt's sources (test_drift).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable
from typing import Any

import jinja2
import pytest

from ingestion.contract import Kind, Parse
from ingestion.sources import DATASETS
from rulebook.vocabulary import COUNT_FACTS, EVENT_FACTS, EVIDENCE, FACTS, SEPARATOR
from tests.house.project import DBT
from tests.warehouse.harness import Node, compiled_nodes

Id = tuple[str, str]  # source and dataset


def seed(name: str) -> list[dict[str, str]]:
    with (DBT / "seeds" / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


RESTED_ON = seed("evidence_datasets")
CONFLICTS = {row["detector_kind"]: row for row in seed("detectors") if row["family"] == "conflict"}
LEADS = {row["detector_kind"] for row in seed("detectors") if row["family"] == "lead"}
# each kind of task, and the measure of the rulebook that calls for it
TASKS = {row["task_code"]: row["measure_code"] for row in seed("measures") if row["task_code"]} | {
    row["task_code"]: "" for row in seed("tasks")
}
EXPLANATIONS = {code for row in CONFLICTS.values() for code in row["explanations"].split(SEPARATOR) if code}

# Explanations that follow from rows that exist: a row that was not read does not change them.
HOLD_BY_PRESENCE = {
    "labour_broker": "a row that was read names the broker as payer",
    "branch": "a name or a decision says that the two are one",
    "acquisition": "a decision says so",
    "typo": "two rows that were read differ in one character",
}

_OWN_LIST = "of a list, only its own rows: whoever reads the list reads them, too"
_SAYS_WHAT_IS_MISSING = "says what is missing, and is no evidence itself"
_UNPUBLISHED = "only tells agencies apart that are not yet published: an exit is read from the lists and decisions"
# Models at which the search for what a kind rests on ends -> why what they read beyond what is found otherwise changes no row.
NOT_FOLLOWED = {
    "stg_lake__keys_read": "which quarantined rows were replaced, each by rows of its own dataset",
    "int_rows_carried": _OWN_LIST,
    "int_agencies_current": "what the directory does not list is known by name only from what others write",
    "int_agency_names": "what others write names only agencies that the directory never listed",
    "int_branches_mapped": "of the directory, only that a listed code is no branch",
    "int_conflicts_renamed": "ids that a conflict had before, by codes of rows that are there",
    "int_leads_renamed": "ids that a lead had before, by codes of rows that are there",
    "int_points__agency_starts": "where a history begins, by lines that the other facts of the grade rest on",
    "int_conflict_explanations_doubted": _SAYS_WHAT_IS_MISSING,
    "int_conflicts_incomplete": _SAYS_WHAT_IS_MISSING,
    "int_leads_incomplete": _SAYS_WHAT_IS_MISSING,
    "int_evidence_incomplete": _SAYS_WHAT_IS_MISSING,
}
NOT_FOLLOWED_BY_KIND = {
    ("conflict", "shell_successor"): {
        "int_agency_standings": _UNPUBLISHED,
        "stg_registry__site_checks": _UNPUBLISHED,
        "int_rows_missing": "only whether a decision on the conflict itself was not read",
    },
    ("task", "exit_proposal"): {
        "int_agency_standings": _UNPUBLISHED,
        "stg_registry__site_checks": _UNPUBLISHED,
    },
}

# The parts of rpt_tasks that each task is made of; those of a measure of the rulebook also of the grade that orders it.
TASK_MODELS = {
    "onsite_check": ("int_onsite_checks_due",),
    "interview": ("fct_measures",),
    "key_list": ("fct_measures", "int_points__unrated_runs"),
    "extra_inspection": ("fct_measures", "int_checks_dated"),
    "exit_proposal": ("fct_measures", "int_directory_status", "int_decisions_applied"),
    "city_circular": ("fct_measures",),
    "quality_directory": ("fct_measures", "int_points__unrated_runs"),
    "repair_reply": ("int_points__repair_applications", "int_working_days"),
}
FACT_MODELS = {
    "int_points__evidence": (EVIDENCE,),
    "int_points__fact_counts": COUNT_FACTS,
    "int_points__fact_events": EVENT_FACTS,
    "fct_score_history": FACTS,
}


def datasets_read(models: Iterable[str], not_followed: Collection[str]) -> set[Id]:
    """The datasets in the lineage of models, as dbt compiles it."""
    by_id = {node.unique_id: node for node in compiled_nodes().values()}
    seen: set[str] = set()

    def walk(node: Node) -> None:
        for unique_id in node.depends_on:
            if unique_id not in seen and (unique_id not in by_id or by_id[unique_id].name not in not_followed):
                seen.add(unique_id)
                if unique_id in by_id:
                    walk(by_id[unique_id])

    for model in models:
        walk(compiled_nodes()[model])
    read = {tuple(unique_id.split(".")[2:4]) for unique_id in seen if unique_id.startswith("source.")}
    return {key for key in DATASETS if key in read}


def named(result_kind: str, *kind_codes: str, rows: Iterable[dict[str, str]] = RESTED_ON) -> set[Id]:
    """The datasets that the seed names for a kind."""
    return {
        (row["source"], row["dataset"])
        for row in rows
        if row["result_kind"] == result_kind and row["kind_code"] in (*kind_codes, "*")
    }


def models_of(family: str, kind: str) -> tuple[tuple[str, ...], set[str]]:
    """The models that make a kind's results, and those of other kinds, which the mart reads beside them."""
    kinds = {f"int_{of}s__{other}" for of, others in (("conflict", CONFLICTS), ("lead", LEADS)) for other in others}
    match family:
        case "conflict":
            own = f"int_conflicts__{kind}"
            return (own, "fct_engineer_conflicts"), kinds - {own}
        case "lead":
            own = f"int_leads__{kind}"
            others = {
                name for name in kinds if name.startswith("int_leads__")
            }  # conditions rest on people in conflicts
            return (own, "fct_leads"), others - {own}
        case _:
            return TASK_MODELS[kind], set()


def unnamed(family: str, kind: str, rows: list[dict[str, str]] = RESTED_ON) -> set[Id]:
    """The datasets that a kind's results are made from and that the seed does not name for it."""
    models, others = models_of(family, kind)
    stops = {*NOT_FOLLOWED, *NOT_FOLLOWED_BY_KIND.get((family, kind), ()), *others}
    rests_on = named(family, kind, rows=rows)
    if family == "conflict" or (family == "task" and TASKS[kind]):  # it shows a grade
        rests_on |= named("grade", *FACTS, rows=rows)
    return datasets_read(models, stops) - rests_on


KINDS = [
    *(("conflict", kind) for kind in sorted(CONFLICTS)),
    *(("lead", kind) for kind in sorted(LEADS)),
    *(("task", kind) for kind in sorted(TASKS)),
]


def test_the_seed_names_only_datasets_and_kinds_that_exist() -> None:
    kinds = {
        "conflict": {"*", *CONFLICTS},
        "lead": {"*", *LEADS},
        "task": {"*", *TASKS},
        "grade": {"grade", *FACTS},  # grade: what stands beside it
        "explanation": EXPLANATIONS,
        "agency_explanation": EXPLANATIONS,
    }
    for row in RESTED_ON:
        assert (row["source"], row["dataset"]) in DATASETS, row
        assert row["kind_code"] in kinds[row["result_kind"]], row


def test_the_seed_leaves_no_kind_out() -> None:
    for family, kind in KINDS:
        assert named(family, kind) or (family == "task" and TASKS[kind]), f"nothing is named for the {family} {kind}"
    for fact in FACTS:
        assert named("grade", fact), f"nothing is named for grades by {fact}"


@pytest.mark.parametrize(("family", "kind"), KINDS, ids=lambda part: part)
def test_what_a_kind_is_made_from_is_named_in_the_seed(family: str, kind: str) -> None:
    """Whoever gives a kind another input names it in evidence_datasets.csv, or here with the reason why it changes no row."""
    assert not unnamed(family, kind)


@pytest.mark.parametrize("model", FACT_MODELS)
def test_what_a_grade_is_made_from_is_named_in_the_seed(model: str) -> None:
    assert not datasets_read([model], NOT_FOLLOWED) - named("grade", *FACT_MODELS[model])


def test_each_part_of_the_tasks_is_some_task_s() -> None:
    read = {unique_id.split(".")[-1] for unique_id in compiled_nodes()["rpt_tasks"].depends_on}
    parts = {name for models in TASK_MODELS.values() for name in models}
    assert set(TASK_MODELS) == set(TASKS)
    assert read - parts == {"int_build_requested", "int_evidence_incomplete", "int_task_kinds"}


def test_no_reason_outlives_its_use() -> None:
    by_id = {node.unique_id: node.name for node in compiled_nodes().values()}
    read = {by_id.get(unique_id, "") for node in compiled_nodes().values() for unique_id in node.depends_on}
    assert set(NOT_FOLLOWED) <= read
    for (family, kind), reasons in NOT_FOLLOWED_BY_KIND.items():
        for model in reasons:
            models, others = models_of(family, kind)
            stops = {*NOT_FOLLOWED, *others, *reasons} - {model}
            assert datasets_read(models, stops) - datasets_read(models, stops | {model}), (kind, model)


@pytest.mark.parametrize(
    ("family", "kind", "dataset"),
    [
        ("conflict", "absent_holder", ("registry", "social_insurance")),
        ("lead", "not_on_site", ("platform", "checkins")),
        ("lead", "conditions_unmet", ("credit_desk", "merit_claims")),
        ("task", "onsite_check", ("registry", "site_checks")),
        ("task", "repair_reply", ("credit_desk", "repairs")),
    ],
)
def test_the_lineage_would_catch_a_dataset_that_is_not_named(family: str, kind: str, dataset: Id) -> None:
    rows = [
        row
        for row in RESTED_ON
        if not (row["result_kind"] == family and (row["source"], row["dataset"]) == dataset)
        or row["kind_code"] not in (kind, "*")
    ]
    assert unnamed(family, kind, rows) == {dataset}


def test_an_explanation_rests_on_an_absence_or_says_why_not() -> None:
    by_absence = {row["kind_code"] for row in RESTED_ON if row["result_kind"].endswith("explanation")}
    assert by_absence.isdisjoint(HOLD_BY_PRESENCE)
    assert by_absence | HOLD_BY_PRESENCE.keys() == EXPLANATIONS


@pytest.mark.parametrize("code", sorted(EXPLANATIONS))
def test_an_explanation_rests_on_what_its_conflict_rests_on(code: str) -> None:
    """So that a conflict whose explanation is doubted always carries the flag, too."""
    absent_from = named("explanation", code) | named("agency_explanation", code)
    for kind, row in CONFLICTS.items():
        if code in row["explanations"].split(SEPARATOR):
            assert absent_from <= named("conflict", kind)


def macro_datasets() -> dict[Id, dict[str, Any]]:
    template = jinja2.Environment().from_string((DBT / "macros" / "datasets.sql").read_text("utf-8"))
    described = json.loads(template.module.datasets())  # type: ignore[attr-defined]
    return {(dataset["source"], dataset["name"]): dataset for dataset in described}


def test_the_datasets_of_the_macro_are_the_contracts() -> None:
    expected = {}
    for key, dataset in DATASETS.items():
        agency_columns = [column.name for column in dataset.columns if column.parse is Parse.USCC]
        people = {column.name for column in dataset.columns if column.parse is Parse.PERSON_ID}
        said = {
            "source": dataset.source,
            "name": dataset.name,
            "agency_columns": agency_columns,
            "updated": dataset.updated_column,
            "is_list": dataset.kind is Kind.SNAPSHOT,
            "is_agency_beside_key": "agency_id" in agency_columns and "agency_id" not in dataset.key,
            "is_person_in_key": bool(people & set(dataset.key)),
        }
        expected[key] = {name: value for name, value in said.items() if value}
    assert macro_datasets() == expected


@pytest.mark.parametrize(
    ("model", "having"),
    [
        ("stg_lake__keys_read", "name"),
        ("stg_lake__rows_masked", "name"),
        ("stg_lake__agencies_named", "agency_columns"),
        ("stg_lake__keys_of_several_agencies", "is_agency_beside_key"),
    ],
)
def test_a_model_over_all_datasets_reads_each_that_has_what_it_asks_for(model: str, having: str) -> None:
    expected = {key for key, dataset in macro_datasets().items() if dataset.get(having)}
    if model == "stg_lake__agencies_named":
        expected.add(("credit_desk", "decisions"))  # its object may be an agency
    assert datasets_read([model], ()) == expected
