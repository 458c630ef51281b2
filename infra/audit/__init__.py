"""The audit, for operators: verify it, export a case, check a bundle offline."""
