"""The bank: entries, fingerprints, alignments, and the verdict on a match."""
