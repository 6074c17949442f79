"""Runs the house: Dagster definitions, the release, the command line. The only package that imports dagster.

No business rule lives here: rules are dbt models and rulebook data, parsing is `ingestion`.
"""
