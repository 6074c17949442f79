"""Kinds of charts that the dashboards use, each as one function with the few choices that differ.

Belongs here: what Superset calls a kind and its parameters. Does not belong here: which charts there are (`dashboards`),
colours (`serving.palette`, by the dashboard).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from serving.outputs.superset.assets import Chart, Dataset

Condition = tuple[str, str, Any]  # column, operator, value
_SCHEME = "supersetColors"
_OPERATORS = {
    "==": "EQUALS",
    "!=": "NOT_EQUALS",
    "<=": "LESS_THAN_OR_EQUAL",
    ">=": "GREATER_THAN_OR_EQUAL",
    "IN": "IN",
    "IS NOT NULL": "IS_NOT_NULL",
}
_DAY = "%Y-%m-%d"
_MONTH = "%Y-%m"
_MOST_ROWS = 10_000


class Common(TypedDict, total=False):
    """What a chart of any kind may say: conditions on its rows, a description."""

    where: Sequence[Condition]
    description: str


class Undated(Common, total=False):
    """The same of a chart without an axis of days: whether the dashboard's period is a condition, too."""

    is_of_period: bool


def _conditions(dataset: Dataset, where: Sequence[Condition], is_of_period: bool) -> tuple[dict[str, Any], set[str]]:
    """Filters of a chart; a period that a dashboard asks for needs one of its own."""
    found: list[dict[str, Any]] = [
        {
            "clause": "WHERE",
            "expressionType": "SIMPLE",
            "subject": column,
            "operator": operator,
            "operatorId": _OPERATORS[operator],
            "comparator": value,
        }
        for column, operator, value in where
    ]
    asked = {column for column, _, _ in where}
    if is_of_period and dataset.period:
        found.append(
            {
                "clause": "WHERE",
                "expressionType": "SIMPLE",
                "subject": dataset.period,
                "operator": "TEMPORAL_RANGE",
                "operatorId": "TEMPORAL_RANGE",
                "comparator": "No filter",
            }
        )
        asked.add(dataset.period)
    return {"adhoc_filters": found}, asked


def _chart(
    name: str,
    title: str,
    kind: str,
    dataset: Dataset,
    *,
    parameters: dict[str, Any],
    asks: Sequence[str],
    where: Sequence[Condition] = (),
    is_of_period: bool = False,
    description: str = "",
) -> Chart:
    conditions, asked = _conditions(dataset, where, is_of_period)
    return Chart(
        name=name,
        title=title,
        kind=kind,
        dataset=dataset,
        parameters=conditions | parameters,
        asks=frozenset({*asks, *asked}),
        description=description,
    )


def number(
    name: str, words: tuple[str, str], dataset: Dataset, metric: str, *, where: Sequence[Condition] = ()
) -> Chart:
    """One number, as its metric is written: its title in Chinese, below it in English."""
    title, subtitle = words
    parameters: dict[str, Any] = {
        "metric": metric,
        "subtitle": subtitle,
        "header_font_size": 0.4,
        "subtitle_font_size": 0.15,
        "y_axis_format": next(one.form_of_number for one in dataset.metrics if one.name == metric),
    }
    return _chart(name, title, "big_number_total", dataset, parameters=parameters, asks=[metric], where=where)


