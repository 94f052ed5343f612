"""Designs without outcomes: propensity, matches and weights, balance."""
