"""Find the bank entries and references that an image matches: exact hash index, keypoint index, file
formats."""
