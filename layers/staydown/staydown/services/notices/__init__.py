"""Notices, webhooks and e-mail."""
