"""Suites, checks and outcomes as plain data, without Great Expectations.

Belongs here: data that any process can build, send and read. Does not belong here: the suites themselves (`door`,
`release`), running them (`runner`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warn"]


@dataclass(frozen=True)
class Check:
    """One expectation. `name` says what it asserts; `expectation` is the class of Great Expectations.

    `arguments` are those of the class; an `unexpected_rows_query` has `{batch}` for the relation. `condition`: SQL that
    selects the failing rows, if the check is about single rows.
    """

    name: str
    expectation: str
    arguments: dict[str, Any]
    severity: Severity = "error"
    condition: str | None = None


@dataclass(frozen=True)
class Suite:
    """The checks of one relation (`schema.table`). `kind`: door or invariant."""

    relation: str
    kind: Literal["door", "invariant"]
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class SuiteOutcome:
    """The result of one check of a suite. A check that could not run has not passed, and `message` says why."""

    relation: str
    kind: str
    check_name: str
    severity: str
    is_passed: bool
    failing_count: int
    message: str = ""


def columns_are(columns: Sequence[str]) -> Check:
    """The relation has exactly these columns, in this order."""
    return Check("columns_are_the_contract_s", "ExpectTableColumnsToMatchOrderedList", {"column_list": list(columns)})


def has_columns(*columns: str) -> Check:
    """The relation has at least these columns."""
    return Check(
        "promised_columns_are_there",
        "ExpectTableColumnsToMatchSet",
        {"column_set": list(columns), "exact_match": False},
    )


def is_present(column: str) -> Check:
    """No null in the column."""
    return Check(
        f"{column}_is_present",
        "ExpectColumnValuesToNotBeNull",
        {"column": column},
        condition=f"{column} is null",
    )


def is_one_of(column: str, *values: str) -> Check:
    """Every value is null or one of these."""
    return Check(
        f"{column}_is_a_known_code", "ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(values)}
    )


def no_row(name: str, condition: str, severity: Severity = "error") -> Check:
    """No row of the relation meets the SQL condition."""
    query = f"select 1 as broken from {{batch}} where {condition}"
    return Check(name, "UnexpectedRowsExpectation", {"unexpected_rows_query": query}, severity, condition)


def no_result(name: str, query: str, severity: Severity = "error") -> Check:
    """The query returns no row."""
    return Check(name, "UnexpectedRowsExpectation", {"unexpected_rows_query": query}, severity)


def has_rows(at_least: int = 1) -> Check:
    """The relation has at least so many rows."""
    return Check("is_not_empty", "ExpectTableRowCountToBeBetween", {"min_value": at_least})
