"""Registers: one adapter for each kind, all offering just "fetch these columns of this table"."""
