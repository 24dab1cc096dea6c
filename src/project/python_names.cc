#include "project/python_project_internal.h"

namespace project {
namespace {

constexpr int kStepsMax = 20;  // names bound to names bound to names ...

/// Import names under which users meet us, and their older homes.
std::string Normal(std::string path) {
  static constexpr std::string_view kOurs[] = {"boathouse", "bpln_sdk", "bauplan_sdk_types"};
  for (const std::string_view root : kOurs) {
    if (path == root || path.starts_with(std::string(root) + ".")) {
      return "bauplan" + path.substr(root.size());
    }
  }
  if (path.starts_with("typing_extensions.")) return path.replace(0, 17, "typing");
  return path;
}

}  // namespace

std::string PythonNames::PathOf(const PyModule& module, const PyExpr& expr) const {
  if (expr.kind == PyExpr::Kind::kAttribute) {
    const std::string object = PathOf(module, expr.children[0]);
    return object.empty() ? "" : Normal(object + "." + expr.text);
  }
  if (expr.kind != PyExpr::Kind::kName) return "";
  if (const auto found = module.imports.find(expr.text); found != module.imports.end()) {
    return Normal(found->second);
  }
  if (!module.bindings.contains(expr.text)) {
    for (const std::string& star : module.star_imports) {
      const std::string normal = Normal(star);
      if (normal == "bauplan" || normal.starts_with("bauplan.") || normal == "typing") {
        return normal + "." + expr.text;
      }
    }
  }
  return expr.text;
}

bool PythonNames::IsOurs(const PyModule& module, const PyExpr& expr, std::string_view name) const {
  const std::string path = PathOf(module, expr);
  return path.starts_with("bauplan.") && path.substr(path.rfind('.') + 1) == name;
}

const PyModule* PythonNames::ModuleOf(const std::string& dotted) const {
  const auto found = modules_->find(dotted + ".py");
  return found == modules_->end() ? nullptr : &found->second;
}

const PyExpr* PythonNames::Resolve(const PyModule& start, const PyExpr& expr) const {
  const PyModule* module = &start;
  const PyExpr* current = &expr;
  for (int step = 0; step < kStepsMax; ++step) {
    if (current->kind != PyExpr::Kind::kName && current->kind != PyExpr::Kind::kAttribute) {
      return current;
    }
    std::string name = current->text;
    if (const auto here = module->constants.find(name);
        current->kind == PyExpr::Kind::kName && here != module->constants.end()) {
      current = &here->second;
      continue;
    }
    const std::string path = PathOf(*module, *current);
    const size_t dot = path.rfind('.');
    if (dot == std::string::npos) return nullptr;
    module = ModuleOf(path.substr(0, dot));
    if (module == nullptr) return nullptr;
    const auto there = module->constants.find(path.substr(dot + 1));
    if (there == module->constants.end()) return nullptr;
    current = &there->second;
  }
  return nullptr;
}

std::pair<const PyModule*, const PyClass*> PythonNames::FindClass(const PyModule& module,
                                                                  const PyExpr& expr) const {
  const std::string path = PathOf(module, expr);
  const size_t dot = path.rfind('.');
  const PyModule* home = dot == std::string::npos ? &module : ModuleOf(path.substr(0, dot));
  std::string name = dot == std::string::npos ? path : path.substr(dot + 1);
  if (dot == std::string::npos && !module.bindings.contains(name)) {
    for (const std::string& star : module.star_imports) {
      if (const PyModule* other = ModuleOf(star);
          other != nullptr && other->bindings.contains(name)) {
        home = other;
      }
    }
  }
  if (home == nullptr) return {nullptr, nullptr};
  for (const PyClass& found : home->classes) {
    if (found.name == name) return {home, &found};
  }
  return {nullptr, nullptr};
}

}  // namespace project
