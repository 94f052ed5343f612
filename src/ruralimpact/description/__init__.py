"""What analyses share that describe units and compare none: their records, and who was excluded."""
