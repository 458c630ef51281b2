"""Staydown: an intimate image that was reported and judged does not come back."""
