"""The way from a printed number to the rows of raw files behind it."""
