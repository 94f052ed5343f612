"""Snakemake with progress in plain words, one error line, and no leftovers."""
