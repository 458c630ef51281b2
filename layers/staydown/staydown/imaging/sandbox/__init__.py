"""The decoding sandbox: warm child processes that decode one file at a time and may die."""