def bars(
    name: str,
    title: str,
    dataset: Dataset,
    across: str,
    metric: str,
    *,
    by: str | None = None,
    is_horizontal: bool = False,
    sorted_by: str | None = None,
    is_ascending: bool = True,
    most: int | None = None,
    unit: str = "",
    label_across: str = "",
    is_scale: bool = False,
    **common: Unpack[Undated],
) -> Chart:
    """Bars of a category, or of the steps of a scale, stacked by another; in the order of names, or of the metric."""
    parameters: dict[str, Any] = {
        "x_axis": across,
        "xAxisForceCategorical": not is_scale,
        "x_axis_sort": None if is_scale else sorted_by or across,
        "x_axis_sort_asc": is_ascending,
        "x_axis_title": label_across,
        "metrics": [metric],
        "groupby": [_again(dataset, by) if by == across else by] if by else [],
        "orientation": "horizontal" if is_horizontal else "vertical",
        "stack": "Stack" if by else None,
        "sort_series_type": "name",
        "sort_series_ascending": True,
        "show_legend": bool(by) and by != across,
        "legendType": "scroll",
        "legendOrientation": "top",
        "show_value": not is_scale,
        "only_total": True,
        "order_desc": True,
        "row_limit": _MOST_ROWS,
        "truncate_metric": True,
        "show_empty_columns": True,
        "color_scheme": _SCHEME,
        "y_axis_format": ",~g",
        "y_axis_title": "" if is_horizontal else unit,
        "y_axis_title_margin": 30 if unit and not is_horizontal else 15,
        "y_axis_title_position": "Left",
        "x_axis_title_margin": 30 if label_across else 15,
        "rich_tooltip": True,
        "tooltipSortByMetric": False,
        "showTooltipTotal": bool(by),
        "minorTicks": False,
    }
    if most:
        parameters |= {"limit": most, "series_limit": most}
    return _chart(
        name,
        title,
        "echarts_timeseries_bar",
        dataset,
        parameters=parameters,
        asks=[across, metric, *filter(None, (by, sorted_by))],
        **common,
    )


def months(
    name: str,
    title: str,
    dataset: Dataset,
    day: str,
    metrics: Sequence[str],
    *,
    by: str | None = None,
    unit: str = "",
    **common: Unpack[Common],
) -> Chart:
    """Bars by month, stacked."""
    parameters: dict[str, Any] = {
        "x_axis": day,
        "time_grain_sqla": "P1M",
        "x_axis_time_format": _MONTH,
        "metrics": list(metrics),
        "groupby": [by] if by else [],
        "stack": "Stack",
        "sort_series_type": "name",
        "sort_series_ascending": True,
        "show_legend": bool(by) or len(metrics) > 1,
        "legendType": "scroll",
        "legendOrientation": "top",
        "order_desc": True,
        "row_limit": _MOST_ROWS,
        "truncate_metric": True,
        "color_scheme": _SCHEME,
        "y_axis_format": ",~g",
        "y_axis_title": unit,
        "y_axis_title_margin": 40,
        "y_axis_title_position": "Left",
        "rich_tooltip": True,
        "tooltipTimeFormat": _MONTH,
        "showTooltipTotal": True,
    }
    return _chart(
        name,
        title,
        "echarts_timeseries_bar",
        dataset,
        parameters=parameters,
        asks=[day, *metrics, *filter(None, (by,))],
        is_of_period=True,
        **common,
    )


def donut(
    name: str,
    title: str,
    dataset: Dataset,
    by: str,
    metric: str,
    **common: Unpack[Undated],
) -> Chart:
    """Parts of a whole, few of them."""
    parameters: dict[str, Any] = {
        "groupby": [by],
        "metric": metric,
        "sort_by_metric": True,
        "row_limit": 20,
        "donut": True,
        "innerRadius": 40,
        "outerRadius": 65,
        "show_labels": True,
        "labels_outside": True,
        "label_type": "value",
        "label_line": True,
        "show_labels_threshold": 0,
        "show_total": True,
        "show_legend": True,
        "legendType": "plain",
        "legendOrientation": "bottom",
        "number_format": ",d",
        "color_scheme": _SCHEME,
    }
    return _chart(name, title, "pie", dataset, parameters=parameters, asks=[by, metric], **common)


def heatmap(
    name: str,
    title: str,
    dataset: Dataset,
    axes: tuple[str, str],
    metric: str,
    **common: Unpack[Undated],
) -> Chart:
    """How often two categories meet, one down and one across, few of each; the darker the more."""
    down, across = axes
    parameters: dict[str, Any] = {
        "x_axis": across,
        "groupby": down,
        "metric": metric,
        "sort_x_axis": "alpha_asc",
        "sort_y_axis": "alpha_desc",
        "normalize_across": "heatmap",
        "linear_color_scheme": "schemeBlues",
        "show_values": True,
        "show_legend": False,
        "show_percentage": False,
        "value_bounds": [None, None],
        "y_axis_format": ",d",
        "row_limit": _MOST_ROWS,
    }
    return _chart(
        name,
        title,
        "heatmap_v2",
        dataset,
        parameters=parameters,
        asks=[across, down, metric],
        **common,
    )


