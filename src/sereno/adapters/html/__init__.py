"""Digests rendered as HTML and plain text."""
