"""Survival with competing ends: Kaplan-Meier and Aalen-Johansen with scores of units, bounds, reasons."""
