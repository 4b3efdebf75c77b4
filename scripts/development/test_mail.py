"""Send one test mail straight over the relay (the same as `sereno check test-mail`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from launch import launch

if __name__ == "__main__":  # a test runner that takes the name for a test's may import it
    launch("check", "test-mail")
