"""The yearly transparency report, from the metrics of the API."""
