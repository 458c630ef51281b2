"""Asking for another look, and deciding it."""
