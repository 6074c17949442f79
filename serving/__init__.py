"""What a release is and who reads it: its identity, its switch, queries on it, the outputs made from it.

Imports no dagster, no dbt and nothing of orchestration: what serving needs to know about a home's operation (a
command to paste, how the last build ended) is passed in or added by the caller. No rule about credit is here either.
"""
