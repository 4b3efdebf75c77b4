"""From texts to the frozen Settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from sereno.domain.cadence import Cadence
from sereno.domain.cycle import CycleTimes, NightHours
from sereno.domain.errors import Fault, SettingsError
from sereno.domain.mail_policy import MailPolicy
from sereno.domain.rules import DigestPlan, Monitor, Setting, url_variable
from sereno.engine.housekeeping import Retention
from sereno.settings.agreement import NO_REGION, Purpose, find_disagreements
from sereno.settings.convert import convert
from sereno.settings.kinds import FILE_URLS
from sereno.settings.names import find_misspelt_names, recognise_older_names
from sereno.settings.texts import Texts, gather_texts
from sereno.settings.values import Console, Mail, RegisterAccess, Settings, Smtp
from sereno.settings.variable import Variable
from sereno.settings.variables import (
    QUEUES,
    cadence_name,
    password_name,
    registers,
    threshold_name,
    variables,
)

MEGABYTE = 1024 * 1024
_PORTS = {"none": 25, "starttls": 587, "tls": 465}


def load_settings(
    monitors: Sequence[Monitor], *, purpose: Purpose, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read `.env` and the environment (the process's own, unless given); the environment wins.

    Raises SettingsError with every fault there is.
    """
    read = read_settings(monitors, purpose=purpose, environ=environ)
    if read.faults:
        raise SettingsError(read.faults)
    return _settings(monitors, read.texts, read.typed, read.warnings)


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what was read, and what is wrong with it."""

    known: tuple[Variable, ...]
    texts: Texts
    typed: Mapping[str, Any]
    """A value for each variable that is set or has a default; a faulty one has its default."""
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]


def read_settings(
    monitors: Sequence[Monitor], *, purpose: Purpose, environ: Mapping[str, str] | None = None
) -> Reading:
    """Read every variable, and find all that is wrong."""
    known = variables(monitors)
    texts = gather_texts(known, environ)
    values = convert(known, texts)
    older = recognise_older_names(registers(monitors), texts)
    disagreements = find_disagreements(monitors, purpose, texts, values.typed)
    return Reading(
        known,
        texts,
        values.typed,
        faults=(*texts.faults, *values.faults, *older.faults, *disagreements),
        warnings=(*texts.env_file.warnings, *find_misspelt_names(known, texts), *older.warnings),
    )


def _settings(
    monitors: Sequence[Monitor], texts: Texts, values: Mapping[str, Any], warnings: tuple[str, ...]
) -> Settings:
    home = texts.home
    return Settings(
        home=home,
        env_file=texts.env_path,
        tz=values["SERENO_TZ"],
        holidays_country=values["HOLIDAYS_COUNTRY"],
        holidays_subdiv=_subdivision(texts, values),
        festivos_file=home / values["MASTER_FESTIVOS_FILE"],
        cycle_times=_cycle_times(values),
        night=NightHours(values["MASTER_NOCHE_DESDE"], values["MASTER_NOCHE_HASTA"]),
        script_timeout=values["MASTER_SCRIPT_TIMEOUT"],
        max_workers=values["MASTER_MAX_WORKERS"],
        reload=values["RELOAD"],
        status_file=home / values["MASTER_STATUS_FILE"],
        log_file=home / values["MASTER_LOG_FILE"],
        log_level=values["MASTER_LOG_LEVEL"],
        log_format=values["LOG_FORMAT"],
        state_db_url=_absolute(values["STATE_DB_URL"], home),
        blind_send_at=values["BLIND_SEND_AT"],
        repeat=values.get("REPEAT_VENCIDA_HABILES", ()),
        digest_rows=values["DIGEST_ROWS"],
        digest_xlsx_from=values["DIGEST_XLSX_FROM"],
        operators=values.get("OPERATORS", ()),
        heartbeat_url=values.get("HEARTBEAT_URL"),
        console=Console(values.get("CONSOLE_PROXY_HEADER", ""), values.get("CONSOLE_PROXY_ADDRESSES", ())),
        substitutes_file=home / values["SUSTITUTOS_FILE"] if "SUSTITUTOS_FILE" in values else None,
        console_url=values.get("CONSOLE_URL"),
        smtp=_smtp(home, values) if "SMTP_HOST" in values else None,
        mail=_mail(home, values),
        registers={name: _access(name, home, values) for name in registers(monitors)},
        queues={name: _access(name, home, values) for name in QUEUES if url_variable(name) in values},
        thresholds={monitor.name: _thresholds(monitor, values) for monitor in monitors},
        audiences=_audiences(monitors, texts, values),
        cadences=_cadences(monitors, texts, values),
        retention=Retention(
            timedelta(days=values["RETENTION_BYTES_DAYS"]), timedelta(days=values["RETENTION_FOREIGN_DAYS"])
        ),
        demo_since=values.get("SERENO_DEMO_SINCE"),
        warnings=warnings,
    )


def _subdivision(texts: Texts, values: Mapping[str, Any]) -> str | None:
    """Give no other country a region of Spain."""
    if texts.get("HOLIDAYS_SUBDIV") is None and values["HOLIDAYS_COUNTRY"] != "ES":
        return None
    chosen: str = values["HOLIDAYS_SUBDIV"]
    return None if chosen == NO_REGION else chosen


def _cycle_times(values: Mapping[str, Any]) -> CycleTimes:
    return CycleTimes(
        laborable_dia=values["MASTER_CYCLE_LABORABLE_DIA"],
        laborable_noche=values["MASTER_CYCLE_LABORABLE_NOCHE"],
        no_laborable_dia=values["MASTER_CYCLE_NO_LABORABLE_DIA"],
        no_laborable_noche=values["MASTER_CYCLE_NO_LABORABLE_NOCHE"],
    )


def _smtp(home: Path, values: Mapping[str, Any]) -> Smtp:
    security = values["SMTP_SECURITY"]
    return Smtp(
        host=values["SMTP_HOST"],
        port=values.get("SMTP_PORT", _PORTS[security]),
        security=security,
        user=values.get("SMTP_USER"),
        password=values.get("SMTP_PASSWORD"),
        ca_file=home / values["SMTP_CA_FILE"] if "SMTP_CA_FILE" in values else None,
        timeout=values["SMTP_TIMEOUT"].total_seconds(),
        data_timeout=values["SMTP_DATA_TIMEOUT"].total_seconds(),
        connections=values["SMTP_CONNECTIONS"],
        messages_per_connection=values["SMTP_MESSAGES_PER_CONNECTION"],
    )


def _mail(home: Path, values: Mapping[str, Any]) -> Mail:
    return Mail(
        domain=values.get("MAIL_DOMAIN"),
        sender=values.get("MAIL_FROM"),
        return_path=values.get("MAIL_RETURN_PATH"),
        trial=_is_trial(values),
        redirect_to=values.get("MAIL_REDIRECT_TO"),
        folder=home / values["MAIL_DIR"],
        policy=_policy(values),
        recipients_at_once=values["SMTP_RECIPIENTS_PER_MESSAGE"],
        attachment_roots=tuple(home / root for root in values.get("ATTACHMENT_ROOTS", ())),
        attachment_bytes=values["ATTACHMENT_MAX_MB"] * MEGABYTE,
    )


def _is_trial(values: Mapping[str, Any]) -> bool:
    return values["MAIL_TRIAL"] or "MAIL_REDIRECT_TO" in values


def _policy(values: Mapping[str, Any]) -> MailPolicy:
    trial = _is_trial(values)
    return MailPolicy(
        trial=trial,
        hours=None if trial else values.get("MAIL_DIGEST_HOURS"),
        allowed=() if trial else values.get("MAIL_ALLOW_DOMAINS", ()),
        unknown=values["MAIL_UNKNOWN"],
        max_age=timedelta(hours=values["MAIL_MAX_AGE_HOURS"]),
        oldest=timedelta(days=values["MAIL_TAKE_IN_DAYS"]),
        attachment_wait=timedelta(hours=values["ATTACHMENT_WAIT_HOURS"]),
        connections=values["SMTP_CONNECTIONS"],
        per_minute=values["SMTP_RATE_PER_MINUTE"],
    )


def _access(register: str, home: Path, values: Mapping[str, Any]) -> RegisterAccess:
    url = values.get(url_variable(register))
    password = values.get(password_name(register))
    return RegisterAccess(register, None if url is None else _absolute(url, home), password)


def _absolute(url: str, home: PurePath) -> str:
    """Take a file's path as it is written, from the home; what a URL would read in it is quoted away."""
    scheme = next((kind for kind in ("sqlite:///", *FILE_URLS) if url.startswith(kind)), None)
    if scheme is None:
        return url
    path, options = url.removeprefix(scheme), ""
    if scheme.startswith("access"):  # the one kind whose address may have options
        path, mark, options = path.partition("?")
        options = mark + options
    placed = quote(_placed(path, home, scheme).as_posix(), safe="/:")
    return f"{scheme}{placed}{options}"


