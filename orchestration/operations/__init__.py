"""A home over time: who may write, what was attempted, alerts, the Dagster instance, the servers.

Does not belong here: a build's steps (`building`), words and options (`cli`).
"""
