"""An independent reading of the rules: a naive scorer, a generator of cities, and the comparison with the SQL."""
