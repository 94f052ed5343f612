"""What of a raw file must not leave it: keyed identifiers, columns that look like identifiers, messages."""
