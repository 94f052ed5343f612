"""The answer in short: headline estimates, what speaks against them, and a verdict, all in few words."""
