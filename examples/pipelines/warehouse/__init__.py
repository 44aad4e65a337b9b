"""Yesterday's orders into the warehouse."""
