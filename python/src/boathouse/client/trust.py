"""The certificates that are trusted: the file SSL_CERT_FILE names, else the machine's own."""

from __future__ import annotations

import os
import ssl
from typing import Optional

# Where distributions keep the bundle, for Pythons that were built to look elsewhere.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


def bundle_file() -> Optional[str]:
    """The PEM file with the certificates; none where the libraries' own must do."""
    found = ssl.get_default_verify_paths().cafile
    if found:
        return found
    return next((file for file in _BUNDLES if os.path.isfile(file)), None)


def bundle() -> Optional[bytes]:
    """The content of that file."""
    file = bundle_file()
    if file is None:
        return None
    with open(file, "rb") as opened:
        return opened.read()
