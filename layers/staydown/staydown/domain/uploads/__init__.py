"""Uploads: their states, what stops them, the log of their content, and sweeps through it."""
