"""Show every setting with its source, and what is wrong (the same as `sereno check config`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from launch import launch

launch("check", "config")
