#include "runtime/sandbox/launcher/filter.h"

#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace runtime::launcher {
namespace {

// What CPython, NumPy, pandas, Arrow, Polars and DuckDB need; names a machine lacks are skipped.
constexpr const char* kAllowed[] = {
    // files
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2",
    "pwritev2", "open", "openat", "openat2", "creat", "close", "close_range", "stat", "fstat",
    "lstat", "newfstatat", "statx", "statfs", "fstatfs", "access", "faccessat", "faccessat2",
    "lseek", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat",
    "link", "linkat", "symlink", "symlinkat", "readlink", "readlinkat", "chmod", "fchmod",
    "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "truncate", "ftruncate",
    "fallocate", "fsync", "fdatasync", "sync_file_range", "flock", "fcntl", "getdents",
    "getdents64", "utimensat", "utimes", "utime", "futimesat", "fadvise64", "readahead",
    "copy_file_range", "sendfile", "splice", "tee", "umask", "getcwd", "chdir", "fchdir",
    "getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr", "inotify_init",
    "inotify_init1", "inotify_add_watch", "inotify_rm_watch", "memfd_create",
    // memory
    "mmap", "munmap", "mprotect", "mremap", "madvise", "msync", "mincore", "mlock", "mlock2",
    "munlock", "mlockall", "munlockall", "brk", "membarrier", "pkey_alloc", "pkey_free",
    "pkey_mprotect",
    // waiting
    "dup", "dup2", "dup3", "pipe", "pipe2", "select", "pselect6", "poll", "ppoll", "epoll_create",
    "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd",
    "eventfd2", "timerfd_create", "timerfd_settime", "timerfd_gettime", "nanosleep",
    "clock_nanosleep", "pause", "futex", "futex_waitv", "futex_wake", "futex_wait", "futex_requeue",
    "restart_syscall",
    // signals
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait",
    "rt_sigsuspend", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "sigaltstack", "kill", "tkill",
    "tgkill", "signalfd", "signalfd4", "pidfd_open", "pidfd_send_signal",
    // time
    "clock_gettime", "clock_getres", "gettimeofday", "time", "times", "getitimer", "setitimer",
    "alarm", "timer_create", "timer_settime", "timer_gettime", "timer_delete", "timer_getoverrun",
    // processes
    "fork", "vfork", "execve", "execveat", "exit", "exit_group", "wait4", "waitid", "getpid",
    "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid",
    "getgroups", "getpgid", "getpgrp", "setpgid", "getsid", "setsid", "getpriority", "setpriority",
    "uname", "sysinfo", "getrusage", "getrlimit", "setrlimit", "prlimit64", "getrandom", "capget",
    "prctl", "arch_prctl", "set_tid_address", "set_robust_list", "get_robust_list", "rseq",
    "sched_yield", "sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_getscheduler",
    "sched_get_priority_max", "sched_get_priority_min", "sched_rr_get_interval", "sched_getattr",
    "getcpu",
    // sockets whose family was checked by socket(2)
    "bind", "accept", "accept4", "getsockname", "getpeername", "recvfrom", "recvmsg", "recvmmsg",
    "shutdown", "setsockopt", "getsockopt"};

// Refused as "not permitted" rather than "no such call", so that libraries report it rightly.
constexpr const char* kRefused[] = {"ptrace",
                                    "process_vm_readv",
                                    "process_vm_writev",
                                    "kcmp",
                                    "pidfd_getfd",
                                    "process_madvise",
                                    "bpf",
                                    "perf_event_open",
                                    "userfaultfd",
                                    "keyctl",
                                    "add_key",
                                    "request_key",
                                    "mount",
                                    "umount2",
                                    "pivot_root",
                                    "chroot",
                                    "unshare",
                                    "setns",
                                    "fsopen",
                                    "fsconfig",
                                    "fsmount",
                                    "fspick",
                                    "move_mount",
                                    "open_tree",
                                    "mount_setattr",
                                    "setuid",
                                    "setgid",
                                    "setreuid",
                                    "setregid",
                                    "setresuid",
                                    "setresgid",
                                    "setfsuid",
                                    "setfsgid",
                                    "setgroups",
                                    "capset",
                                    "sethostname",
                                    "setdomainname",
                                    "settimeofday",
                                    "clock_settime",
                                    "clock_adjtime",
                                    "adjtimex",
                                    "init_module",
                                    "finit_module",
                                    "delete_module",
                                    "kexec_load",
                                    "kexec_file_load",
                                    "reboot",
                                    "swapon",
                                    "swapoff",
                                    "acct",
                                    "quotactl",
                                    "syslog",
                                    "open_by_handle_at",
                                    "name_to_handle_at",
                                    "fanotify_init",
                                    "personality",
                                    "iopl",
                                    "ioperm",
                                    "setxattr",
                                    "lsetxattr",
                                    "fsetxattr"};

// Terminal size, bytes waiting, blocking and close-on-exec; never TIOCSTI and its kind.
constexpr unsigned kAllowedIoctls[] = {0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x540F};

constexpr uint64_t kNamespaceFlags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                                     CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
constexpr uint64_t kFastOpen = 0x20000000;  // MSG_FASTOPEN connects without connect(2)

void Add(scmp_filter_ctx context, uint32_t action, const char* name) {
  const int number = seccomp_syscall_resolve_name(name);
  if (number != __NR_SCMP_ERROR) seccomp_rule_add(context, action, number, 0);
}

int AddChecked(scmp_filter_ctx context, bool connect_notifies) {
  int failed = 0;
  const auto allow = [&](int number, scmp_arg_cmp check) {
    failed |= seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, 1, &check);
  };
  // clone3 hides its flags behind a pointer: it stays unknown, and libc falls back to clone.
  allow(SCMP_SYS(clone), SCMP_A0_64(SCMP_CMP_MASKED_EQ, kNamespaceFlags, 0));
  for (const int family : {AF_UNIX, AF_INET, AF_INET6}) {
    allow(SCMP_SYS(socket), SCMP_A0_64(SCMP_CMP_EQ, static_cast<uint64_t>(family)));
  }
  allow(SCMP_SYS(socketpair), SCMP_A0_64(SCMP_CMP_EQ, AF_UNIX));
  for (const unsigned request : kAllowedIoctls) {
    allow(SCMP_SYS(ioctl), SCMP_A1_64(SCMP_CMP_MASKED_EQ, 0xffffffffu, request));
  }
  allow(SCMP_SYS(mknodat), SCMP_A2_64(SCMP_CMP_MASKED_EQ, S_IFMT, S_IFIFO));
  allow(SCMP_SYS(mknod), SCMP_A1_64(SCMP_CMP_MASKED_EQ, S_IFMT, S_IFIFO));
  allow(SCMP_SYS(sendto), SCMP_A3_64(SCMP_CMP_MASKED_EQ, kFastOpen, 0));
  allow(SCMP_SYS(sendmsg), SCMP_A2_64(SCMP_CMP_MASKED_EQ, kFastOpen, 0));
  allow(SCMP_SYS(sendmmsg), SCMP_A3_64(SCMP_CMP_MASKED_EQ, kFastOpen, 0));
  if (connect_notifies) {
    failed |= seccomp_rule_add_array(context, SCMP_ACT_NOTIFY, SCMP_SYS(connect), 0, nullptr);
    failed |= seccomp_rule_add_array(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(listen), 0, nullptr);
  } else {
    failed |= seccomp_rule_add_array(context, SCMP_ACT_ALLOW, SCMP_SYS(connect), 0, nullptr);
    failed |= seccomp_rule_add_array(context, SCMP_ACT_ALLOW, SCMP_SYS(listen), 0, nullptr);
  }
  return failed;
}

