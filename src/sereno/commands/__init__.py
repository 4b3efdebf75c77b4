"""What each command does, on the site that `bootstrap` builds; each returns an exit code.

The command line imports the module of the command that it runs, and no other: the rest costs it nothing.
"""
