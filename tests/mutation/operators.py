"""The operators that make a model's compiled SQL wrong, by one small change each.

Belongs here: finding the places and making the change on the syntax tree. Not here: running tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"
NEVER = "2000000000"


@dataclass(frozen=True)
class Mutant:
    """One changed model: `site` counts the places of this operator in the model, in tree order."""

    model: str
    operator: str
    site: int
    before: str
    after: str
    sql: str

    @property
    def name(self) -> str:
        return f"{self.model}:{self.operator}:{self.site}"


def _swap(new_type: type[exp.Expression]) -> Callable[[exp.Expression], exp.Expression]:
    return lambda node: new_type(**dict(node.copy().args))


def _inner(node: exp.Expression) -> exp.Expression:
    joined = node.copy()
    joined.set("side", None)
    return joined


def _without_last_term(node: exp.Expression) -> exp.Expression:
    joined = node.copy()
    joined.set("on", joined.args["on"].this)
    return joined


def _flip_order(node: exp.Expression) -> exp.Expression:
    ordered = node.copy()
    ordered.set("desc", not node.args.get("desc"))
    return ordered


def _next_number(node: exp.Expression) -> exp.Expression:
    return exp.Literal.number(int(node.this) + 1)


def _is_plain_number(node: exp.Expression) -> bool:
    # a number inside a type, such as decimal(9, 2), changes no result; nor does a later end of time (macro `never`)
    return (
        isinstance(node, exp.Literal)
        and not node.is_string
        and node.this.isdigit()
        and node.this != NEVER
        and not node.find_ancestor(exp.DataType)
    )


Change = tuple[Callable[[exp.Expression], bool], Callable[[exp.Expression], exp.Expression]]

OPERATORS: dict[str, Change] = {
    "lt_to_lte": (lambda n: type(n) is exp.LT, _swap(exp.LTE)),
    "lte_to_lt": (lambda n: type(n) is exp.LTE, _swap(exp.LT)),
    "gt_to_gte": (lambda n: type(n) is exp.GT, _swap(exp.GTE)),
    "gte_to_gt": (lambda n: type(n) is exp.GTE, _swap(exp.GT)),
    "plus_to_minus": (lambda n: type(n) is exp.Add, _swap(exp.Sub)),
    "minus_to_plus": (lambda n: type(n) is exp.Sub, _swap(exp.Add)),
    "max_to_min": (lambda n: type(n) is exp.Max, _swap(exp.Min)),
    "min_to_max": (lambda n: type(n) is exp.Min, _swap(exp.Max)),
    "least_to_greatest": (lambda n: type(n) is exp.Least, _swap(exp.Greatest)),
    "greatest_to_least": (lambda n: type(n) is exp.Greatest, _swap(exp.Least)),
    "and_to_or": (lambda n: type(n) is exp.And, _swap(exp.Or)),
    "or_to_and": (lambda n: type(n) is exp.Or, _swap(exp.And)),
    # the other way round changes nothing where the join is by a key, as nearly all inner joins are
    "left_join_to_inner": (lambda n: type(n) is exp.Join and n.args.get("side") == "LEFT", _inner),
    "join_term_dropped": (
        lambda n: type(n) is exp.Join and isinstance(n.args.get("on"), exp.And),
        _without_last_term,
    ),
    "order_direction": (lambda n: type(n) is exp.Ordered, _flip_order),
    "is_null_negated": (
        lambda n: type(n) is exp.Is and isinstance(n.expression, exp.Null),
        lambda n: exp.Not(this=exp.Paren(this=n.copy())),
    ),
    "coalesce_dropped": (lambda n: type(n) is exp.Coalesce, lambda n: n.this.copy()),
    "number_plus_one": (_is_plain_number, _next_number),
    "condition_dropped": (lambda n: type(n) is exp.Where, lambda n: exp.Where(this=exp.true())),
    "sign_dropped": (lambda n: type(n) is exp.Neg, lambda n: n.this.copy()),
}


def rewritten(sql: str) -> str:
    """The SQL as the syntax tree writes it, without any change of meaning."""
    return sqlglot.parse_one(sql, read=DIALECT).sql(DIALECT)


def _places(tree: exp.Expression, matches: Callable[[exp.Expression], bool]) -> list[exp.Expression]:
    """Where an operator applies. Inputs of an opaque key are left alone: another text is an equally good key."""
    return [node for node in tree.walk() if matches(node) and not node.find_ancestor(exp.MD5)]


def mutants_of(model: str, sql: str) -> Iterator[Mutant]:
    """Every mutant of one model's SQL."""
    for operator, (matches, _) in OPERATORS.items():
        for site in range(len(_places(sqlglot.parse_one(sql, read=DIALECT), matches))):
            yield _mutant(model, sql, operator, site)


def mutant_named(name: str, sql: str) -> Mutant | None:
    """The mutant of that name (model:operator:site) in a model's SQL, or None where it has no such place."""
    model, operator, site = name.split(":")
    places = _places(sqlglot.parse_one(sql, read=DIALECT), OPERATORS[operator][0])
    return _mutant(model, sql, operator, int(site)) if int(site) < len(places) else None


def _mutant(model: str, sql: str, operator: str, site: int) -> Mutant:
    matches, change = OPERATORS[operator]
    tree = sqlglot.parse_one(sql, read=DIALECT)
    node = _places(tree, matches)[site]
    changed = change(node)
    context = node.parent if isinstance(node, exp.Literal) and node.parent is not None else node
    before = context.sql(DIALECT)
    node.replace(changed)
    after = context.sql(DIALECT) if context is not node else changed.sql(DIALECT)
    return Mutant(model, operator, site, before, after, tree.sql(DIALECT))
