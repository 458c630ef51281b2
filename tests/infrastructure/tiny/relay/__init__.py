"""One function of the tiny stack."""
