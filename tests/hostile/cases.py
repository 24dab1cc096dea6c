"""The cases: what a function does that it should not, and what must come of it.

Each case is a module `models.py` with a function that does something hostile. `{lake}`, `{home}`, `{outside}`, `{port}`
and `{victim_pid}` are filled in by the driver. A line that ends in `# HERE` is the place the error must name."""
import dataclasses

GOOD = '''
@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11")
def good():
    return [{"n": 1}]
'''


@dataclasses.dataclass
class Case:
    name: str
    body: str  # statements of the function
    says: tuple = ()  # patterns the output must match
    never: tuple = ()  # patterns it must not match
    control: bool = False  # outside, the very same function succeeds
    succeeds: bool = False  # the run is fine: what matters is what is left of it
    resources: str = ""
    pip: str = ""
    top: str = ""  # before the functions
    place: bool = True
    refused: bool = False  # before anything runs: no run branch
    seconds_max: int = 120

    def source(self):
        lines = ["import bauplan", *self.top.strip("\n").splitlines(), "", GOOD, "",
                 '@bauplan.model(materialization_strategy="REPLACE")',
                 f'@bauplan.python("3.11"{self.pip})']
        if self.resources:
            lines.append(f"@bauplan.resources({self.resources})")
        here = "" if "# HERE" in self.body + self.top else "  # HERE"
        lines.append(f'def bad(good=bauplan.Model("good")):{here}')
        lines += ["    " + line if line else "" for line in self.body.strip("\n").splitlines()]
        return "\n".join(lines) + "\n"


def line_of(source):
    return 1 + next(i for i, line in enumerate(source.splitlines()) if line.endswith("# HERE"))


ROWS = 'return [{"n": 1}]'

