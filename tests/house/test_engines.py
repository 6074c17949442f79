"""SQL that differs between engines has one home, `macros/engine`: a form for each engine, and an error for any other."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

import pytest
import sqlglot
from jinja2 import Environment, StrictUndefined, Template
from sqlglot import exp

from tests.house.project import DBT, ROOT, sql_files, tracked_files

ENGINE_MACROS = {path: path.read_text("utf-8") for path in sql_files("macros/engine")}
DISPATCHED = sorted(re.findall(r"adapter\.dispatch\('(\w+)'\)", "\n".join(ENGINE_MACROS.values())))
ENGINES = ("duckdb", "spark")
ENGINE_ASKED = r"\btarget\s*\.\s*type\b|\btarget\s*\[|\badapter\s*\.\s*(?:type|dispatch)\b"


class CompilerError(Exception):
    """Stands in for dbt's."""


@lru_cache(maxsize=1)
def compiled_macros() -> tuple[Environment, CodeType]:
    """The project's macros, compiled once: what differs is what they are given."""
    environment = Environment(extensions=["jinja2.ext.do"], undefined=StrictUndefined)
    return environment, environment.compile("".join(path.read_text("utf-8") for path in sql_files("macros")))


def project_macros(engine: str, **context: Any) -> dict[str, Any]:
    """Every macro of the project, as dbt would offer it on an engine; unless the context says so, nothing executes."""

    def raise_compiler_error(message: str) -> None:
        raise CompilerError(message)

    def dispatch(name: str) -> Any:
        return macros.get(f"{engine}__{name}") or macros[f"default__{name}"]

    macros: dict[str, Any] = {
        "adapter": SimpleNamespace(dispatch=dispatch),
        "exceptions": SimpleNamespace(raise_compiler_error=raise_compiler_error),
        "target": SimpleNamespace(type=engine),
        "dbt": SimpleNamespace(type_string=lambda: "string"),
        "execute": False,
        "return": lambda returned: returned,
    } | context
    environment, code = compiled_macros()
    module = Template.from_code(environment, code, environment.make_globals(macros)).module
    macros |= {name: macro for name, macro in vars(module).items() if not name.startswith("_")}
    return macros


def call(macros: dict[str, Any], name: str) -> str:
    """Calls a macro with the names of its arguments; an argument that is a list has one element."""
    arguments = [[argument] if argument == "order_by" else argument for argument in macros[name].arguments]
    return str(macros[name](*arguments))


def test_there_are_engine_macros() -> None:
    assert len(DISPATCHED) >= 12
    assert len(set(DISPATCHED)) == len(DISPATCHED)


@pytest.mark.parametrize("name", DISPATCHED)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_dispatched_macro_has_a_form_of_its_own_for_each_engine(engine: str, name: str) -> None:
    macros = project_macros(engine)
    form = macros[f"{engine}__{name}"]
    assert form.arguments == macros[name].arguments
    assert call(macros, name).strip() == call(macros, f"{engine}__{name}").strip()


@pytest.mark.parametrize("name", DISPATCHED)
def test_an_engine_without_a_form_is_named(name: str) -> None:
    macros = project_macros("postgres")
    assert macros[f"default__{name}"].arguments == macros[name].arguments
    with pytest.raises(CompilerError) as raised:
        call(macros, name)
    assert str(raised.value) == (
        f"macro {name} has no form for engine postgres: write postgres__{name} in macros/engine"
    )


def test_every_form_belongs_to_a_dispatched_macro() -> None:
    forms = re.findall(r"\{% macro (?:duckdb|spark|default)__(\w+)\(", "\n".join(ENGINE_MACROS.values()))
    assert set(forms) == set(DISPATCHED)


def test_only_the_engine_macros_ask_which_engine_it_is() -> None:
    offences = [
        path.relative_to(ROOT).as_posix()
        for path in tracked_files()
        if path.is_relative_to(DBT)
        and path.suffix in (".sql", ".yml")
        and path not in ENGINE_MACROS
        and path.name != "profiles.yml"
        and re.search(ENGINE_ASKED, path.read_text("utf-8"))
    ]
    assert not offences


def test_the_guard_would_catch_an_engine_asked_for() -> None:
    for text in ("{% if target.type == 'spark' %}", "target['type']", "adapter.type()", "adapter.dispatch('x')"):
        assert re.search(ENGINE_ASKED, text), text
    assert not re.search(ENGINE_ASKED, "int_points__repair_targets.type, target.schema")


