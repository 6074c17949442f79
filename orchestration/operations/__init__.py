"""A home over time: the writer's lock, the last build, alerts, dbt's pages, the Dagster instance, the servers.

Does not belong here: a build's steps (`building`), words and options (`cli`).
"""
