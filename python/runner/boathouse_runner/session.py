"""One call: receive it, run the user's function, reply."""

import datetime
import decimal
import importlib.util
import os
import platform
import socket
import sys
import time
import uuid

from . import packets, printing, tracebacks


class Failure(Exception):
    """What the reply says instead of a result."""

    def __init__(self, kind, message, **details):
        super().__init__(message)
        self.reply = dict(details, kind=kind, message=message)


def _pyarrow_version():
    """By the name of its folder: importlib.metadata takes longer to import than Python to start."""
    for folder in sys.path:
        try:
            names = os.listdir(folder)
        except OSError:  # not a folder, or not there
            continue
        for name in names:
            if name.startswith("pyarrow-") and name.endswith(".dist-info"):
                return name[len("pyarrow-") : -len(".dist-info")]
    return ""  # whatever is wrong with the environment is told when pyarrow is needed


def _micros():
    return time.monotonic_ns() // 1000


def value_of_literal(literal):
    kind, value = literal["type"], literal["value"]
    if kind in ("boolean", "string"):
        return value
    if kind in ("int", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    if kind.startswith("decimal"):
        return decimal.Decimal(value)
    if kind == "date":
        return datetime.date.fromisoformat(value)
    if kind == "time":
        return datetime.time.fromisoformat(value)
    if kind in ("timestamp", "timestamptz"):
        return datetime.datetime.fromisoformat(value)
    data = bytes.fromhex(value)
    return uuid.UUID(bytes=data) if kind == "uuid" else data


class Call:
    def __init__(self, message, descriptors):
        self.message = message
        self.output, self.inputs = descriptors[0], descriptors[1:]
        self.code_folder = message["code_folder"].rstrip("/") + "/"
        self.function_name = message["function"]
        self.reply = {}
        self.streams = printing.replace_streams(self.code_folder)
        self.errors = self.streams[1]

    def run(self):
        """Returns the reply."""
        started = _micros()
        memory = self._memory()
        arguments = {a["name"]: self._argument(a, memory) for a in self.message["arguments"]}
        os.environ.update(self.message["secrets"])
        function = self._function()
        self.reply["import_micros"] = _micros() - started
        started = _micros()
        try:
            if self.message["kind"] == "expectation":
                self._check(function, arguments)
            else:
                self._model(function, arguments, memory, started)
        finally:
            self.reply.setdefault("function_micros", _micros() - started)
        return self.reply

    def _memory(self):
        needed = self.inputs or self.message["kind"] == "model"
        if not needed:
            return None
        try:
            from . import shared_tables
        except ImportError as error:
            raise Failure(
                "import_failed",
                "pyarrow cannot be imported in the environment of %s(): %s"
                % (self.function_name, error),
            ) from error
        return shared_tables.InputMemory(self.inputs)

    def _argument(self, argument, memory):
        if "literal" in argument:
            return value_of_literal(argument["literal"])
        from . import shared_tables

        return shared_tables.open_table(bytes.fromhex(argument["table"]), memory)

    def _function(self):
        file = self.message["file"]
        path = self.code_folder + file
        name = os.path.splitext(os.path.basename(file))[0]
        ours = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        sys.path[:0] = [ours + "/compat", ours + "/src", self.code_folder.rstrip("/")]
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None or not os.path.exists(path):
            raise Failure("import_failed", "there is no file %s in the project" % file, file=file)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except (SystemExit, KeyboardInterrupt) as error:
            raise self._exited(error) from error
        except MemoryError as error:
            raise self._no_memory(error) from error
        except BaseException as error:
            raise self._failed("import_failed", error, "%s cannot be imported: " % file) from error
        function = getattr(module, self.function_name, None)
        if not callable(function):
            raise Failure(
                "import_failed",
                "%s defines no function %s" % (file, self.function_name),
                file=file,
            )
        return function

    def _call(self, function, arguments):
        try:
            return function(**arguments)
        except (SystemExit, KeyboardInterrupt) as error:
            raise self._exited(error) from error
        except MemoryError as error:
            raise self._no_memory(error) from error
        except AssertionError as error:
            if self.message["kind"] == "expectation":
                raise
            raise self._failed("function_failed", error, "") from error
        except BaseException as error:
            raise self._failed("function_failed", error, "") from error

    def _failed(self, kind, error, prefix):
        file, line = tracebacks.place_of(error, self.code_folder)
        text = tracebacks.text_of(error, self.code_folder)
        place = "%s:%d" % (file, line) if file else ""
        self.errors.write_marked(text, place)
        message = prefix + tracebacks.one_line(error).replace(self.code_folder, "")
        exception = type(error).__name__
        return Failure(kind, message, file=file, line=line, traceback=text, exception=exception)

    def _exited(self, error):
        file, line = tracebacks.place_of(error, self.code_folder)
        what = "was interrupted" if isinstance(error, KeyboardInterrupt) else "called sys.exit"
        message = "%s() %s: return a result instead" % (self.function_name, what)
        return Failure("function_exited", message, file=file, line=line)

    def _no_memory(self, error):
        file, line = tracebacks.place_of(error, self.code_folder)
        text = tracebacks.text_of(error, self.code_folder)
        message = "%s() ran out of memory" % self.function_name
        return Failure("function_memory", message, file=file, line=line, traceback=text)

    def _check(self, function, arguments):
        try:
            result = self._call(function, arguments)
        except AssertionError as error:
            self.errors.write_marked(*self._assertion(error))
            self.reply.update(check_passed=False, check_message=self._assertion_text(error))
            return
        if type(result).__name__ == "BooleanScalar" and result.is_valid:
            result = result.as_py()
        numpy = sys.modules.get("numpy")
        if isinstance(result, bool) or (numpy is not None and isinstance(result, numpy.bool_)):
            passed = bool(result)
            message = "" if passed else "expectation returned false"
            self.reply.update(check_passed=passed, check_message=message)
            return
        kind = type(result).__name__
        message = "expectation returned unsupported type %s, return True or False" % kind
        self.reply.update(check_unsupported=True, check_message=message)

    def _assertion(self, error):
        file, line = tracebacks.place_of(error, self.code_folder)
        return tracebacks.text_of(error, self.code_folder), "%s:%d" % (file, line) if file else ""

    def _assertion_text(self, error):
        if str(error):
            return str(error)
        frames = tracebacks.own_frames(error, self.code_folder)
        return frames[-1].line if frames and frames[-1].line else "assertion failed"

    def _model(self, function, arguments, memory, started):
        from . import results, shared_tables

        value = self._call(function, arguments)
        contract = {c["name"]: c["type"] for c in self.message.get("contract", [])}
        converter = results.Converter(self.function_name, contract)
        bytes_max = self.message["output_bytes_max"]
        writer = shared_tables.TableWriter(self.output, bytes_max, memory)
        try:
            table = converter.table(value)
            self.reply["function_micros"] = _micros() - started
            self.reply["descriptor"] = writer.write(table).hex()
        except results.BadResult as error:
            details = {"type": error.type_name, "column": error.column}
            raise Failure("bad_result", str(error), **details) from error
        except shared_tables.ResultTooLarge as error:
            message = "the result of %s() is over the limit of %d bytes" % (
                self.function_name,
                bytes_max,
            )
            raise Failure("function_memory", message) from error
        except MemoryError as error:
            raise self._no_memory(error) from error
        except (SystemExit, KeyboardInterrupt) as error:
            raise self._exited(error) from error
        except Exception as error:  # lazy results (polars, DuckDB, readers) compute only now
            raise self._failed("function_failed", error, "") from error
        self.reply["bytes_copied"] = writer.bytes_copied
        self.reply["warnings"] = converter.warnings


def main(descriptor):
    connection = socket.socket(fileno=descriptor)
    connection.set_inheritable(False)
    hello = {
        "version": packets.VERSION,
        "python_version": platform.python_version(),
        "pyarrow_version": _pyarrow_version(),
    }
    try:
        packets.send(connection, packets.HELLO, hello)
        _, message, descriptors = packets.receive(connection)
    except (packets.HostGone, OSError):
        os._exit(1)
    call = Call(message, descriptors)
    try:
        reply = call.run()
    except Failure as failure:
        reply = dict(call.reply, error=failure.reply)
        reply.pop("descriptor", None)
    for stream in call.streams:
        stream.finish()
    packets.send(connection, packets.REPLY, reply)
    # Threads the user's code left behind must not keep the sandbox.
    os._exit(0)
