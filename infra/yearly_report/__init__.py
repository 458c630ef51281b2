"""The yearly transparency report, from the figures of the API."""
