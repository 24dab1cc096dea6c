#include "cli/parse.h"

#include <cctype>

#include "base/nearest.h"
#include "cli/parse_internal.h"
#include "cli/reasons.h"

namespace cli {

CLI::App* AddNoun(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App* noun = parent.add_subcommand(name, description);
  noun->require_subcommand(1);
  noun->fallthrough();
  return noun;
}

CLI::Option* AddName(CLI::App* app, std::string* target, const std::string& what) {
  return app->add_option("name,--name", *target, what)->option_text("NAME");
}

void AddKeyValues(CLI::App* app, KeyValues* target, const std::string& flags,
                  const std::string& what) {
  app->add_option_function<std::vector<std::string>>(
         flags,
         [target, flags](const std::vector<std::string>& pairs) {
           for (const std::string& pair : pairs) {
             const size_t at = pair.find('=');
             if (at == std::string::npos || at == 0) {
               throw CLI::ValidationError(flags, "\"" + pair + "\" is not KEY=VALUE");
             }
             (*target)[pair.substr(0, at)] = pair.substr(at + 1);
           }
         },
         what)
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE")
      ->option_text("KEY=VALUE ...");
}

namespace {

/// The app the arguments lead to: as far as they name subcommands.
const CLI::App* Reached(const CLI::App& root, const std::vector<std::string>& arguments) {
  const CLI::App* app = &root;
  for (const std::string& argument : arguments) {
    if (argument.starts_with("-")) continue;
    const CLI::App* next = nullptr;
    for (const CLI::App* sub : app->get_subcommands([](const CLI::App*) { return true; })) {
      if (sub->check_name(argument)) next = sub;
    }
    if (next == nullptr) break;
    app = next;
  }
  return app;
}

std::string PathOf(const CLI::App* app) {
  std::string path = app->get_name();
  for (const CLI::App* up = app->get_parent(); up != nullptr; up = up->get_parent()) {
    path = up->get_name() + " " + path;
  }
  return path;
}

std::vector<std::string> KnownNames(const CLI::App* app, bool options) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    if (!options) {
      for (const CLI::App* sub : app->get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(sub->get_name());
      }
      break;
    }
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

/// The first argument nobody knows, with the nearest known one.
std::string UnknownText(const CLI::App* app, const std::string& unknown) {
  const bool is_option = unknown.starts_with("-");
  const bool has_verbs = !KnownNames(app, false).empty();
  const std::string bare = unknown.substr(0, unknown.find('='));
  if (!is_option && !has_verbs) return "one argument too many: \"" + unknown + "\"";
  return std::string("unknown ") + (is_option ? "option" : "command") + " \"" + bare + "\"" +
         base::DidYouMean(bare, KnownNames(app, is_option));
}

/// "--name is required" speaks of the option; people leave the word itself out.
std::string MissingText(const CLI::App* app, const std::string& said) {
  const std::string name = said.substr(0, said.find(" is required"));
  for (const CLI::Option* option : app->get_options()) {
    const bool meant = option->get_name() == name || option->check_name(name);
    if (!meant || !option->get_positional()) continue;
    const std::string what = option->get_description();
    std::string word = option->get_name(true);
    word = word.substr(0, word.find(','));
    for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return word + " is missing" + (what.empty() ? "" : ": " + what);
  }
  return said;
}

/// "Could not convert: --limit = x".
std::string ConversionText(const std::string& said) {
  const size_t colon = said.find(": ");
  const size_t equals = said.find(" = ");
  if (colon == std::string::npos || equals == std::string::npos || equals < colon) return said;
  return said.substr(colon + 2, equals - colon - 2) + ": \"" + said.substr(equals + 3) +
         "\" is not a number";
}

base::Error UsageError(const CLI::App& root, const std::vector<std::string>& arguments,
                       const CLI::ParseError& failure) {
  const CLI::App* app = Reached(root, arguments);
  std::string text = failure.what();
  if (const std::vector<std::string> extras = root.remaining(true); !extras.empty()) {
    text = UnknownText(app, extras.front());
  } else if (failure.get_name() == "RequiredError" && !KnownNames(app, false).empty()) {
    text = "\"" + PathOf(app) + "\" needs a verb:";
    std::string before = " ";
    for (const std::string& name : KnownNames(app, false)) {
      text += before + name;
      before = ", ";
    }
  } else if (failure.get_name() == "RequiredError") {
    text = MissingText(app, text);
  } else if (failure.get_name() == "ConversionError") {
    text = ConversionText(text);
  } else if (const size_t colon = text.find(": ");
             failure.get_name() == "ValidationError" && text.starts_with("query: ")) {
    text = text.substr(colon + 2);
  }
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return base::Error(base::Code::kInvalidArgument, kUsage, text)
      .Set("help", PathOf(app) + " --help");
}

std::shared_ptr<CLI::App> BuildApp(Invocation* out) {
  auto root = std::make_shared<CLI::App>("Git for data, and functions over it, in one program",
                                         "boathouse");
  root->get_formatter()->column_width(34);
  root->get_formatter()->label("REQUIRED", "");
  GlobalFlags* flags = &out->flags;
  root->add_option("--lake", flags->lake, "The lake's folder (else $BOATHOUSE_LAKE, else yours)")
      ->option_text("FOLDER");
  root->add_option("--server", flags->server,
                   "Work on this server's lake (else $BOATHOUSE_SERVER), with the key in "
                   "$BOATHOUSE_API_KEY")
      ->option_text("URL")
      ->excludes("--lake");
  root->add_option("--ca", flags->ca_file, "Trust these certificates, not the system's, of it")
      ->option_text("FILE");
  root->add_option_function<std::string>(
          "-O,--output", [flags](const std::string& mode) { flags->json = mode == "json"; },
          "json or tty")
      ->check(CLI::IsMember({"json", "tty"}))
      ->option_text("MODE");
  root->add_flag_function(
      "-v,--verbose",
      [flags](std::int64_t count) { flags->verbosity = static_cast<uint32_t>(count); },
      "Say more; repeatable");
  root->add_flag("-q,--quiet", flags->quiet, "Say only results and errors");
  root->add_option("--user", flags->user, "Act as this user")->option_text("NAME");
  root->add_flag("--no-color", flags->no_color, "No colours (NO_COLOR is honoured too)");
  root->add_option("-P,--profile")->group("");
  root->add_option("--client-timeout")->group("");
  root->add_flag_callback("--version", [out] { out->command = Version(); }, "The version");
  Command* command = &out->command;
  AddRunCommands(*root, command);
  AddTableCommands(*root, command);
  AddRefCommands(*root, command);
  AddAccountCommands(*root, command);
  AddLocalCommands(*root, command);
  AddServeCommand(*root, command);
  return root;
}

}  // namespace

base::Result<Invocation> Parse(const std::vector<std::string>& arguments) {
  Invocation invocation;
  const std::shared_ptr<CLI::App> root = BuildApp(&invocation);
  const std::vector<std::string> modern = ModernSpelling(arguments);
  try {
    root->parse(std::vector<std::string>(modern.rbegin(), modern.rend()));
  } catch (const CLI::CallForHelp&) {
    const CLI::App* app = Reached(*root, modern);
    if (app == root.get()) {
      invocation.command = Overview();
    } else {
      std::string above = PathOf(app);
      above.resize(above.size() - app->get_name().size());
      while (above.ends_with(' ')) above.pop_back();
      invocation.command = HelpText{app->help(above)};
    }
  } catch (const CLI::ParseError& failure) {
    return UsageError(*root, modern, failure);
  }
  return invocation;
}

}  // namespace cli
