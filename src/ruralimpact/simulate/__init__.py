"""Data-generating processes with stated truth."""
