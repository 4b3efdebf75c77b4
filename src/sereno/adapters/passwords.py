"""Passwords kept as Argon2id hashes (RFC 9106), with the library's own parameters."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


class ArgonPasswords:
    """Hash passwords and hold them against their hashes; slow by intent."""

    def hashed(self, password: str) -> str:
        """Return a hash to keep."""
        return _HASHER.hash(_bytes(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Tell whether it is the password; takes as long where nothing is kept."""
        try:
            _HASHER.verify(kept or _nobody(), _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None


def _bytes(password: str) -> bytes:
    return password.encode(errors="surrogateescape")


@cache
def _nobody() -> str:
    return _HASHER.hash("nadie")
