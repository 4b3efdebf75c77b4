"""Send the mail that is waiting, now (the same as `sereno deliver`)."""

from launch import launch

launch("deliver")
