// fuzz: runs fuzz targets on their seeds and on changed seeds. An input that ends the process is
// left in the folder of failures. usage: fuzz list
//        fuzz TARGET|all [--corpus FOLDER] [--seconds N | --runs N] [--seed N] [--failures FOLDER]
//             [--slowest FILE]
//        fuzz TARGET --input FILE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "fuzz.h"

namespace {

namespace fs = std::filesystem;
constexpr unsigned kInputSecondsMax = 20;  // then SIGALRM: an input that hangs is a failure
constexpr size_t kKeptBytes = 1 << 20;
constexpr rlim_t kMemoryMax = 6ull << 30;

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The input at work, in a file that outlives the process.
class Kept {
 public:
  explicit Kept(const std::string& path) : path_(path) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || ftruncate(fd, kKeptBytes) != 0) {
      std::perror(path.c_str());
      std::exit(2);
    }
    bytes_ =
        static_cast<char*>(mmap(nullptr, kKeptBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    close(fd);
  }
  ~Kept() {
    munmap(bytes_, kKeptBytes);
    fs::remove(path_);
  }
  Kept(const Kept&) = delete;
  /// Its size as decimal digits and a line end, then the bytes.
  void Note(std::string_view input) {
    const std::string size = std::to_string(input.size()) + "\n";
    std::memcpy(bytes_, size.data(), size.size());
    std::memcpy(bytes_ + size.size(), input.data(),
                std::min(input.size(), kKeptBytes - size.size()));
  }
  static std::string Unpack(const std::string& kept) {
    const size_t line = kept.find('\n');
    return kept.substr(line + 1, std::stoul(kept.substr(0, line)));
  }

 private:
  const std::string path_;
  char* bytes_ = nullptr;
};

struct Choices {
  std::string target;
  std::map<std::string, std::string> values;
  uint64_t Number(const std::string& name, uint64_t otherwise) const {
    const auto found = values.find(name);
    return found == values.end() ? otherwise : std::stoull(found->second);
  }
  std::string Text(const std::string& name, const std::string& otherwise) const {
    const auto found = values.find(name);
    return found == values.end() ? otherwise : found->second;
  }
};

std::vector<fuzz::Target> Targets() {
  std::vector<fuzz::Target> all = fuzz::NetworkTargets();
  for (auto&& more : {fuzz::StoredTargets(), fuzz::LanguageTargets()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

using Clock = std::chrono::steady_clock;

/// What took longest so far, to be looked at: parsers should be quick with anything.
struct Slowest {
  Clock::duration took{};
  std::string input;
};

void RunOne(const fuzz::Target& target, const std::string& input, Kept& kept, Slowest& slowest) {
  kept.Note(input);
  alarm(kInputSecondsMax);
  const Clock::time_point began = Clock::now();
  target.run(input);
  const Clock::duration took = Clock::now() - began;
  alarm(0);
  if (took > slowest.took) slowest = {took, input};
}

void Fuzz(const fuzz::Target& target, const Choices& choices) {
  std::vector<std::string> seeds;
  std::vector<fs::path> files;
  const fs::path folder = fs::path(choices.Text("corpus", BOATHOUSE_FUZZ_CORPUS)) / target.name;
  if (fs::exists(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::cerr << target.name << " has no seeds in " << folder << "\n";
    std::exit(2);
  }
  for (const fs::path& file : files) seeds.push_back(ReadAll(file));
  Kept kept(choices.Text("failures", fs::temp_directory_path().string()) + "/fuzz-" + target.name +
            "-" + std::to_string(getpid()));
  Slowest slowest;
  for (const std::string& seed : seeds) RunOne(target, seed, kept, slowest);
  const uint64_t seconds = choices.Number("seconds", 0);
  const uint64_t runs_max = seconds > 0 ? UINT64_MAX : choices.Number("runs", 1000);
  const auto until = Clock::now() + std::chrono::seconds(seconds);
  fuzz::Mutator mutator(choices.Number("seed", 1), target, seeds);
  uint64_t runs = 0;
  while (runs < runs_max && (seconds == 0 || Clock::now() < until)) {
    RunOne(target, mutator.Next(), kept, slowest);
    ++runs;
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(slowest.took);
  std::cout << target.name << ": " << seeds.size() << " seeds, " << runs
            << " changed ones, the slowest took " << took.count() << " ms" << std::endl;
  if (const std::string path = choices.Text("slowest", ""); !path.empty()) {
    std::ofstream(path, std::ios::binary) << slowest.input;
  }
}

}  // namespace

void fuzz::Expect(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << std::endl;
  std::abort();
}

int main(int argc, char** argv) {
  Choices choices;
  choices.target = argc > 1 ? argv[1] : "list";
  for (int i = 2; i + 1 < argc; i += 2)
    choices.values[std::string(argv[i]).substr(2)] = argv[i + 1];
#ifndef __SANITIZE_ADDRESS__
  const rlimit memory{kMemoryMax, kMemoryMax};
  setrlimit(RLIMIT_AS, &memory);
#endif
  bool known = false;
  for (const fuzz::Target& target : Targets()) {
    if (choices.target == "list") std::cout << target.name << "\n";
    if (choices.target != "all" && choices.target != target.name) continue;
    known = true;
    if (!choices.Text("input", "").empty()) {
      const std::string kept = ReadAll(choices.Text("input", ""));
      target.run(choices.Text("kept", "yes") == "yes" ? Kept::Unpack(kept) : kept);
    } else {
      Fuzz(target, choices);
    }
  }
  return known || choices.target == "list" ? 0 : 2;
}
