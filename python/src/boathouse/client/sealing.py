"""Encryption of secret parameters, for the server's private key only."""

from __future__ import annotations

from typing import NamedTuple

from ..exceptions import BauplanError


class OrganizationKey(NamedTuple):
    """The public key that an organisation's secrets are encrypted with."""

    name: str
    public_pem: str


def seal(plain: bytes, public_pem: str) -> bytes:
    """RSA-OAEP with SHA-256 for the digest and for MGF1, no label. The size of the key bounds the
    plaintext: 190 bytes for 2048 bits, 446 for 4096.

    Raises:
        BauplanError: ``cryptography`` is not installed, or the key cannot be read.
        ValueError: the plaintext is too long.
    """
    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError as error:
        raise BauplanError(
            "secret parameters need the package cryptography: pip install 'boathouse[secrets]'"
        ) from error
    try:
        key = serialization.load_pem_public_key(public_pem.encode())
    except ValueError as error:
        raise BauplanError(f"the organisation's public key cannot be read: {error}") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise BauplanError("the organisation's public key is not RSA")
    room = key.key_size // 8 - 2 * hashes.SHA256.digest_size - 2
    if len(plain) > room:
        raise ValueError(f"the secret is {len(plain) - room} bytes too long for the server's key")
    scheme = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    return key.encrypt(plain, scheme)
