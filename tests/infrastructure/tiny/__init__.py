"""A small stack of three functions, for the tests of the local stack."""
