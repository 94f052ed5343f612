"""Who is not found again: response, weights for it, and bounds."""
