"""Data for other systems: signed webhooks and statements for the transparency database."""
