"""The composition root: the one place that picks implementations, and imports the heavy ones late.

Nothing is imported here: the resting master needs `resting` alone, and the rest is ten times as large.
"""
