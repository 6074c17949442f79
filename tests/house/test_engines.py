"""What engines spell apart has one home, `macros/engine`: a form for each engine, and an error for any other."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined

from tests.house.project import DBT, ROOT, sql_files, tracked_files

ENGINE_MACROS = {path: path.read_text("utf-8") for path in sql_files("macros/engine")}
DISPATCHED = sorted(re.findall(r"adapter\.dispatch\('(\w+)'\)", "\n".join(ENGINE_MACROS.values())))
ENGINES = ("duckdb", "spark")
ENGINE_ASKED = r"\btarget\s*\.\s*type\b|\btarget\s*\[|\badapter\s*\.\s*(?:type|dispatch)\b"


class CompilerError(Exception):
    """Stands in for dbt's."""


def project_macros(engine: str) -> dict[str, Any]:
    """Every macro of the project, as dbt would offer it on an engine while it only parses."""
    environment = Environment(extensions=["jinja2.ext.do"], undefined=StrictUndefined)

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
    }
    texts = "".join(path.read_text("utf-8") for path in sql_files("macros"))
    module = environment.from_string(texts, globals=macros).module
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
