"""Knock once at all that Sereno talks to (the same as `sereno check connection`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from launch import launch

if __name__ == "__main__":  # a test runner that takes the name for a test's may import it
    launch("check", "connection")
