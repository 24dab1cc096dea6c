#include "cli/parse_internal.h"

namespace cli {
namespace {

struct Entry {
  std::string path;  // "branch create"; empty = the program itself
  std::vector<std::pair<std::string, std::string>> words;  // word, description
};

std::string OneLine(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\'' || c == '"' || c == ':' || c == '`' || c == '$') c = ' ';
  }
  return text;
}

void Walk(const CLI::App& app, const std::string& path, std::vector<Entry>* out) {
  Entry entry{path, {}};
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    entry.words.emplace_back(sub->get_name(), OneLine(sub->get_description()));
    Walk(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), out);
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    for (const std::string& name : option->get_lnames()) {
      entry.words.emplace_back("--" + name, OneLine(option->get_description()));
    }
  }
  out->push_back(std::move(entry));
}

std::string Words(const Entry& entry) {
  std::string text;
  for (const auto& [word, description] : entry.words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string Bash(const std::vector<Entry>& entries) {
  std::string text =
      "# bash completion for boathouse: source <(boathouse completion bash)\n"
      "_boathouse() {\n"
      "  local path=\"\" word words=\"\" i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=\"${COMP_WORDS[i]}\"\n"
      "    [[ $word == -* ]] && continue\n"
      "    path=\"${path:+$path }$word\"\n"
      "  done\n"
      "  while :; do\n"
      "    case \"$path\" in\n";
  for (const Entry& entry : entries) {
    text += "      \"" + entry.path + "\") words=\"" + Words(entry) + "\" ;;\n";
  }
  text +=
      "    esac\n"
      "    [[ -n $words || -z $path ]] && break\n"
      "    [[ $path == *\" \"* ]] && path=\"${path% *}\" || path=\"\"\n"
      "  done\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
      "}\n"
      "complete -o default -F _boathouse boathouse\n";
  return text;
}

std::string Zsh(const std::vector<Entry>& entries) {
  std::string text =
      "#compdef boathouse\n"
      "_boathouse() {\n"
      "  local p=\"\" w\n"
      "  local -a found\n"
      "  for w in ${words[2,CURRENT-1]}; do\n"
      "    [[ $w == -* ]] && continue\n"
      "    p=\"${p:+$p }$w\"\n"
      "  done\n"
      "  while true; do\n"
      "    case \"$p\" in\n";
  for (const Entry& entry : entries) {
    text += "      '" + entry.path + "') found=(";
    for (const auto& [word, description] : entry.words) {
      text += " '" + word + ":" + description + "'";
    }
    text += " ) ;;\n";
  }
  text +=
      "    esac\n"
      "    [[ ${#found} -gt 0 || -z $p ]] && break\n"
      "    [[ $p == *' '* ]] && p=\"${p% *}\" || p=\"\"\n"
      "  done\n"
      "  _describe 'boathouse' found || _files\n"
      "}\n"
      "compdef _boathouse boathouse\n";
  return text;
}

std::string Fish(const std::vector<Entry>& entries) {
  std::string text = "# fish completion for boathouse: boathouse completion fish | source\n";
  for (const Entry& entry : entries) {
    std::string condition = "__fish_use_subcommand";
    if (!entry.path.empty()) {
      condition.clear();
      std::string word;
      for (const char c : entry.path + " ") {
        if (c != ' ') {
          word += c;
          continue;
        }
        condition += (condition.empty() ? "" : "; and ") +
                     std::string("__fish_seen_subcommand_from ") + word;
        word.clear();
      }
    }
    for (const auto& [word, description] : entry.words) {
      text += "complete -c boathouse -n '" + condition + "' ";
      text += word.starts_with("--") ? "-l " + word.substr(2) : "-a " + word;
      text += " -d '" + description + "'\n";
    }
  }
  return text;
}

}  // namespace

std::string CompletionScript(const CLI::App& root, const std::string& shell) {
  std::vector<Entry> entries;
  Walk(root, "", &entries);
  if (shell == "zsh") return Zsh(entries);
  return shell == "fish" ? Fish(entries) : Bash(entries);
}

}  // namespace cli
