"""`make load`: how much the stack takes, and that nothing is lost on the way."""
