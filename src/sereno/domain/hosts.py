"""Is this host an IP address, or this very machine? Settings and mail ask here, and so agree."""

from ipaddress import ip_address


def is_ip(text: str) -> bool:
    """Tell whether the text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Tell whether a host name or IP address is this very machine."""
    return host.lower() == "localhost" or (is_ip(host) and ip_address(host).is_loopback)
