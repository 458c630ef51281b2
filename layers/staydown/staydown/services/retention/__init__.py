"""How long things are kept, and erasing them."""
