"""A function of the small stack."""
