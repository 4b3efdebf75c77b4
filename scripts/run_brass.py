"""Go the round of the measuring equipment, now (the same as `sereno job brass`)."""

from launch import launch

launch("job", "brass")
