"""`make demo`: the story of an image, played against the local stack through its public interfaces."""
