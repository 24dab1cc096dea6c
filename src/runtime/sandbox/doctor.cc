#include "runtime/sandbox/doctor.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/file.h"
#include "runtime/environment/resolver.h"

namespace runtime {
namespace {

constexpr auto kProbeTimeMax = std::chrono::seconds(10);

Probe Ok(std::string name, std::string found) {
  return Probe{std::move(name), ProbeState::kOk, std::move(found), "", ""};
}

std::string KernelRelease() {
  utsname names{};
  uname(&names);
  return names.release;
}

std::string Setting(const std::string& path) {
  auto text = base::ReadFile(path);
  if (!text.ok()) return "";
  return text->substr(0, text->find_last_not_of('\n') + 1);
}

// True if a child may make a user namespace and have its capabilities in it.
bool UserNamespaceWorks() {
  const pid_t pid = fork();
  if (pid == 0) {
    const bool made = unshare(CLONE_NEWUSER) == 0;
    _exit(made && unshare(CLONE_NEWNS) == 0 ? 0 : 1);
  }
  int status = 1;
  if (pid > 0) waitpid(pid, &status, 0);
  return status == 0;
}

Probe ProbeUserNamespaces() {
  const std::string name = "user namespaces";
  if (UserNamespaceWorks()) return Ok(name, "allowed");
  Probe probe{name, ProbeState::kMissing, "refused", "functions cannot be isolated", ""};
  if (Setting("/proc/sys/kernel/unprivileged_userns_clone") == "0") {
    probe.remedy = "sysctl -w kernel.unprivileged_userns_clone=1";
  } else if (Setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1") {
    probe.remedy =
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor "
        "profile with 'userns,' for boathouse-sandbox";
  } else if (Setting("/proc/sys/user/max_user_namespaces") == "0") {
    probe.remedy = "sysctl -w user.max_user_namespaces=10000";
  } else {
    probe.remedy =
        "in a container: run it privileged, or with a seccomp profile that allows "
        "unshare, clone and mount";
  }
  return probe;
}

Probe ProbeSystemCall(const std::string& name, long result, const std::string& meaning,
                      const std::string& remedy) {
  // Called with arguments that cannot succeed: any answer but "no such call" says it is there.
  if (result >= 0 || errno != ENOSYS) return Ok(name, "available");
  return Probe{name, ProbeState::kMissing, "kernel " + KernelRelease(), meaning, remedy};
}

Probe ProbeLandlock() {
  constexpr long kCreateRuleset = 444;
  constexpr unsigned kVersion = 1;
  constexpr long kScopes = 6;
  const long abi = syscall(kCreateRuleset, nullptr, 0, kVersion);
  if (abi >= kScopes) return Ok("landlock", "interface " + std::to_string(abi));
  return Probe{"landlock", ProbeState::kDegraded,
               abi < 0 ? "not enabled" : "interface " + std::to_string(abi),
               "signals and abstract sockets are kept in by namespaces alone",
               "linux 6.12 or later with landlock in the 'lsm=' list; not required"};
}

bool Runs(SandboxLauncher& launcher, const SandboxSpec& spec, std::string& why) {
  auto process = launcher.Launch(spec);
  if (!process.ok()) {
    why = process.error().message;
    return false;
  }
  base::Context ctx;
  ctx.deadline = base::SystemClock().Now() + kProbeTimeMax;
  auto exit = process->Wait(ctx);
  why = exit.ok() ? exit->ToString() : exit.error().message;
  return exit.ok() && exit->ok();
}

Probe ProbeOverlay(LauncherOptions options, OverlayRung rung, SandboxSpec spec) {
  const bool best = rung == OverlayRung::kLowerdirPlus;
  const std::string name = best ? "overlay by layer" : "overlay by mount(2)";
  options.overlay = rung;
  std::string why;
  auto launcher = SandboxLauncher::Start(options);
  spec.environment_layers = {"/usr/share", "/usr/lib"};
  if (launcher.ok() && Runs(**launcher, spec, why)) return Ok(name, "works");
  return Probe{name, ProbeState::kDegraded, why,
               best ? "environments are mounted the older way, up to some 200 packages"
                    : "environments need linux 6.7, or are composed of hard links",
               best ? "linux 6.7 or later; not required" : "linux 5.11 or later"};
}

Probe ProbeLimits(const SandboxLauncher& launcher) {
  const std::string rung = launcher.limits_rung();
  if (rung != "rlimits") return Ok("limits", rung);
  return Probe{"limits", ProbeState::kDegraded, "no control group of our own",
               "memory is watched every 20 ms instead of by the kernel; cpus are not limited",
               "start with 'systemd-run --user --scope -p Delegate=yes boathouse ...', or as root"};
}

}  // namespace

std::vector<Probe> ProbeSandbox(const LauncherOptions& options) {
  constexpr long kClone3 = 435;
  constexpr long kMountSetattr = 442;
  constexpr unsigned kGetActionAvailable = 2;
  std::vector<Probe> probes = {ProbeUserNamespaces()};
  probes.push_back(ProbeSystemCall("clone3", syscall(kClone3, nullptr, 0),
                                   "functions cannot be isolated", "linux 5.3 or later"));
  probes.push_back(ProbeSystemCall("mount_setattr", syscall(kMountSetattr, -1, "", 0, nullptr, 0),
                                   "functions cannot be isolated", "linux 5.12 or later"));
  const uint32_t notify = 0x7fc00000;
  probes.push_back(ProbeSystemCall("seccomp", syscall(SYS_seccomp, kGetActionAvailable, 0, &notify),
                                   "functions cannot be isolated",
                                   "a kernel with CONFIG_SECCOMP_FILTER"));
  probes.push_back(ProbeLandlock());
  auto launcher = SandboxLauncher::Start(options);
  if (!launcher.ok()) {
    probes.push_back(Probe{"launcher", ProbeState::kMissing, launcher.error().message,
                           "functions cannot run", "install boathouse-sandbox beside boathouse"});
    return probes;
  }
  probes.push_back(Ok("launcher", "runs"));
  probes.push_back(ProbeLimits(**launcher));
  SandboxSpec spec;
  spec.name = "doctor";
  spec.argv = {"/usr/bin/true"};
  spec.binds = SystemBinds();
  std::string why;
  if (Runs(**launcher, spec, why)) {
    probes.push_back(Ok("sandbox", "a program ran in one"));
  } else {
    probes.push_back(
        Probe{"sandbox", ProbeState::kMissing, why, "functions cannot be isolated",
              "see the probes above; '--unisolated' runs functions without isolation"});
  }
  probes.push_back(ProbeOverlay(options, OverlayRung::kLowerdirPlus, spec));
  probes.push_back(ProbeOverlay(options, OverlayRung::kClassicMount, spec));
  return probes;
}

std::vector<Probe> ProbeEnvironments(const Variables& variables) {
  std::vector<Probe> probes;
  auto uv = FindUv("", variables);
  if (uv.ok()) {
    auto version = UvVersion({}, *uv);
    probes.push_back(version.ok() ? Ok("uv", *version + " at " + *uv)
                                  : Probe{"uv", ProbeState::kMissing, version.error().message,
                                          "new environments cannot be resolved", "pip install uv"});
  } else {
    probes.push_back(Probe{"uv", ProbeState::kMissing, uv.error().message,
                           "new environments cannot be resolved", "pip install uv"});
  }
  std::string found;
  for (const Interpreter& interpreter : FindInterpreters(variables)) {
    found += (found.empty() ? "" : ", ") + interpreter.version + " at " + interpreter.path;
  }
  probes.push_back(found.empty() ? Probe{"interpreters", ProbeState::kMissing, "none",
                                         "Python functions cannot run", "uv python install 3.11"}
                                 : Ok("interpreters", found));
  return probes;
}

}  // namespace runtime
