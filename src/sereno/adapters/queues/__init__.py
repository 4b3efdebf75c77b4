"""Tables in which other programs leave mail: every kind of database under one code."""
