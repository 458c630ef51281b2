"""Telling everybody what concerns them."""
