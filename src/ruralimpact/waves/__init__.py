"""What a new survey wave brings: drift of questions, units found and lost, numbers that moved."""
