"""Tell what is wrong with the working calendar (the same as `sereno check calendar`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from launch import launch

launch("check", "calendar")
