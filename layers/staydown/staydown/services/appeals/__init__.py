"""Filing appeals, and deciding them."""
