"""Metrics, audit, exports and statements about cases."""
