"""The console: pages for people and answers for machines, all of them read-only."""
