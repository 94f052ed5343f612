"""Estimates with the influence scores behind them."""
