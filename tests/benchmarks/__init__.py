"""Figures, each measured in one run."""
