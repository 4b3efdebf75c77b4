"""Go the round of the nonconformities and their tasks, now (the same as `sereno job no_conformidades`)."""

from launch import launch

launch("job", "no_conformidades")
