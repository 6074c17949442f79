"""Short cuts of the tests of parsers."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.parsing import Refused


def reason(parse: Any, *args: Any) -> str:
    with pytest.raises(Refused) as refused:
        parse(*args)
    return refused.value.reason
