"""Audit commands for operators: verify chains, export a case, check a bundle offline."""
