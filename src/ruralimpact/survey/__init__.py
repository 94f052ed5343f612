"""From raw survey files to clean survey tables: readers, codebook, identifiers, quality."""
