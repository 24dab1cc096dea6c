"""What hostile code would try. Prints one line per probe: name, "possible" or "blocked", why.

Run inside a sandbox everything must be blocked; run outside as root everything must be possible, or the probe proves
nothing. Arguments: a folder that exists outside only, a foreign process's id, an address that listens outside."""
import ctypes
import errno
import os
import socket
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
LAKE, FOREIGN_PID, PORT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
X86 = os.uname().machine == "x86_64"
NUMBERS = dict(ptrace=101, bpf=321, io_uring_setup=425, userfaultfd=323, keyctl=250, perf_event_open=298, unshare=272,
               mount=165, clone3=435, clone=56, add_key=248, setns=308, process_vm_readv=310, mknodat=259, setuid=105,
               open_by_handle_at=304, pivot_root=155, chroot=161, kexec_load=246, init_module=175)


def call(name, *arguments):
    result = LIBC.syscall(NUMBERS[name], *arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def in_child(action):
    """What would change the prober itself happens in a child; its OSError comes back."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
            os._exit(0)
        except OSError as error:
            os._exit(min(error.errno or 1, 254))
        except BaseException:
            os._exit(255)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status != 0:
        raise OSError(abs(status), os.strerror(abs(status)))


def write(path):
    with open(path, "w"):
        pass
    os.unlink(path)


def tcp_out():
    socket.create_connection(("127.0.0.1", PORT), 2).close()


def clone_user_namespace():
    pid = call("clone", 0x10000000 | 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def clone3_user_namespace():
    arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
    pid = call("clone3", arguments, ctypes.sizeof(arguments))
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def mount():
    call("unshare", 0x00020000)
    call("mount", b"t", b"/tmp", b"tmpfs", 0, 0)


def io_uring():
    os.close(call("io_uring_setup", 1, ctypes.create_string_buffer(120)))


def perf():
    attributes = ctypes.create_string_buffer(128)
    attributes[0:8] = (1).to_bytes(4, "little") + (128).to_bytes(4, "little")
    os.close(call("perf_event_open", attributes, 0, -1, -1, 0))


def bpf():
    attributes = (ctypes.c_uint32 * 32)(2, 4, 8, 1)  # BPF_MAP_CREATE of an array
    os.close(call("bpf", 0, attributes, 128))


def foreign_memory():
    with open(f"/proc/{FOREIGN_PID}/mem", "rb"):
        pass


def foreign_vm_read():
    call("process_vm_readv", FOREIGN_PID, 0, 0, 0, 0, 0)


def trace():
    call("ptrace", 0x4206, FOREIGN_PID, 0, 0)  # PTRACE_SEIZE: ends with the child, stops nothing


def set_user():
    os.setuid(0)
    if os.stat("/proc/self").st_uid != 0:
        raise OSError(errno.EPERM, "another uid than asked for")


def open_socket(family, kind, protocol=0):
    return lambda: socket.socket(family, kind, protocol).close()


PROBES = {
    "vsock": open_socket(40, socket.SOCK_STREAM),
    "netlink": open_socket(16, socket.SOCK_RAW),
    "packet": open_socket(17, socket.SOCK_RAW),
    "raw ip": open_socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "tcp to the host": tcp_out,
    "ptrace": lambda: in_child(trace),
    "bpf": bpf,
    "io_uring": io_uring,
    "userfaultfd": lambda: os.close(call("userfaultfd", 1)),
    "perf": perf,
    "unshare user": lambda: in_child(lambda: call("unshare", 0x10000000)),
    "unshare net": lambda: in_child(lambda: call("unshare", 0x40000000)),
    "clone user namespace": clone_user_namespace,
    "clone3 user namespace": clone3_user_namespace,
    "mount": lambda: in_child(mount),
    "chroot": lambda: in_child(lambda: call("chroot", b"/")),
    "read shadow": lambda: open("/etc/shadow").close(),
    "read the lake": lambda: os.listdir(LAKE),
    "write the lake": lambda: write(LAKE + "/x"),
    "read another process's memory": foreign_memory,
    "vm_readv another process": foreign_vm_read,
    "write /usr": lambda: write("/usr/x-probe"),
    "write /": lambda: write("/x-probe"),
    "write /etc": lambda: write("/etc/x-probe"),
    "write /env": lambda: write("/var/x-probe" if os.path.isdir("/var") else "/env/x-probe"),
    "signal a foreign process": lambda: os.kill(FOREIGN_PID, 0),
    "drop_caches": lambda: os.close(os.open("/proc/sys/vm/drop_caches", os.O_WRONLY)),
    "core_pattern": lambda: os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)),
    "setuid": lambda: in_child(set_user),
    "mknod": lambda: (os.mknod("/tmp/x-probe-dev", 0o20600, os.makedev(1, 3)), os.unlink("/tmp/x-probe-dev")),
    "raise the priority": lambda: in_child(lambda: os.nice(-5)),
    "host name": lambda: in_child(lambda: socket.sethostname(socket.gethostname())),
}
for name, probe in PROBES.items():
    try:
        probe()
        print(f"{name}\tpossible\t", flush=True)
    except OSError as error:
        print(f"{name}\tblocked\t{error}", flush=True)
