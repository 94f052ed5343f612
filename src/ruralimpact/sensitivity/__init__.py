"""How much hidden bias, or which choice, would change a conclusion."""
