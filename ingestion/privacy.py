"""What makes personal data safe to keep: keyed person keys, and the coarse cell of a position.

Belongs here: the HMAC, its key file, the check that lake and key belong together, coordinates. Does not belong here:
which columns are personal (contracts), masks of numbers as text (`ingestion.parsing`).
"""

from __future__ import annotations

import hmac
import math
import secrets as random_secrets
from collections.abc import Callable
from pathlib import Path

import eviltransform

from ingestion.atomic_files import write_atomically
from ingestion.settings import ConfigurationError, Settings

_MINIMUM_KEY_BYTES = 16
_FINGERPRINT_MESSAGE = b"firemark person key fingerprint"


class PersonKeys:
    """The HMAC key of one home. It is never printed; `repr` hides it."""

    __slots__ = ("_keyed", "_secret")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._keyed = hmac.new(secret, digestmod="sha256")  # copied for each message, which is faster than keying anew

    def __repr__(self) -> str:
        return "PersonKeys(…)"

    def __reduce__(self) -> tuple[type[PersonKeys], tuple[bytes]]:
        """For a process that reads files under the same key; hash objects cannot be sent."""
        return PersonKeys, (self._secret,)

    def _digest(self, message: bytes) -> bytes:
        """HMAC-SHA-256 of a message."""
        keyed = self._keyed.copy()
        keyed.update(message)
        return keyed.digest()

    def person_key(self, number: str) -> str:
        """HMAC-SHA-256 (hex) of an 18-character ID number."""
        return self._digest(number.encode()).hex()

    def row_hash(self, content: str) -> str:
        """A keyed hash (hex, 128 bits) of a row's cells: equal cells give equal hashes, and it cannot be inverted."""
        return self._digest(b"row\x1f" + content.encode("utf-8", "surrogatepass"))[:16].hex()

    def token(self, text: str) -> str:
        """A keyed stand-in (hex, 128 bits) for a number that is not a valid ID."""
        return self._digest(b"token\x1f" + text.encode("utf-8", "surrogatepass"))[:16].hex()

    def stand_in(self, number: str) -> str:
        """What replaces an ID or mobile number in a code: `#` and 24 hex digits, the same for a number everywhere.

        It is a code in canonical form, so that one copied from a list finds its row.
        """
        return f"#{self.token(number)[:24].upper()}"

    def fingerprint(self) -> str:
        """What the manifest keeps to recognise this key."""
        return self._digest(_FINGERPRINT_MESSAGE).hex()


def open_person_keys(settings: Settings, lake_fingerprint: str | None) -> PersonKeys:
    """The person key of a home; fails closed.

    `lake_fingerprint` is what the lake's manifest recorded, None for a home without a lake: only then may a key be
    created (or copied from the file that the environment names). Raises ConfigurationError if the key is missing,
    unreadable, too short, or not the one with which the lake was written.
    """
    kept = _read(settings.person_key) if settings.person_key.exists() else None
    given = _read(settings.person_key_source) if settings.person_key_source else None
    if given is not None and kept is not None and not hmac.compare_digest(given, kept):
        raise ConfigurationError(
            f"人员密钥与本目录所用的不同，请恢复原来的密钥，未作任何改动。{settings.person_key_source} holds another person key than "
            f"{settings.person_key}. Restore the key with which this home was built; nothing was changed."
        )
    secret = given if given is not None else kept
    if secret is None and lake_fingerprint is not None:
        raise ConfigurationError(
            f"缺少人员密钥，请从备份恢复，未作任何改动。{settings.person_key} is missing, but the lake was written with a person "
            "key. Restore it from the backup, or name its file in FIREMARK_PERSON_KEY_FILE; nothing was changed."
        )
    if secret is None:
        secret = random_secrets.token_hex(32).encode()
    keys = PersonKeys(secret)
    if lake_fingerprint is not None and not hmac.compare_digest(keys.fingerprint(), lake_fingerprint):
        raise ConfigurationError(
            f"人员密钥不正确，请恢复写入数据时所用的密钥，未作任何改动。The person key in "
            f"{settings.person_key_source or settings.person_key} is not the one with which the lake was written. Restore the "
            "right key; nothing was changed."
        )
    if kept is None:
        _write(settings.person_key, secret)
    elif settings.person_key.stat().st_mode & 0o077:
        settings.person_key.chmod(0o600)
    return keys


def _read(path: Path) -> bytes:
    try:
        secret = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise ConfigurationError(
            f"人员密钥无法读取，请检查文件权限。The person key {path} cannot be read: {error.strerror}. Check the path and the "
            "file's permissions."
        ) from error
    if len(secret) < _MINIMUM_KEY_BYTES:
        raise ConfigurationError(
            f"人员密钥太短。The person key {path} has {len(secret)} bytes; at least {_MINIMUM_KEY_BYTES} are required. Restore "
            "the full file."
        )
    return secret


def _write(path: Path, secret: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    write_atomically(path, lambda temporary: temporary.write_bytes(secret + b"\n"))


_Transform = Callable[[float, float], tuple[float, float]]


def _inverse(forward: _Transform, latitude: float, longitude: float) -> tuple[float, float]:
    """The point that `forward` maps to the one given, by fixed-point iteration, to about a millimetre."""
    guess_latitude, guess_longitude = latitude, longitude
    for _ in range(5):
        moved_latitude, moved_longitude = forward(guess_latitude, guess_longitude)
        guess_latitude += latitude - moved_latitude
        guess_longitude += longitude - moved_longitude
    return guess_latitude, guess_longitude


def to_wgs84(latitude: float, longitude: float, system: str) -> tuple[float, float]:
    """A position in `system` (WGS84, GCJ02, BD09) as WGS-84 degrees (latitude, longitude)."""
    if system == "WGS84":
        return latitude, longitude
    if system == "BD09":
        latitude, longitude = _inverse(eviltransform.gcj2bd, latitude, longitude)
    elif system != "GCJ02":
        raise ValueError(f"unknown coordinate system {system!r}")
    return _inverse(eviltransform.wgs2gcj, latitude, longitude)


def cell_of(latitude: float, longitude: float, system: str) -> tuple[int, int]:
    """The 0.01° cell of a position: floor of its WGS-84 degrees / 0.01 as (west-east, south-north) index."""
    wgs_latitude, wgs_longitude = to_wgs84(latitude, longitude, system)
    # rounded first: 113.24 * 100 is 11323.999… in binary, but belongs to cell 11324
    return math.floor(round(wgs_longitude * 100, 6)), math.floor(round(wgs_latitude * 100, 6))
