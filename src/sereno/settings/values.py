"""The settings as the rest of the code sees them: plain, typed, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from sereno.domain.cadence import Cadence
from sereno.domain.cycle import CycleTimes, NightHours
from sereno.domain.mail_policy import MailPolicy
from sereno.domain.rules import Setting
from sereno.engine.housekeeping import Retention

LogFormat = Literal["text", "json"]
Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True)
class Smtp:
    """Say how the relay is reached."""

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None = field(repr=False)
    ca_file: Path | None
    timeout: float
    """Seconds."""
    data_timeout: float
    """Seconds to wait for the answer to the final dot."""
    connections: int
    messages_per_connection: int


@dataclass(frozen=True, slots=True)
class Mail:
    """Say in whose name mail leaves, and where it is kept when it must not."""

    domain: str | None
    sender: str | None
    """Replaces the From address of every message."""
    return_path: str | None
    trial: bool
    """Nobody receives anything: by MAIL_TRIAL or MAIL_REDIRECT_TO."""
    redirect_to: str | None
    folder: Path
    policy: MailPolicy
    recipients_at_once: int
    attachment_roots: tuple[Path, ...]
    attachment_bytes: int


@dataclass(frozen=True, slots=True)
class Console:
    """Say whose word is taken for who enters the console, beside its own users; nobody's as a rule."""

    proxy_header: str
    proxies: tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True, slots=True)
class RegisterAccess:
    """Say how a register is reached; without a URL it is not configured."""

    name: str
    url: str | None = field(repr=False)
    password: str | None = field(repr=False)
    """Replaces the URL's own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold every setting; paths are absolute."""

    home: Path
    env_file: Path
    tz: ZoneInfo
    holidays_country: str
    holidays_subdiv: str | None
    festivos_file: Path
    cycle_times: CycleTimes
    night: NightHours
    script_timeout: timedelta
    max_workers: int
    reload: Literal["signal", "auto"]
    """When the master reads its settings anew: at a signal alone, or when their file has changed too."""
    status_file: Path
    log_file: Path
    log_level: str
    log_format: LogFormat
    state_db_url: str = field(repr=False)
    blind_send_at: time
    repeat: tuple[int, ...]
    """Working days after which what is overdue is told again; empty leaves it to each digest."""
    digest_rows: int
    digest_xlsx_from: int
    operators: tuple[str, ...]
    heartbeat_url: str | None = field(repr=False)
    console: Console
    substitutes_file: Path | None
    console_url: str | None
    """Where readers reach their own pages, without a slash at its end; None where they have none."""
    smtp: Smtp | None
    mail: Mail
    registers: Mapping[str, RegisterAccess]
    queues: Mapping[str, RegisterAccess]
    """The configured ones alone."""
    thresholds: Mapping[str, Mapping[str, Setting]]
    """Monitor → setting as declared → value."""
    audiences: Mapping[str, str]
    """`monitor/digest` → a role or addresses; only where the declared one is replaced."""
    cadences: Mapping[str, Cadence]
    """`monitor/digest` → cadence; only where the declared one is replaced."""
    retention: Retention
    demo_since: datetime | None
    """The instant at which the demo began: its mail folder is then the relay."""
    warnings: tuple[str, ...]
