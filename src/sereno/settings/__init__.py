"""Read every variable of `.env` and the environment, or tell every fault at once."""

from sereno.settings.advice import advice, mail_modes
from sereno.settings.agreement import Purpose
from sereno.settings.explaining import Explained, explain_settings
from sereno.settings.loading import load_settings
from sereno.settings.orders import standing_orders
from sereno.settings.surroundings import (
    demo_environment,
    home,
    is_configured,
    monitors_folder,
    notify_socket,
    own_mark,
    settled_environment,
)
from sereno.settings.values import Mail, RegisterAccess, Settings, Smtp
from sereno.settings.variable import Variable
from sereno.settings.variables import variables

__all__ = [
    "Explained",
    "Mail",
    "Purpose",
    "RegisterAccess",
    "Settings",
    "Smtp",
    "Variable",
    "advice",
    "demo_environment",
    "explain_settings",
    "home",
    "is_configured",
    "load_settings",
    "mail_modes",
    "monitors_folder",
    "notify_socket",
    "own_mark",
    "settled_environment",
    "standing_orders",
    "variables",
]
