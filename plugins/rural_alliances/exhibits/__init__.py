"""The ledger of claims, and the claims of a study beside its estimates, as tables, figure and page."""
