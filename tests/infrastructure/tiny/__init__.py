"""A stack of a few functions, for the tests of the local stack itself."""
