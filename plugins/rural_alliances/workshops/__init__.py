"""The synthetic stand-in for the regional workshops: a register, who came, and their answers."""
