"""From the exports as they arrive to a typed lake. Knows nothing of dbt, Dagster or Great Expectations."""
