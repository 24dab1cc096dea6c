"""A SeaweedFS of a test's own: started, killed without warning, started again on the same files and ports."""
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

WEED = pathlib.Path(sys.executable).parent / "weed"
PORTS = ("s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc",
         "filer.port", "filer.port.grpc")
KEY, SECRET = "tests", "tests-secret"
PR_SET_PDEATHSIG = 1
START_SECONDS_MAX = 90


def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Seaweed:
    """Has one bucket, "lake"."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.ports = dict(zip(PORTS, free_ports(len(PORTS))))
        self.endpoint = f"http://127.0.0.1:{self.ports['s3.port']}"
        self.process = None
        self.start()

    def start(self):
        variables = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "PATH": os.environ["PATH"],
                     "HOME": str(self.folder)}
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [WEED, "mini", f"-dir={self.folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-bucket=lake",
                 "-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
                 "-s3.autoCreateBucket=false", "-master.telemetry=false",
                 *(f"-{name}={port}" for name, port in self.ports.items())],
                env=variables, cwd=self.folder, stdout=log, stderr=log, preexec_fn=die_with_parent)
        end = time.monotonic() + START_SECONDS_MAX
        while not self.writable():
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.05)

    def files(self):
        """The bucket as pyarrow sees it."""
        from pyarrow import fs
        return fs.S3FileSystem(access_key=KEY, secret_key=SECRET, endpoint_override=self.endpoint, region="us-east-1")

    def writable(self):
        try:
            urllib.request.urlopen(self.endpoint, timeout=5).close()
        except urllib.error.HTTPError:
            pass
        except OSError:
            return False
        try:
            with self.files().open_output_stream("lake/.ready") as out:
                out.write(b"x")
        except OSError:
            return False
        return True

    def kill(self):
        self.process.kill()
        self.process.wait()

    def variables(self):
        return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": self.endpoint}