def _placed(path: str, home: PurePath, scheme: str) -> PurePath:
    """Take `/server/share/…` on Windows for what it is: no drive has such a folder."""
    is_share = isinstance(home, PureWindowsPath) and path.startswith("/") and scheme != "sqlite:///"
    return home / (f"//{path.lstrip('/')}" if is_share else path)


def _thresholds(monitor: Monitor, values: Mapping[str, Any]) -> dict[str, Setting]:
    return {setting: values[threshold_name(monitor, setting)] for setting in monitor.settings}


def _audiences(monitors: Sequence[Monitor], texts: Texts, values: Mapping[str, Any]) -> dict[str, str]:
    named = ((key, digest.to_variable) for key, _, digest in _digests(monitors))
    return {key: values[name] for key, name in named if name is not None and texts.get(name) is not None}


def _cadences(monitors: Sequence[Monitor], texts: Texts, values: Mapping[str, Any]) -> dict[str, Cadence]:
    """Take a digest's own variable, else the older one that names its weekday alone."""
    cadences: dict[str, Cadence] = {}
    for key, monitor, digest in _digests(monitors):
        name, weekday = cadence_name(monitor, digest), digest.weekday_variable
        if texts.get(name) is not None:
            cadences[key] = values[name]
        elif weekday and texts.get(weekday) is not None:
            cadences[key] = replace(digest.cadence, weekday=values[weekday])
    return cadences


def _digests(monitors: Sequence[Monitor]) -> list[tuple[str, Monitor, DigestPlan]]:
    return [
        (f"{monitor.name}/{digest.name}", monitor, digest)
        for monitor in monitors
        for digest in monitor.digests
    ]
