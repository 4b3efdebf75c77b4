"""Check that the registers can be read and are as declared (the same as `sereno check registers`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from launch import launch

launch("check", "registers")
