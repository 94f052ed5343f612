"""Gains of units before and after: three averages, losses, variance, targeting; never effects."""
