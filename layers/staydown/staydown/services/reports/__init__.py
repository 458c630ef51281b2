"""Filing, completing, withdrawing and following reports."""
