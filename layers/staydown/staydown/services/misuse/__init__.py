"""The ladder for misuse: warnings, reviews, suspensions and their end."""
