"""A server over a fresh lake, and the stock client pointed at it."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request

START_SECONDS = 60
STOP_SECONDS = 60


def check(truth, *what):
    if not truth:
        raise AssertionError(" ".join(str(one) for one in what))


class Server:
    """`with Server(program) as server:`; everything it made is gone afterwards."""

    def __init__(self, program, *flags):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="clients."))
        self.flags = flags
        self.program = str(pathlib.Path(program).resolve())
        self.environment = {
            **os.environ, "BOATHOUSE_LAKE": str(self.work / "lake"), "XDG_CONFIG_HOME": str(self.work / "config"),
            "TMPDIR": str(self.work), "HOME": str(self.work)}
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            self.environment.pop(name, None)
        self.process = None
        self.key = None
        self.user = None

    def __enter__(self):
        self.start("--init", "--username", "ada")
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.work, ignore_errors=True)

    def start(self, *flags):
        self.log = open(self.work / "server.log", "ab")
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen", "127.0.0.1:0", "-o", "json", "--drain", "5", *self.flags, *flags],
            env=self.environment, stdout=subprocess.PIPE, stderr=self.log, text=True)
        lines = ""
        for line in self.process.stdout:
            lines += line
            try:
                place = json.loads(lines)
                break
            except json.JSONDecodeError:
                continue
        else:
            raise AssertionError("the server did not start: " + (self.work / "server.log").read_text())
        self.url = place["addresses"][0]
        if place.get("key"):
            self.key, self.user = place["key"], place["user"]
        self.environment.update(BAUPLAN_API_ENDPOINT=self.url, BAUPLAN_API_KEY=self.key)

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return None
        self.process.send_signal(how)
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.log.close()
            self.process = None

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"authorization": f"Bearer {self.key}"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as reply:
            return reply.read().decode()


class Client:
    """One version of the stock client."""

    def __init__(self, folder, version, server):
        self.server = server
        self.version = tuple(int(part) for part in version.split("."))
        self.bin = pathlib.Path(folder).resolve() / version / "bin"
        check((self.bin / "bauplan").exists(), f"no client {version} in {folder}: run tools/install_deps.sh")

    def run(self, *arguments, folder=None, code=0, timeout=120):
        done = subprocess.run([str(self.bin / "bauplan"), *arguments], env=self.server.environment, cwd=folder,
                              capture_output=True, text=True, timeout=timeout)
        check(code is None or done.returncode == code, arguments, "gave", done.returncode, done.stdout, done.stderr)
        return done

    def json(self, *arguments, folder=None):
        return json.loads(self.run("-O", "json", *arguments, folder=folder).stdout)

    def python(self, program, folder=None, timeout=120):
        """What a program that uses the client's package prints."""
        done = subprocess.run([str(self.bin / "python"), "-c", program], env=self.server.environment, cwd=folder,
                              capture_output=True, text=True, timeout=timeout)
        check(done.returncode == 0, program, done.stdout, done.stderr)
        return done.stdout


def plain(text):
    """Without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def main(tests, *flags, prepare=None):
    """Each test with each version; `flags` are the server's. `prepare` makes what the server stands on: server.stores."""
    program, folder, *versions = sys.argv[1:]
    if not versions:
        listed = pathlib.Path(__file__).resolve().parents[2] / "tools" / "client_versions.txt"
        versions = [line.split()[0] for line in listed.read_text().splitlines() if line[:1].isdigit()]
    for version in versions:
        made = Server(program, *flags)
        made.stores = prepare(made) if prepare else None
        try:
            with made as server:
                client = Client(folder, version, server)
                for test in tests:
                    print(version, test.__name__, flush=True)
                    test(server, client)
                check(server.stop() == 0, "the server did not end well:", (server.work / "server.log").read_text())
        finally:
            if made.stores:
                made.stores.close()
