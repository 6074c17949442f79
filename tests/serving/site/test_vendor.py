"""The libraries in the site are those that the manifest names, whole and with their licences."""

from __future__ import annotations

import hashlib
import re

from serving.outputs.site import VENDOR, libraries


def test_every_file_is_the_one_that_the_manifest_names() -> None:
    named = {file["name"]: file["sha256"] for library in libraries() for file in library["files"]}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "manifest.json"
    }
    assert found == named


def test_every_library_says_its_version_and_brings_its_licence() -> None:
    for library in libraries():
        names = [file["name"] for file in library["files"]]
        assert library["licence_file"] in names
        script = next(VENDOR / name for name in names if name.endswith(".js"))
        assert library["version"] in script.read_text("utf-8"), library["name"]
        licence = (VENDOR / library["licence_file"]).read_text("utf-8")
        assert {"MIT": "MIT", "Apache-2.0": "Apache License"}[library["license"]] in licence


def test_a_map_of_the_source_would_be_asked_of_the_site_itself() -> None:
    for path in VENDOR.glob("*.js"):
        assert not re.search(r"sourceMappingURL=\w*:?//", path.read_text("utf-8")), path.name
