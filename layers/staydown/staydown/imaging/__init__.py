"""Decoding and hashing images: the only package that imports Pillow. It knows nothing of AWS."""
