"""The person key fails closed."""

from __future__ import annotations

import pytest

from ingestion.settings import ConfigurationError, Settings
from tests.ingestion.support import (
    DAY,
    PERSONNEL,
    Door,
    make_id,
    person,
)


def test_a_home_without_a_lake_makes_its_key_and_keeps_it(door: Door) -> None:
    door.put(PERSONNEL, DAY, "a.xlsx", [person()])
    door.ingest()
    secret = door.settings.person_key.read_bytes()
    door.ingest()
    assert door.settings.person_key.read_bytes() == secret
    hits = [p for p in door.settings.home.rglob("*") if p.is_file() and secret.strip() in p.read_bytes()]
    assert hits == [door.settings.person_key]


def test_a_missing_or_another_key_stops_the_build(door: Door) -> None:
    door.put(PERSONNEL, DAY, "a.xlsx", [person()])
    door.ingest()
    manifest = door.settings.manifest.read_bytes()
    secret = door.settings.person_key.read_bytes()
    for content in (None, b"", b"short", b"another key, long enough\n", secret[:-2] + b"x\n"):
        door.settings.person_key.unlink()
        if content is not None:
            door.settings.person_key.write_bytes(content)
        with pytest.raises(ConfigurationError) as error:
            door.ingest()
        assert secret.strip().decode() not in str(error.value)
        if content is None:
            assert not door.settings.person_key.exists()
            door.settings.person_key.write_bytes(b"placeholder")
    assert door.settings.manifest.read_bytes() == manifest
    door.settings.person_key.write_bytes(secret)
    assert door.ingest().new_count == 0


def test_the_key_may_come_from_a_file_that_the_environment_names(door: Door) -> None:
    given = door.root / "key"
    given.write_bytes(b"k" * 32 + b"\n")
    door.settings = Settings(door.settings.home, given)
    door.put(PERSONNEL, DAY, "a.xlsx", [person()])
    door.ingest()
    import hmac

    assert door.rows(PERSONNEL)[0]["person_key"] == hmac.digest(b"k" * 32, make_id(1).encode(), "sha256").hex()
    assert door.settings.person_key.read_bytes() == given.read_bytes()
    given.write_bytes(b"another key of some length")
    with pytest.raises(ConfigurationError):
        door.ingest()
    door.settings = Settings(door.settings.home, door.root / "missing")
    with pytest.raises(ConfigurationError):
        door.ingest()
    door.settings = Settings(door.settings.home)
    assert door.ingest().new_count == 0


def test_a_lake_without_manifest_and_key_is_not_taken_for_a_new_home(door: Door) -> None:
    door.put(PERSONNEL, DAY, "a.xlsx", [person()])
    door.ingest()
    for path in (door.settings.manifest, door.settings.person_key):
        path.unlink()
    with pytest.raises(ConfigurationError):
        door.ingest()
