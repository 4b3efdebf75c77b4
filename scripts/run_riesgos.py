"""Go the round of the projects' risks, now (the same as `sereno job riesgos`)."""

from launch import launch

launch("job", "riesgos")
