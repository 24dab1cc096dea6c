"""What the user's code prints: every line leaves at once, marked with the place that printed it."""

import io
import os
import sys
import threading

PLACE_BEGIN, PLACE_END = "\x1e", "\x1f"


def place_of_frame(frame, code_folder):
    """ "models.py:12" of the innermost frame of the user's, or nothing."""
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(code_folder):
            return "%s:%d" % (name[len(code_folder) :], frame.f_lineno)
        frame = frame.f_back
    return ""


class MarkedOutput(io.TextIOBase):
    """A text stream that writes whole lines to a descriptor, each after a mark with its place."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, descriptor, code_folder, name):
        self._descriptor = descriptor
        self._code_folder = code_folder
        self._pending = []
        self._place = ""
        self._lock = threading.RLock()
        self._raw = open(descriptor, "wb", buffering=0, closefd=False)
        self.name = name
        self.mode = "w"

    @property
    def buffer(self):
        return self._raw

    def fileno(self):
        return self._descriptor

    def isatty(self):
        return False

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not " + type(text).__name__)
        place = place_of_frame(sys._getframe(1), self._code_folder)
        with self._lock:
            lines = text.split("\n")
            for line in lines[:-1]:
                self._add(line, place)
                self._send()
            if lines[-1]:
                self._add(lines[-1], place)
        return len(text)

    def flush(self):
        """A line leaves when it is whole, so that it has one place."""

    def finish(self):
        with self._lock:
            if self._pending:
                self._send()

    def write_marked(self, text, place):
        """Lines with a place of their own: tracebacks."""
        with self._lock:
            self.finish()
            for line in text.rstrip("\n").split("\n"):
                self._add(line, place)
                self._send()

    def _add(self, text, place):
        if not self._pending:
            self._place = place
        self._pending.append(text)

    def _send(self):
        mark = PLACE_BEGIN + self._place + PLACE_END if self._place else ""
        line = mark + "".join(self._pending) + "\n"
        self._pending = []
        view = memoryview(line.encode("utf-8", self.errors))
        while view:
            view = view[os.write(self._descriptor, view) :]


def replace_streams(code_folder):
    """Returns both streams: the user's code may put others in their place."""
    streams = MarkedOutput(1, code_folder, "<stdout>"), MarkedOutput(2, code_folder, "<stderr>")
    sys.stdout, sys.stderr = streams
    sys.__stdout__, sys.__stderr__ = streams
    return streams
