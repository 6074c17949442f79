"""Fixtures of the door's tests."""

from pathlib import Path

import pytest

from tests.ingestion.support import Door


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)
