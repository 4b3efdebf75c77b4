"""Look every monitor through and try its cases (the same as `sereno check monitors`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from launch import launch

launch("check", "monitors")
