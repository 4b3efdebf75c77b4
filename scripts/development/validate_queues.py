"""Check that the mail queues can be read and stamped (the same as `sereno check queues`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from launch import launch

launch("check", "queues")
