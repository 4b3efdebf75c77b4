"""Start the master daemon (the same as `sereno master`)."""

from launch import launch

launch("master")
