"""From survey tables to analysis samples: income, poverty, employment, and who is compared."""
