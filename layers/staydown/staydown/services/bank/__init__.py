"""The bank: its entries, its indexes in memory, and its log."""
