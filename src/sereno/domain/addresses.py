"""Is this an address that somebody can be written at? Settings and directory ask here, and so agree."""


def check_address(text: str) -> str | None:
    """Return the address to write to, in the form that relays take; None where the text is no address."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 (only where one is checked)

    try:
        checked = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None
    return checked.ascii_email or checked.normalized
