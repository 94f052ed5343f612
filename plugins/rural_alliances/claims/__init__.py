"""Claims: numbers that published reports print, recomputed, and set beside estimates."""
