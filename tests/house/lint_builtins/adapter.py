"""Stands in for dbt's `adapter` while SQL is linted without dbt: a dispatched macro writes its form for DuckDB."""

from collections.abc import Callable
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context


def dispatch(macro_name: str, *_: object) -> Callable[..., Any]:
    """What `macros/engine/` calls: the macro's `duckdb__` form, found where the call stands."""

    @pass_context
    def form(context: Context, *arguments: object, **options: object) -> Any:
        return context["duckdb__" + macro_name](*arguments, **options)

    return form
