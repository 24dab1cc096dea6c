"""Started inside the sandbox: python -I -B -u /boathouse/runner SOCKET."""

import sys

from boathouse_runner import session

# The user's imports must not find our folder: helpers of theirs may have any name.
del sys.path[0]
session.main(int(sys.argv[1]))
