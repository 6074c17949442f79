"""dbt's own pages on the project, as one static HTML file: made once per state of the project and kept beside it.

As `dbt docs generate --static` makes it, from the parsed project alone: no database is asked, so that no data stands in
it, and what differs between two equal projects (clocks, ids, paths) is left out. It changes no score, so it is no part of
the scoring revision. Belongs here: what the pages are made of. Does not belong here: where a release keeps them
(`serving.outputs.dbt_docs`), parsing (`building.dbt_project`).
"""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ingestion.atomic_files import write_text_atomically

_PAGE = "docs.html"
_MANIFEST, _CATALOG = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'
# The pages ask no other host for anything.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'"
)
_DATABASE = "firemark"
_METADATA = ("dbt_schema_version", "dbt_version", "project_name", "adapter_type")
# Clocks, paths of this machine, what only dbt itself reads.
_LEFT_OUT = {
    *("build_path", "checksum", "compiled_path", "created_at", "relation_name", "root_path", "unrendered_config"),
    *("unrendered_database", "unrendered_schema"),
}


def docs_page(parsed: Path, manifest: Callable[[Path], Mapping[str, Any]]) -> Path:
    """The file, made if it is not there yet. `parsed`: the folder of the parsed project; `manifest` reads dbt's manifest
    in it."""
    page = parsed / _PAGE
    if not page.exists():
        write_text_atomically(page, static_page(manifest(parsed)))
    return page


def static_page(manifest: Mapping[str, Any]) -> str:
    """dbt's page with a project in it."""
    template = (importlib.resources.files("dbt.task.docs") / "index.html").read_text("utf-8")
    kept = shown(manifest)
    page = template.replace(_MANIFEST, _inline(kept), 1).replace(_CATALOG, _inline(catalog(kept)), 1)
    if page == template or _MANIFEST in page or _CATALOG in page:
        raise ValueError("dbt's page has no place for a project: its form has changed with the version of dbt")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    return page.replace("<head>", f"<head>{policy}", 1)


def shown(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the pages show of a manifest: the project's own nodes and macros, without unit tests, whose rows are made up."""
    project = manifest["metadata"]["project_name"]
    macros = {name: _kept(macro) for name, macro in manifest["macros"].items() if macro["package_name"] == project}
    nodes = {name: _kept(node) for name, node in manifest["nodes"].items()}
    sources = {name: _kept(source) for name, source in manifest["sources"].items()}
    exposures = {name: _kept(exposure) for name, exposure in manifest["exposures"].items()}
    for node in (*nodes.values(), *macros.values(), *exposures.values()):
        depends_on = node["depends_on"]
        depends_on["macros"] = [name for name in depends_on.get("macros", ()) if name in macros]
    there = nodes.keys() | sources.keys() | exposures.keys()
    return {
        "metadata": {name: manifest["metadata"][name] for name in _METADATA},
        **{"nodes": nodes, "sources": sources, "macros": macros, "exposures": exposures},
        "docs": {name: doc for name, doc in manifest["docs"].items() if doc["package_name"] == project},
        "groups": manifest["groups"],
        **{name: {} for name in ("metrics", "disabled", "saved_queries", "semantic_models", "unit_tests")},
        "selectors": {},
        "parent_map": _between(manifest["parent_map"], there),
        "child_map": _between(manifest["child_map"], there),
    }


def _kept(node: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in node.items() if name not in _LEFT_OUT}
    if "depends_on" in kept:
        kept["depends_on"] = dict(kept["depends_on"])
    return kept | ({"database": _DATABASE} if "database" in kept else {})


def _between(edges: Mapping[str, Iterable[str]], there: Iterable[str]) -> dict[str, list[str]]:
    known = set(there)
    return {name: [other for other in others if other in known] for name, others in edges.items() if name in known}


def catalog(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The types of columns as the YAML declares them, in the form in which dbt would ask a database for them."""

    def listed(nodes: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: {
                "unique_id": name,
                "metadata": {
                    **{"type": node.get("config", {}).get("materialized", "source"), "schema": node["schema"]},
                    **{"name": node["name"], "database": _DATABASE, "comment": None, "owner": None},
                },
                "columns": {
                    column["name"]: {
                        **{"name": column["name"], "type": column.get("data_type") or "", "index": index},
                        "comment": column["description"],
                    }
                    for index, column in enumerate(node["columns"].values(), start=1)
                },
                "stats": {},
            }
            for name, node in nodes.items()
            if node["resource_type"] in ("model", "seed", "source")
        }

    return {"metadata": {}, "nodes": listed(kept["nodes"]), "sources": listed(kept["sources"]), "errors": None}


def _inline(content: Any) -> str:
    """JSON inside a script: nothing in it ends the script."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("</", "<\\/").replace("<!--", "<\\u0021--")
