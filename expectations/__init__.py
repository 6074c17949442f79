"""Great Expectations suites for the door and the release, and the runner that turns them into plain outcomes.

Imports no dagster, no dbt and no ingestion; rows that break our own logic are dbt tests, not suites.
"""
