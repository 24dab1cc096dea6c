// What a fuzz target is: a parser of bytes that come from outside, and what must hold whatever they
// are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

struct Target {
  std::string name;                 // also the folder of its seeds: corpus/<name>/
  void (*run)(std::string_view);    // returns, whatever the bytes are
  std::vector<std::string> tokens;  // words of its language, to build inputs from
};

/// Ends the process, naming what does not hold.
void Expect(bool holds, const char* what);

std::vector<Target> NetworkTargets();
std::vector<Target> StoredTargets();
std::vector<Target> LanguageTargets();

/// An input made from seeds: some changes of bytes, tokens, numbers and nesting, or parts of two.
class Mutator {
 public:
  Mutator(uint64_t seed, const Target& target, std::vector<std::string> seeds);
  std::string Next();
  /// A seed from now on, because it showed something new.
  void Keep(std::string input) { pool_.push_back(std::move(input)); }

 private:
  uint64_t Random(uint64_t below);
  void Change(std::string& text);
  void ChangeByte(std::string& text);
  void ChangeRange(std::string& text);
  void ChangeNumber(std::string& text);
  std::string Token();

  uint64_t state_;
  const std::vector<std::string>& tokens_;
  std::vector<std::string> pool_;
};

}  // namespace fuzz
