"""What a release is and who reads it: its identity, its switch, questions to it, the outputs made from it.

Imports no dagster, no dbt and nothing of orchestration: what serving needs to know of a home's operation (a command to
paste, how the last build ended) is handed in or added by who calls. No rule about credit lives here either.
"""
