"""For whom the effect is larger: effects by subgroup, and tests that they are equal."""