bool Export(scmp_filter_ctx context, Filter& out) {
  const int fd = memfd_create("filter", MFD_CLOEXEC);
  if (fd < 0) return false;
  struct stat status{};
  bool ok = seccomp_export_bpf(context, fd) == 0 && fstat(fd, &status) == 0;
  if (ok) {
    out.resize(static_cast<size_t>(status.st_size) / sizeof(sock_filter));
    ok = pread(fd, out.data(), static_cast<size_t>(status.st_size), 0) == status.st_size;
  }
  close(fd);
  return ok;
}

}  // namespace

Failure BuildFilter(bool connect_notifies, Filter& out) {
  scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
  if (context == nullptr) return Fail(FailureKind::kMachine, "build the system call filter", 0);
  seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  for (const char* name : kAllowed) Add(context, SCMP_ACT_ALLOW, name);
  for (const char* name : kRefused) Add(context, SCMP_ACT_ERRNO(EPERM), name);
  const bool ok = AddChecked(context, connect_notifies) == 0 && Export(context, out);
  seccomp_release(context);
  return ok ? Failure{} : Fail(FailureKind::kMachine, "build the system call filter", EINVAL);
}

Failure LoadFilter(const Filter& filter, int* listener) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()),
                           const_cast<sock_filter*>(filter.data())};
  const unsigned flags = listener ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
  const long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  if (result < 0) return Fail("load the system call filter");
  if (listener) *listener = static_cast<int>(result);
  return {};
}

}  // namespace runtime::launcher
