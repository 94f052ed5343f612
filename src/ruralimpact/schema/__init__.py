"""What a configuration may say: a model for every set of keys, and the messages where one is broken.

Everything here is below the other parts of the package, which take their options from these models.
"""
