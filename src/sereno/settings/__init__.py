"""Read every variable of `.env` and the environment, or tell every fault at once."""

from sereno.settings.agreement import Purpose
from sereno.settings.loading import load_settings
from sereno.settings.surroundings import demo_environment, home, is_configured, job_environment
from sereno.settings.values import Mail, RegisterAccess, Settings, Smtp
from sereno.settings.variables import Variable, variables

__all__ = [
    "Mail",
    "Purpose",
    "RegisterAccess",
    "Settings",
    "Smtp",
    "Variable",
    "demo_environment",
    "home",
    "is_configured",
    "job_environment",
    "load_settings",
    "variables",
]
