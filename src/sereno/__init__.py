"""Sereno: the watchman of an engineering department's records."""

__version__ = "0.1.0"
