"""Mutation of the scoring SQL: do the tests notice when a comparison, a bound, a sign or a join is wrong?"""
