"""`make demo`: the story of one image, played on the local stack as its clients would."""
