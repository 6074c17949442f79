"""Stands in for dbt's `return(...)` while SQL is linted without dbt: hands on what a macro returns."""

import sys
from types import ModuleType


class _Return(ModuleType):
    def __call__(self, returned: object) -> object:
        return returned


sys.modules[__name__].__class__ = _Return
