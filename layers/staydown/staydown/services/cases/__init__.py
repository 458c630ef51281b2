"""What every use case does with a case: write it, with its audit."""
