"""Retention periods, erasure and legal holds."""
