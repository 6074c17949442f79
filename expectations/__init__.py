"""Great Expectations suites for received batches (the door) and for releases, and their runner.

Does not import dagster, dbt or ingestion. Whether our own logic holds is tested by dbt tests, not by suites.
"""
