"""Show who has each role, and whom mail does not reach (the same as `sereno check directory`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from launch import launch

launch("check", "directory")