class Relation(str):
    """Stands in for dbt's: a name that can be written without its database."""

    schema = property(lambda self: self.partition(".")[0])

    def include(self, database: bool) -> Relation:
        return self


def model_on_spark(path: Path) -> str:
    """A model's SQL as dbt-spark compiles it; the few macros of dbt's own that models call are written out here."""
    dbts_own = SimpleNamespace(
        type_string=lambda: "string",
        datediff=lambda first, second, part: f"date_diff({second}, {first})",
        position=lambda part, text: f"position({part}, {text})",
    )
    macros = project_macros(
        "spark",
        dbt=dbts_own,
        config=lambda **_: "",
        fromjson=json.loads,
        ref=lambda name: Relation(f"models.{name}"),
        source=lambda schema, name: Relation(f"{schema}.{name}"),
        this=Relation(f"models.{path.stem}"),
    )
    # as in dbt, a key that a dictionary lacks is false; a macro that is missing cannot be called
    environment = Environment(extensions=["jinja2.ext.do"])
    return environment.from_string(path.read_text("utf-8"), macros).render()


@pytest.mark.parametrize("path", sql_files("models"), ids=lambda path: path.stem)
def test_every_model_parses_as_the_sql_of_spark(path: Path) -> None:
    tree = sqlglot.parse_one(model_on_spark(path), read="spark")
    assert tree.find(exp.Select)
    assert not list(tree.find_all(exp.Command)), "a statement that sqlglot does not know"


def test_the_parser_would_catch_sql_that_spark_does_not_know() -> None:
    for text in ("select x:: from t", "select unnest(t) as from t", "select a from t where d between"):
        with pytest.raises(sqlglot.ParseError):
            sqlglot.parse_one(text, read="spark")


class Cluster:
    """Stands in for Spark while a model is built: keeps what it is asked, and says how many rows each turn has."""

    def __init__(self, *row_counts: int) -> None:
        self.statements: list[str] = []
        self.row_counts = iter(row_counts)

    def run_query(self, statement: str) -> Any:
        self.statements.append(statement)
        if statement.startswith("show tables"):
            return [("walks", "model__turn_0", False), ("walks", "model__turn_1", False)]
        count = [next(self.row_counts)] if statement.startswith("select count(*)") else []
        return SimpleNamespace(columns=[SimpleNamespace(values=lambda: count)])

    def macros(self) -> dict[str, Any]:
        this = SimpleNamespace(schema="walks", identifier="model", include=lambda database: "walks.model")
        return project_macros(
            "spark", execute=True, flags=SimpleNamespace(WHICH="build"), this=this, run_query=self.run_query
        )


def recursion(macros: dict[str, Any]) -> str:
    return str(macros["recursion"]("walked", "given as (select 1 as n)", "select n from given", "select n from walked"))


def test_spark_makes_a_table_of_each_turn_until_one_is_empty() -> None:
    cluster = Cluster(2, 1, 0)
    sql = recursion(cluster.macros())
    created = [statement for statement in cluster.statements if statement.startswith("create table")]
    assert [statement.split()[2] for statement in created] == [f"walks.model__turn_{turn}" for turn in range(3)]
    assert created[0].endswith("with given as (select 1 as n) select * from (select n from given)")
    assert created[2].endswith(
        "with given as (select 1 as n), walked as (select * from walks.model__turn_1) select * from (select n from walked)"
    )
    assert re.findall(r"from (\S+)", sql) == [f"walks.model__turn_{turn}" for turn in range(3)]


def test_a_recursion_on_spark_that_does_not_end_stops_the_build() -> None:
    with pytest.raises(CompilerError, match="recursion walked has not ended after 10000 turns"):
        recursion(Cluster(*[1] * 10_000).macros())


def test_spark_drops_the_turns_after_the_model() -> None:
    cluster = Cluster()
    assert not cluster.macros()["drop_turns"]().strip()
    assert cluster.statements == [
        "show tables in walks like 'model__turn_*'",
        "drop table walks.model__turn_0",
        "drop table walks.model__turn_1",
    ]


@pytest.mark.parametrize(("engine", "dialect"), [("duckdb", "duckdb"), ("spark", "spark")])
def test_a_recursion_that_is_only_compiled_can_be_read(engine: str, dialect: str) -> None:
    tree = sqlglot.parse_one(recursion(project_macros(engine)) + " select * from walked", read=dialect)
    assert {table.alias for table in tree.find_all(exp.CTE)} >= {"given", "walked"}
