"""What the raw data are like, wave by wave: gaps by arm, heaping, outliers, interviewers."""
