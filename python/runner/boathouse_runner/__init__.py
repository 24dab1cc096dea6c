"""The runner: calls one function of the user's on tables in shared memory."""
