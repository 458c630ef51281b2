"""Figures, and the audit."""
