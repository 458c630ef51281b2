"""Misuse: strikes, warnings, reviews, and suspensions with their end."""
