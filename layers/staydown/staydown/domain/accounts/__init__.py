"""Accounts: what blocks them, strikes, warnings and suspensions."""
