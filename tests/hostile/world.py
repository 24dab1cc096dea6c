"""A user with a home, a lake, a store of environments, things worth stealing, and a way to run programs."""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
UID = 64321  # of the ordinary user, when started by root; needs no entry in /etc/passwd
PROJECT = textwrap.dedent("""\
    project:
      id: 2b1f8a52-7f43-4f3e-8a3c-0c6a1a6d0c09
    defaults:
      python:
        version: "3.11"
    """)
VICTIM = """
import ctypes, sys, time
ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_ulong(-1))  # whoever may at all may read this process
secret = ctypes.create_string_buffer(b"not for your eye")
print(ctypes.addressof(secret), flush=True)
time.sleep(3600)
"""


class Wrong(Exception):
    """What does not hold, with the output that shows it."""


def make_wheel(folder, name, body):
    module = name.replace("-", "_")
    meta = f"{module}-1.0.dist-info"
    files = {f"{module}/__init__.py": body,
             f"{meta}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
             f"{meta}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    files[f"{meta}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{meta}/RECORD"])
    with zipfile.ZipFile(folder / f"{module}-1.0-py3-none-any.whl", "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)


def reachable(path, uid):
    """Whether that user may walk to a file: sources may lie under a home that is closed to others."""
    done = subprocess.run(["test", "-r", str(path)], user=uid, group=uid, extra_groups=[], check=False)
    return done.returncode == 0


def staged(program, into):
    """The program as installed, in a place that everybody reaches."""
    subprocess.run(["cmake", "--install", str(program.parent.parent), "--prefix", str(into)], check=True,
                   stdout=subprocess.DEVNULL)
    return into / "bin" / "boathouse"


class World:
    """A user with a home, a lake, a store of environments, things worth stealing, and a way to run programs."""

    def __init__(self, program, work, as_user):
        self.work, self.program = work, program
        self.identity = {}
        if as_user and os.geteuid() == 0:
            self.identity = dict(user=UID, group=UID, extra_groups=[])
            os.chown(work, UID, UID)
        wheels = self.place_wheels()
        self.home, self.lake, self.outside = work / "home", work / "lake", work / "outside"
        for folder in (self.home, self.outside, work / "projects", work / "controls", work / "tmp"):
            self.make_folder(folder)
        self.env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
                    "BOATHOUSE_LAKE": str(self.lake), "TMPDIR": str(work / "tmp"), "UV_NO_INDEX": "1",
                    "UV_FIND_LINKS": str(wheels), "HOSTILE_SECRET": "hunter2"}
        for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        self.write(self.home / "diary", "dear diary")
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.victim = subprocess.Popen(["/usr/bin/python3", "-c", VICTIM], stdout=subprocess.PIPE, env=self.env,
                                       **self.identity)
        self.address = int(self.victim.stdout.readline())

    def place_wheels(self):
        wheels = self.work / "wheels"
        wheels.mkdir()
        source = pathlib.Path(os.environ.get("BOATHOUSE_WHEELS", ROOT / "build" / "deps" / "wheels"))
        found = list(source.glob("*.whl"))
        if not found:
            sys.exit(f"no wheels in {source}: tools/install_deps.sh brings them")
        for wheel in found:
            try:
                os.link(wheel, wheels / wheel.name)
            except OSError:
                shutil.copy(wheel, wheels / wheel.name)
        make_wheel(wheels, "raises-on-import", 'raise RuntimeError("broken inside")\n')
        make_wheel(wheels, "crashes-on-import", "import ctypes\nctypes.string_at(1)\n")
        make_wheel(wheels, "bauplan", 'raise RuntimeError("this is the client from the index")\n')
        make_wheel(wheels, "boathouse", 'raise RuntimeError("this is a package of that name from the index")\n')
        return wheels

    def make_folder(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        if self.identity:
            os.chown(folder, UID, UID)

    def write(self, path, text):
        self.make_folder(path.parent)
        path.write_text(text)
        if self.identity:
            os.chown(path, UID, UID)

    def run(self, *words, env=None, seconds=120, cwd=None):
        """Exit code and both streams. They go to files: a daemon that is left must not keep us at a pipe's end."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            started = subprocess.Popen([str(word) for word in words], env={**self.env, **(env or {})},
                                       cwd=cwd or self.work, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       **self.identity)
            late = ""
            try:
                started.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                late = f"not done after {seconds} s"
                started.kill()
                started.wait()
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read().decode("utf-8", "strict" if not late else "replace"))
        if late:
            raise Wrong(late + "\n" + show(*texts))
        return started.returncode, *texts

    def boathouse(self, *words, **options):
        return self.run(self.program, *words, **options)

    def answer(self, *words):
        code, out, err = self.boathouse(*words, "-O", "json")
        if code != 0:
            raise Wrong(f"boathouse {' '.join(words)}: exit code {code}\n{out}{err}")
        return json.loads(out)

    def uid(self):
        return self.identity.get("user", os.geteuid())

    def interpreters(self):
        """Pythons that this user can start, besides those the program finds by itself."""
        found = pathlib.Path(os.path.expanduser("~/.pyenv/versions")).glob("*/bin/python3.*")
        return [path for path in found if not self.identity or reachable(path, UID)]

    def close(self):
        self.victim.kill()
        self.victim.wait()
        self.listener.close()


def show(out, err):
    text = out + err
    return text if len(text) < 6000 else text[:3000] + "\n…\n" + text[-3000:]


def python_paths(world):
    """Our modules, where this user can read them."""
    if world.identity and not reachable(ROOT / "python", UID):
        base = world.program.parent.parent / "lib" / "boathouse" / "python"
    else:
        base = ROOT / "python"
    return f"{base}/compat:{base}/src"


def arguments_of(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--as", dest="user", choices=["root", "user"], default="user")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    if arguments.user == "root" and os.geteuid() != 0:
        print("needs root: an ordinary user can only show the other half")
        sys.exit(1 if os.environ.get("CI") else 77)
    return arguments


@contextlib.contextmanager
def opened(arguments):
    program = arguments.program.resolve()
    work = pathlib.Path(tempfile.mkdtemp(prefix="hostile."))
    try:
        work.chmod(0o755)
        if arguments.user == "user" and os.geteuid() == 0 and not reachable(program, UID):
            program = staged(program, work / "installed")
        world = World(program, work, arguments.user == "user")
        try:
            yield world
        finally:
            world.close()
    finally:
        shutil.rmtree(work, ignore_errors=True)
