"""Accounts and verified reporters: blocks, strikes, warnings and suspensions."""
