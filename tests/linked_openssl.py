"""Whose OpenSSL the program runs on. libparquet exports the version it was built with: were it loaded first, libssl of
the system would run on another version's libcrypto. usage: linked_openssl.py PROGRAM"""

import os
import re
import subprocess
import sys

BINDING = re.compile(r"binding file (\S+) \[0\] to (\S+) \[0\]: normal symbol `((?:EVP|SSL|RAND|OPENSSL|X509)_\w+)'")
OURS = ("boathouse", "libssl.so.3")


def main():
    done = subprocess.run([sys.argv[1], "version"], env={**os.environ, "LD_DEBUG": "bindings", "LD_BIND_NOW": "1"},
                          capture_output=True, text=True, check=True)
    found = [each for each in BINDING.findall(done.stderr) if os.path.basename(each[0]) in OURS]
    strangers = sorted({f"{name} of {os.path.basename(user)} is taken from {giver}"
                        for user, giver, name in found if not os.path.basename(giver).startswith(("libcrypto.", "libssl."))})
    print(f"{len(found)} calls of OpenSSL are bound")
    print("\n".join(strangers))
    return 1 if strangers or not found else 0


if __name__ == "__main__":
    sys.exit(main())
