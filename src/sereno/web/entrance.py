"""Who is asking: a session of the console's own, a name from a trusted proxy, or anybody of this machine.

Where users exist or a proxy is trusted, nobody unknown sees a page. Where neither is so, the console listens
on this machine alone, and anybody there may read. While the store cannot be read nobody is known.
"""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.requests import HTTPConnection

from sereno.domain.access import Role, may
from sereno.domain.hosts import is_ip
from sereno.web.reading import View

COOKIE = "sereno_sesion"
_PROCESS = secrets.token_bytes(32)
"""Guards the forms of who comes by a proxy and has no session, and tags names; new at each start."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Say on which terms somebody may enter."""

    loopback: bool = True
    """Only this machine can reach the port."""
    proxy_header: str = ""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    public: str = ""
    """The host, and port, by which browsers know the console behind that proxy."""

    @property
    def local(self) -> bool:
        """Tell whether who asks is of this machine for certain: a proxy on it brings others from afar."""
        return self.loopback and not self.proxy_header and not self.proxies

    @property
    def proxied(self) -> bool:
        """Tell whether a proxy says who somebody is."""
        return bool(self.proxy_header and self.proxies)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Say who is asking, and what they may do."""

    name: str = ""
    """Empty for who has not said."""
    role: Role | None = "read"
    """`None` for who may see nothing."""
    guard: str = ""
    """Stands in each form that they are shown, and comes back with it; empty for who may send none."""
    entered: bool = False
    """By a session, which they can end."""

    def may(self, needed: Role) -> bool:
        """Tell whether they may do what needs that role."""
        return may(self.role, needed)

    @property
    def operates(self) -> bool:
        """Tell whether they may act."""
        return self.may("operate")


READER = Visitor()
"""Anybody of this machine, while no users exist."""
STRANGER = Visitor(role=None)


def visitor_of(request: HTTPConnection, view: View, terms: Terms) -> Visitor:
    """Tell who is asking; raise StoreUnavailable."""
    if view.store is None:
        return READER if _is_anybodys(view, terms) else STRANGER
    access, token, named = view.store.access, request.cookies.get(COOKIE, ""), proxied_name(request, terms)
    if named:
        known = access.user(named)
        return Visitor(named, known.role if known else None, _guard(_PROCESS, named))
    user = access.inside(hashed(token), view.now) if token else None
    if user is not None:
        return Visitor(user.name, user.role, guard_of(token), entered=True)
    return READER if _is_anybodys(view, terms) and not access.users() else STRANGER


def proxied_name(request: HTTPConnection, terms: Terms) -> str:
    """Return the name that a trusted proxy gives; empty where none does, or more than one is given."""
    names = request.headers.getlist(terms.proxy_header) if terms.proxied else []
    if len(names) != 1 or not is_trusted(request, terms):
        return ""
    return names[0].encode("latin-1").decode(errors="replace").strip()


def is_trusted(request: HTTPConnection, terms: Terms) -> bool:
    """Tell whether a request comes from an address whose word is taken."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in terms.proxies)


def client_of(request: HTTPConnection, terms: Terms) -> str:
    """Return the address that a request comes from: of a trusted proxy's, the one that it saw itself."""
    lines = request.headers.getlist("x-forwarded-for") if is_trusted(request, terms) else []
    hop = ",".join(lines).rpartition(",")[2].strip()  # some proxies add a line of their own
    return hop if is_ip(hop) else request.client.host if request.client else ""


def is_encrypted(request: HTTPConnection, terms: Terms) -> bool:
    """Tell whether the browser speaks TLS, with us or with a trusted proxy."""
    said = request.headers.get("x-forwarded-proto", "") if is_trusted(request, terms) else ""
    return "https" in {request.url.scheme, said.strip().lower()}


def hashed(token: str) -> str:
    """Return what the store keeps of a token: nobody gets from it to the token."""
    return sha256(token.encode(errors="replace")).hexdigest()


def guard_of(token: str) -> str:
    """Return what stands in the forms of a session: only who has the cookie can know it."""
    return _guard(token.encode(errors="replace"), "formulario")


def tag_of(name: str) -> str:
    """Tell apart names that nobody has, by what nobody gets back to them from."""
    return _guard(_PROCESS, name)[:8]


def is_guarded(visitor: Visitor, sent: str) -> bool:
    """Tell whether a form that was sent is one that the visitor was shown."""
    return bool(visitor.guard) and hmac.compare_digest(visitor.guard.encode(), sent.encode(errors="replace"))


def _guard(key: bytes, what: str) -> str:
    return hmac.new(key, what.encode(errors="replace"), sha256).hexdigest()


def _is_anybodys(view: View, terms: Terms) -> bool:
    return terms.local and not view.fault
