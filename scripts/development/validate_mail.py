"""Go through each step of a connection to the relay (the same as `sereno check mail`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from launch import launch

launch("check", "mail")
