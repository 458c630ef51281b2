"""Decode, hash and align images. The only package that imports Pillow, OpenCV and pillow-heif."""
