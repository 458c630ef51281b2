"""Blocking accounts, and letting them go."""