CASES = [
    # What is returned, raised, or never returned.
    Case("number", "return 7", ("bad", "returned int", "pyarrow Table")),
    Case("nothing", "pass", ("bad", "returned nothing")),
    Case("list of numbers", "return [1, 2]", ("bad", "list of int")),
    Case("two columns of one name", """
import pyarrow as pa
return pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["n", "n"])
""", ("bad", "two columns", "'n'")),
    Case("raises", 'raise KeyError("the key")  # HERE', ("bad", "KeyError: 'the key'", "Traceback")),
    Case("raises what no handler catches", """
class Escape(BaseException):
    pass
raise Escape("out")  # HERE
""", ("bad", "Escape: out")),
    Case("raises deep inside", """
def inner(n):
    return 1 / n if n == 0 else inner(n - 1)  # HERE
return inner(3)
""", ("bad", "ZeroDivisionError", "in inner")),
    Case("endless recursion", """
def deeper(n):
    return deeper(n + 1) + 1  # HERE
return deeper(0)
""", ("bad", "RecursionError")),
    Case("result that fails late", """
import pyarrow as pa
def batches():
    yield pa.record_batch({"n": [1]})
    raise OSError("the source went away")  # HERE
return pa.RecordBatchReader.from_batches(pa.schema([("n", pa.int64())]), batches())
""", ("bad", "the source went away")),
    # Ends of the process.
    Case("os._exit", "import os\nos._exit(3)", ("bad", "exit code 3", "instead of returning")),
    Case("os._exit 0", "import os\nos._exit(0)", ("bad", "exit code 0", "instead of returning")),
    Case("sys.exit", "import sys\nsys.exit(0)  # HERE", ("bad", "sys.exit")),
    Case("segmentation fault", "import ctypes\nctypes.string_at(1)", ("bad", "signal 11")),
    Case("kills itself", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", ("bad", "signal 9"),
         never=("memory limit",)),
    Case("kills everybody", """
import os, signal
os.kill(1, signal.SIGKILL)
try:
    os.kill(-1, signal.SIGKILL)
except ProcessLookupError:
    pass
return [{"n": 1}]
""", succeeds=True),
    Case("closes its descriptors", f"import os\nos.closerange(3, 256)\n{ROWS}", ("bad",)),
    Case("breaks the protocol", f"""
import socket
socket.socket(fileno=3).send(b"garbage")
{ROWS}
""", ("bad", "protocol")),
    # Limits.
    Case("memory", 'hoard = [b"x" * (16 << 20) for i in range(64)]\nreturn [{"n": len(hoard)}]',
         ("bad", "256 MiB", "raise memory"), resources='memory="256M"', control=True),
    Case("memory, slowly", """
import time
hoard = []
for i in range(200):
    hoard.append(bytearray(b"x" * (4 << 20)))
    time.sleep(0.001)
return [{"n": len(hoard)}]
""", ("bad", "256 MiB", "raise memory"), resources='memory="256M"', control=True),
    Case("memory of its children", """
import os
children = []
for i in range(4):
    child = os.fork()
    if child == 0:
        hoard = b"x" * (128 << 20)
        os._exit(0 if len(hoard) else 1)
    children.append(child)
if any(os.waitpid(child, 0)[1] for child in children):
    raise MemoryError("a child was killed")
return [{"n": 1}]
""", ("bad", "256 MiB"), resources='memory="256M"', control=True),
    Case("huge table", """
import pyarrow as pa
piece = pa.array(range(1 << 20))
return pa.table({"n": pa.chunked_array([piece] * 64)})
""", ("bad", "256 MiB"), resources='memory="256M"'),
    Case("time-out", "while True:\n    pass", ("bad", "limit of 2 s", "raise timeout"), resources="timeout=2"),
    Case("time-out, deaf", """
import signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
time.sleep(3600)
""", ("bad", "limit of 2 s"), resources="timeout=2"),
    Case("time-out while importing", ROWS, ("bad", "limit of 2 s"), resources="timeout=2", top="""
import socket, time
if socket.gethostname() == "bad":
    time.sleep(3600)
"""),
    Case("full tmp", """
import os, tempfile
with tempfile.TemporaryFile() as file:
    for i in range(5):
        os.posix_fallocate(file.fileno(), i << 28, 1 << 28)  # HERE
return [{"n": 1}]
""", ("bad", "No space left|memory"), control=True),
    Case("forks without end", """
import os, time
children = []
try:
    for i in range(2000):
        child = os.fork()  # HERE
        if child == 0:
            time.sleep(600)
            os._exit(0)
        children.append(child)
finally:
    for child in children:
        os.kill(child, 9)
return [{"n": 1}]
""", ("bad", "BlockingIOError|memory"), resources='memory="4G"'),
    Case("daemon that outlives it", """
import os, subprocess
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv("/usr/bin/sleep", ["sleep", "{marker}"])
    os._exit(0)
os.wait()
return [{"n": 1}]
""", succeeds=True, control=True),
    Case("daemon of a failure", """
import os
if os.fork() == 0:
    os.setsid()
    os.execv("/usr/bin/sleep", ["sleep", "{marker}"])
raise ValueError("left a daemon")  # HERE
""", ("bad", "left a daemon")),
    # The world outside.
    Case("writes beside the project", 'open("{outside}/written", "w").write("x")  # HERE\n' + ROWS,
         ("bad", "No such file|Read-only|Permission"), control=True),
    Case("writes its own code", 'open(__file__, "a").write("# evil")  # HERE\n' + ROWS,
         ("bad", "Read-only|Permission"), control=True),
    Case("deletes its code", 'import os, shutil\nshutil.rmtree(os.path.dirname(__file__))  # HERE\n' + ROWS,
         ("bad", "Read-only|Permission"), control=True),
    Case("writes into its packages", """
import pyarrow
open(pyarrow.__file__, "a").close()  # HERE
return [{"n": 1}]
""", ("bad", "Read-only|Permission")),
    Case("opens a socket", 'import socket\nsocket.create_connection(("127.0.0.1", {port}), 5).close()  # HERE\n' + ROWS,
         ("bad", "OSError|Refused|refused|unreachable|Permission"), control=True),
    Case("reads the lake", 'import os\nassert os.listdir("{lake}")  # HERE\n' + ROWS, ("bad", "No such file|Permission"),
         control=True),
    Case("reads the state", 'assert open("{lake}/state.db", "rb").read(16)  # HERE\n' + ROWS,
         ("bad", "No such file|Permission"), control=True),
    Case("reads the user's home", 'assert open("{home}/diary").read()  # HERE\n' + ROWS,
         ("bad", "No such file|Permission"), never=("dear diary",), control=True),
    Case("reads the user's variables", """
import os
print(os.environ)
value = os.environ["HOSTILE_SECRET"]  # HERE
return [{"n": 1, "value": value}]
""", ("bad", "KeyError"), never=("hunter2",), control=True),
    Case("reads the variables of others", """
import glob
for name in glob.glob("/proc/[0-9]*/environ"):
    try:
        text = open(name, "rb").read()
    except OSError:
        continue
    if b"hunter2" in text:
        return [{"n": 1}]
raise PermissionError("no variables of others")  # HERE
""", ("bad", "no variables of others"), control=True),
    Case("reads another process's memory", """
with open("/proc/{victim_pid}/mem", "rb") as memory:  # HERE
    memory.seek({victim_address})
    assert memory.read(16) == b"not for your eye"
return [{"n": 1}]
""", ("bad", "No such file|Permission"), control=True),
    # What it prints.
    Case("prints megabytes", """
for i in range(100_000):
    print("line", i, "x" * 60)
return [{"n": 1}]
""", ("line 0 x+",), succeeds=True),
    Case("prints one huge line", 'print("y" * (20 << 20))\nreturn [{"n": 1}]', ("line cut",), succeeds=True),
    Case("prints no text", """
import os
for i in range(64):
    os.write(1, bytes(range(256)) * 16)
os.write(2, b"\\x1e../../etc/passwd:1\\x1f\\x1b[31mred\\n")
return [{"n": 1}]
""", never=("\x1b",), succeeds=True),
    # What cannot be imported.
    Case("imports a missing module", ROWS, ("No module named 'not_there'",), top="import not_there  # HERE"),
    Case("syntax error", "return 1 +* 2  # HERE", ("syntax",), refused=True),
    Case("bracket never closed", 'return [{"n": 1}  # HERE', ("never closed",), refused=True),
    Case("unknown package", ROWS, ("no-such-distribution-anywhere",), pip=', pip={"no-such-distribution-anywhere": "1.0"}',
         refused=True),
    Case("conflicting packages", ROWS, ("pandas", "numpy", "conflict|cannot be installed together"),
         pip=', pip={"pandas": "2.2.0", "numpy": "2.3.4"}', refused=True),
    Case("package that raises", "import raises_on_import  # HERE\n" + ROWS, ("bad", "RuntimeError: broken inside"),
         pip=', pip={"raises-on-import": "1.0"}'),
    Case("package that crashes", "import crashes_on_import\n" + ROWS, ("bad", "signal 11"),
         pip=', pip={"crashes-on-import": "1.0"}'),
]
