"""Judging cases, and what a decision leads to."""
