"""Shared code of the functions behind the HTTP API."""
