// How the parsing files divide the commands among themselves; CLI11 is known to them alone.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/command.h"

namespace cli {

/// A subcommand whose options fill a C, which becomes the command when it was chosen.
template <class C>
std::pair<CLI::App*, C*> AddVerb(CLI::App& parent, Command* out, const std::string& name,
                                 const std::string& description, const std::string& example) {
  CLI::App* app = parent.add_subcommand(name, description);
  app->footer("Example:\n  " + example);
  app->fallthrough();
  auto chosen = std::make_shared<C>();
  app->callback([chosen, out] { *out = *chosen; });
  return {app, chosen.get()};
}

/// A noun: a group of verbs.
CLI::App* AddNoun(CLI::App& parent, const std::string& name, const std::string& description);

/// A name, as the positional or, in the older spelling, as --name.
CLI::Option* AddName(CLI::App* app, std::string* target, const std::string& what);
/// KEY=VALUE, repeatable.
void AddKeyValues(CLI::App* app, KeyValues* target, const std::string& flags,
                  const std::string& what);

void AddRunCommands(CLI::App& root, Command* out);
void AddRefCommands(CLI::App& root, Command* out);
void AddTableCommands(CLI::App& root, Command* out);
void AddAccountCommands(CLI::App& root, Command* out);
void AddLocalCommands(CLI::App& root, Command* out);
void AddServeCommand(CLI::App& root, Command* out);

/// Generated from the command tables: every verb and option the parser knows.
std::string CompletionScript(const CLI::App& root, const std::string& shell);

}  // namespace cli
