"""How a dashboard is written down: where its charts stand, its filters, its colours.

Does not belong here: which charts and filters there are (`dashboards`).
"""

from __future__ import annotations

from typing import Any

from serving.outputs.superset.assets import VERSION, Dashboard, Dataset, Filter, identifier

_TEXT_HEIGHT = 12


def form(dashboard: Dashboard) -> dict[str, Any]:
    """As Superset reads it."""
    return {
        "dashboard_title": dashboard.title,
        "description": dashboard.description,
        "slug": dashboard.name,
        "css": "",
        "published": True,
        "position": _position(dashboard),
        "metadata": _metadata(dashboard),
        "uuid": dashboard.uuid,
        "version": VERSION,
    }


def _position(dashboard: Dashboard) -> dict[str, Any]:
    grid: list[str] = []
    found: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "GRID_ID": {"id": "GRID_ID", "type": "GRID", "children": grid, "parents": ["ROOT_ID"]},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": dashboard.title}},
    }
    number = 0
    for place, row in enumerate(dashboard.rows, start=1):
        row_id = f"ROW-{dashboard.name}-{place}"
        grid.append(row_id)
        children: list[str] = []
        inside = {"parents": ["ROOT_ID", "GRID_ID", row_id], "children": []}
        if isinstance(row, str):
            text_id = f"MARKDOWN-{dashboard.name}-{place}"
            children.append(text_id)
            meta = {"code": row, "width": 12, "height": _TEXT_HEIGHT}
            found[text_id] = {"id": text_id, "type": "MARKDOWN", "meta": meta, **inside}
        else:
            for chart, width, height in row:
                number += 1
                chart_id = f"CHART-{chart.name}"
                children.append(chart_id)
                # Superset puts its own number in the place of chartId when it imports the bundle.
                meta = {
                    "chartId": number,
                    "uuid": chart.uuid,
                    "sliceName": chart.title,
                    "width": width,
                    "height": height,
                }
                found[chart_id] = {"id": chart_id, "type": "CHART", "meta": meta, **inside}
        found[row_id] = {
            "id": row_id,
            "type": "ROW",
            "children": children,
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
    return found


def _metadata(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "native_filter_configuration": [_filter(dashboard, one, place) for place, one in enumerate(dashboard.filters)],
        "filter_bar_orientation": "HORIZONTAL",
        "color_scheme": "supersetColors",
        "label_colors": dashboard.colours,
        "shared_label_colors": [],
        "cross_filters_enabled": True,
        "refresh_frequency": 0,
        "timed_refresh_immune_slices": [],
        "expanded_slices": {},
    }


def _filter(dashboard: Dashboard, one: Filter, place: int) -> dict[str, Any]:
    common = {
        "id": f"NATIVE_FILTER-{identifier('filter', f'{dashboard.name}/{place}')[:13]}",
        "name": one.title,
        "description": "",
        "type": "NATIVE_FILTER",
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "cascadeParentIds": [],
    }
    if one.column is None or one.dataset is None:
        return common | {
            "filterType": "filter_time",
            "targets": [{}],
            "controlValues": {"enableEmptyFilter": False},
            "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        }
    return common | {
        "filterType": "filter_select",
        "targets": [{"datasetUuid": one.dataset.uuid, "column": {"name": one.column}}],
        "controlValues": {
            "multiSelect": True,
            "enableEmptyFilter": False,
            "searchAllOptions": False,
            "inverseSelection": False,
            "defaultToFirstItem": False,
            "sortAscending": True,
        },
        "defaultDataMask": _chosen(one, one.dataset),
    }


def _chosen(one: Filter, dataset: Dataset) -> dict[str, Any]:
    if not one.chosen:
        return {"extraFormData": {}, "filterState": {}, "ownState": {}}
    values = list(one.chosen)
    return {
        "extraFormData": {"filters": [{"col": one.column, "op": "IN", "val": values}]},
        "filterState": {"value": values, "label": ", ".join(values)},
        "ownState": {},
    }
