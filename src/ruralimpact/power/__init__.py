"""What the next wave could detect."""
