"""What people report, and how they follow it."""
