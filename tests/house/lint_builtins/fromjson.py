"""Stands in for dbt's `fromjson(...)` while SQL is linted without dbt."""

import json
import sys
from types import ModuleType


class _FromJson(ModuleType):
    def __call__(self, text: str) -> object:
        return json.loads(text)


sys.modules[__name__].__class__ = _FromJson
