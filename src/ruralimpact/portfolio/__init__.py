"""Registers of projects: targets and reach, ratios, financing, products, and what documents print of them."""