def pivot_table(
    name: str,
    title: str,
    dataset: Dataset,
    axes: tuple[str, str],
    metric: str,
    **common: Unpack[Undated],
) -> Chart:
    """A table of two categories, one down and one across."""
    down, across = axes
    parameters: dict[str, Any] = {
        "groupbyRows": [down],
        "groupbyColumns": [across],
        "metrics": [metric],
        "aggregateFunction": "Sum",
        "valueFormat": ",d",
        "rowTotals": False,
        "colTotals": False,
        "rowOrder": "key_a_to_z",
        "colOrder": "key_a_to_z",
        "metricsLayout": "COLUMNS",
        "combineMetric": False,
        "row_limit": _MOST_ROWS,
        "order_desc": True,
    }
    return _chart(
        name,
        title,
        "pivot_table_v2",
        dataset,
        parameters=parameters,
        asks=[down, across, metric],
        **common,
    )


def table(
    name: str,
    title: str,
    dataset: Dataset,
    columns: Sequence[str],
    *,
    order: Sequence[tuple[str, bool]],
    colours: dict[str, dict[str, str]] | None = None,
    page: int = 10,
    has_search: bool = False,
    **common: Unpack[Undated],
) -> Chart:
    """Rows; `order` names columns, each ascending or not; `colours` are those of a column's words."""
    parameters: dict[str, Any] = {
        "query_mode": "raw",
        "all_columns": list(columns),
        "order_by_cols": [f'["{column}", {str(is_up).lower()}]' for column, is_up in order],
        "row_limit": _MOST_ROWS,
        "server_page_length": page,
        "page_length": page,
        "include_search": has_search,
        "table_timestamp_format": _DAY,
        "show_cell_bars": False,
        "color_pn": False,
        "conditional_formatting": _coloured(colours or {}),
        "column_config": {},
    }
    return _chart(
        name,
        title,
        "table",
        dataset,
        parameters=parameters,
        asks=[*columns, *(column for column, _ in order)],
        **common,
    )


def totals(
    name: str,
    title: str,
    dataset: Dataset,
    by: Sequence[str],
    metrics: Sequence[str],
    *,
    order: str,
    is_descending: bool = True,
    colours: dict[str, dict[str, str]] | None = None,
    page: int = 20,
    **common: Unpack[Undated],
) -> Chart:
    """A row for each category, with several metrics; in the order of a metric."""
    parameters: dict[str, Any] = {
        "query_mode": "aggregate",
        "groupby": list(by),
        "metrics": list(metrics),
        "timeseries_limit_metric": order,
        "order_desc": is_descending,
        "row_limit": _MOST_ROWS,
        "page_length": page,
        "table_timestamp_format": _DAY,
        "show_cell_bars": False,
        "color_pn": False,
        "conditional_formatting": _coloured(colours or {}),
        "column_config": {},
    }
    return _chart(
        name,
        title,
        "table",
        dataset,
        parameters=parameters,
        asks=[*by, *metrics, order],
        **common,
    )


def _again(dataset: Dataset, name: str) -> dict[str, str]:
    """A column that a chart asks for a second time, under its label: once to place bars, once to colour them."""
    label = next(column.label for column in dataset.columns if column.name == name)
    return {"expressionType": "SQL", "sqlExpression": name, "label": label}


def _coloured(colours: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "column": column,
            "operator": "=",
            "targetValue": word,
            "colorScheme": colour,
            "useGradient": False,
            "objectFormatting": "TEXT_COLOR",
        }
        for column, of_words in colours.items()
        for word, colour in of_words.items()
    ]
