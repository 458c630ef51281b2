"""Notices: what a reporter or an account holder is told, in their language, and as an e-mail."""
