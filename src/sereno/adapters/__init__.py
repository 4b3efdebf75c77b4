"""Edges that we call: databases, files, mail, processes, the clock."""
