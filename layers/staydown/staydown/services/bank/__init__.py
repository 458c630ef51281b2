"""The bank of judged images: its entries, its views, its log."""
