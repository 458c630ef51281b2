"""HTTP at the edge: what every function behind the API has in common."""
