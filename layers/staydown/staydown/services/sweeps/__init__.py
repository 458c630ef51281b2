"""Sweeps: finding published copies after a change of the bank."""
