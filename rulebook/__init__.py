"""A city's rules as data: reading, linting, importing and comparing rulebooks. Scores nothing itself."""
