"""Finding the copies that are up already."""
