"""What a new survey wave brings: questionnaire change, units found and lost, numbers that moved."""
