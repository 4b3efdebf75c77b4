"""Use cases: what happens, in which order, told in terms of ports."""
