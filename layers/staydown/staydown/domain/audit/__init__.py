"""The audit: hash chains, their anchors, and bundles for courts."""
