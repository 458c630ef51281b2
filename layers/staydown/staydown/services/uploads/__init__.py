"""Uploads: from the ticket to the verdict, and what a verdict does to an image."""
