"""Uploads: their states and stops, the content log, and sweeps."""
