"""`make load`: send many uploads to a stack, and account for each."""
