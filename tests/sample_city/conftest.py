"""The sample cities that the tests share: a clean one, and the default one with its result at the door."""

from __future__ import annotations

from pathlib import Path

import pytest

from sample_city import write_city
from tests.conftest import BuiltCity
from tests.sample_city.reading import Read


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("clean")
    write_city(directory, years=1, clean=True)
    return directory


@pytest.fixture(scope="session")
def dirty(built_city: BuiltCity) -> Path:
    """The default sample, written once per session."""
    return built_city.sample


@pytest.fixture(scope="session")
def read(dirty: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    return Read(dirty, tmp_path_factory.mktemp("home"))
