"""Drives the real program in a folder of its own."""
import itertools
import json
import os
import pathlib
import subprocess
import textwrap

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SECONDS_MAX = 240


class Failed(Exception):
    """The program ended with an error; its text is both streams."""


class Program:
    def __init__(self, path, folder):
        self.path = os.path.realpath(path)
        self.folder = folder
        self._numbers = itertools.count()
        home = folder / "home"
        for part in ("home", "tmp", "files"):
            (folder / part).mkdir()
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "BOATHOUSE_STORE")}
        self.environment = keep | {
            "HOME": str(home), "TMPDIR": str(folder / "tmp"), "LANG": "C.UTF-8", "NO_COLOR": "1",
            "BOATHOUSE_LAKE": str(folder / "lake"), "XDG_CONFIG_HOME": str(home / "config"),
        }
        wheels = ROOT / "build" / "deps" / "wheels"
        if wheels.exists():  # no test needs an index
            self.environment |= {"UV_FIND_LINKS": str(wheels), "UV_NO_INDEX": "1", "UV_OFFLINE": "1"}

    def run(self, *arguments):
        """Both streams as text; raises Failed unless it ended well."""
        done = subprocess.run(
            [self.path, *map(str, arguments)], env=self.environment, cwd=self.folder / "files",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS_MAX)
        if done.returncode != 0:
            raise Failed(f"{' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def json(self, *arguments):
        done = subprocess.run([self.path, *map(str, arguments), "-O", "json"], env=self.environment,
                              cwd=self.folder / "files", capture_output=True, text=True, timeout=SECONDS_MAX)
        if done.returncode != 0:
            raise Failed(done.stdout + done.stderr)
        return json.loads(done.stdout)

    def file(self, name, content):
        """A file to import: text, bytes or a pyarrow table (as Parquet)."""
        path = self.folder / "files" / name
        if isinstance(content, pa.Table):
            pq.write_table(content, path)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content)
        return path

    def ingest(self, table, content, *options, name=None):
        """Creates `table` from one file and imports it."""
        kind = ".parquet" if isinstance(content, pa.Table) else ".csv"
        path = self.file(name or f"{table}-{next(self._numbers)}{kind}", content)
        return self.run("ingest", table, path, *options)

    def add(self, table, content, *options, name=None):
        kind = ".parquet" if isinstance(content, pa.Table) else ".csv"
        path = self.file(name or f"{table}-{next(self._numbers)}{kind}", content)
        return self.run("table", "import", table, path, *options)

    def query(self, sql, *options):
        """The result as a pyarrow table."""
        out = self.folder / "files" / f"result-{next(self._numbers)}.arrow"
        self.run("query", sql, "--to", out, "--format", "arrow", *options)
        with pa.ipc.open_file(out) if _is_file(out) else pa.ipc.open_stream(out) as reader:
            return reader.read_all()

    def table(self, name, *options):
        return self.json("table", "get", name, *options)

    def metadata(self, name, *options):
        return self.table(name, *options)["metadata_location"]

    def project(self, files):
        """A folder with a project of these models; texts may be indented."""
        folder = self.folder / f"project-{next(self._numbers)}"
        folder.mkdir()
        (folder / "bauplan_project.yml").write_text(
            "project:\n  id: 0b9bd2f5-3a0e-4a8c-9f0e-1f1b3c6e7a55\n  name: interop\n")
        for name, text in files.items():
            (folder / name).write_text(textwrap.dedent(text))
        return folder


def _is_file(path):
    with open(path, "rb") as file:
        return file.read(6) == b"ARROW1"
