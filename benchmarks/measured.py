"""Running a program once: how long it took, the processor time it used, and its peak memory, children included."""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass
class Measured:
    seconds: float
    cpu_seconds: float
    peak_mib: float
    output: str


def run(argv: list, env: dict[str, str] | None = None) -> Measured:
    """Fails loudly when the program does: a benchmark of an error measures nothing.

    A small process of its own starts the program, because the kernel counts what the starter had in memory as the
    program's peak.
    """
    words = [str(word) for word in argv]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile() as figures:
        starter = [sys.executable, "-I", "-S", __file__, figures.name, *words]
        done = subprocess.run(starter, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env={**os.environ, **(env or {})}, check=False)
        out.seek(0)
        err.seek(0)
        text = out.read().decode()
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)[:500]} ended with {done.returncode}:\n{text[-2000:]}{err.read().decode()[-4000:]}")
        return Measured(**json.load(figures), output=text)


def start(figures: str, argv: list[str]) -> int:
    begun = time.perf_counter()
    pid = os.posix_spawnp(argv[0], argv, os.environ)
    _, status, usage = os.wait4(pid, 0)
    spent = time.perf_counter() - begun
    with open(figures, "w", encoding="utf-8") as file:
        json.dump({"seconds": spent, "cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}, file)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(start(sys.argv[1], sys.argv[2:]))
