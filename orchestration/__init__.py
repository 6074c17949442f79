"""Runs the house: Dagster's definitions at the top, `building` (one build), `operations` (a home over time), `cli`.

The only package that imports dagster and dbt. No business rule lives here: rules are dbt models and rulebook data,
parsing is `ingestion`, what a release is and who reads it is `serving`.
"""
