#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "cli/display_width.h"
#include "cli/execute.h"
#include "cli/overview.h"
#include "cli/reasons.h"
#include "cli/secrets.h"
#include "cli/text_table.h"

namespace cli {
namespace {

const char* StateName(ProbeState state) {
  switch (state) {
    case ProbeState::kGood:
      return "good";
    case ProbeState::kWarning:
      return "warning";
    case ProbeState::kBad:
      return "bad";
  }
  return "bad";
}

std::string StateMark(ProbeState state, const Style& style) {
  switch (state) {
    case ProbeState::kGood:
      return style.Green(style.unicode ? "✓" : "ok  ");
    case ProbeState::kWarning:
      return style.Yellow(style.unicode ? "!" : "warn");
    case ProbeState::kBad:
      return style.Red(style.unicode ? "✗" : "BAD ");
  }
  return "";
}

Reply LakeReply(const LakeDescription& lake, const std::string& first_line) {
  Json json = Json::Object({{"path", lake.path},
                            {"lake_id", lake.lake_id},
                            {"format_version", lake.format_version},
                            {"root_uri", lake.root_uri},
                            {"warehouse", Json::OrNull(lake.warehouse)},
                            {"user", lake.user},
                            {"created", lake.created}});
  return Reply{std::move(json),
               first_line + "path     " + lake.path + "\nid       " + lake.lake_id + "\nformat   " +
                   std::to_string(lake.format_version) + "\nroot     " + lake.root_uri +
                   (lake.warehouse.empty() ? "" : "\nfiles    " + lake.warehouse) + "\nuser     " +
                   lake.user + "\n",
               {},
               0};
}

Json ParameterJson(const ProjectParameter& parameter) {
  return Json::Object({{"name", parameter.name},
                       {"type", parameter.type},
                       {"default", parameter.has_default ? Json(parameter.value) : Json()},
                       {"required", parameter.required},
                       {"description", Json::OrNull(parameter.description)}});
}

/// A secret's value goes into the project file encrypted.
base::Status EncryptValue(Session& session, const std::string& folder, ParameterEdit& edit) {
  Projects& projects = session.backend().projects();
  std::string type = edit.type;
  if (type.empty() && edit.value) {
    ASSIGN_OR_RETURN(const auto declared, projects.Parameters(folder));
    for (const ProjectParameter& each : declared) {
      if (each.name == edit.name) type = each.type;
    }
  }
  if (type != "secret" || !edit.value) return base::Ok();
  ASSIGN_OR_RETURN(const std::string id, projects.Id(folder));
  ASSIGN_OR_RETURN(const api::SecretValue sealed, EncryptSecret(session, id, *edit.value));
  edit.value = sealed.ciphertext;
  edit.key = sealed.key;
  return base::Ok();
}

base::Result<std::string> ValueOf(const Session& session, const ParameterSet& command) {
  if (command.file.empty()) return command.value.value_or("");
  ASSIGN_OR_RETURN(std::string text, base::ReadFile(session.PathOf(command.file)));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

base::Result<Reply> Execute(Session& session, const Overview&) {
  return Reply{Json::Object({{"version", session.backend().version()}}),
               OverviewText(session.style(), session.backend().version()),
               {},
               0};
}

base::Result<Reply> Execute(Session&, const HelpText& command) {
  return Reply{Json::Object({{"help", command.text}}), command.text, {}, 0};
}

base::Result<Reply> Execute(Session& session, const Version&) {
  const std::string version = session.backend().version();
  Json parts = Json::Object();
  for (const auto& [name, number] : session.backend().components()) parts.Set(name, number);
  return Reply{Json::Object({{"version", version}, {"components", std::move(parts)}}),
               "boathouse " + version + "\n",
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const DescribeSetup&) {
  Backend& backend = session.backend();
  ASSIGN_OR_RETURN(const std::string branch, session.BranchOr(""));
  base::Result<LakeDescription> lake = backend.lakes().Describe(session.ctx(), session.lake());
  if (!lake.ok() && lake.error().code != base::Code::kNotFound) return std::move(lake).error();
  const LakeDescription found = lake.ok() ? lake.value() : LakeDescription{};
  Json parts = Json::Object();
  std::string text = "version  " + backend.version() + "\n";
  text += "lake     " +
          (lake.ok() ? found.path : "none yet: the first command that needs it creates it") + "\n";
  if (lake.ok()) text += "user     " + found.user + "\n";
  text += "branch   " + branch + "\n";
  for (const auto& [name, number] : backend.components()) {
    parts.Set(name, number);
    text += "with     " + name + " " + number + "\n";
  }
  return Reply{Json::Object({{"version", backend.version()},
                             {"lake", Json::OrNull(found.path)},
                             {"lake_id", Json::OrNull(found.lake_id)},
                             {"user", Json::OrNull(found.user)},
                             {"active_branch", branch},
                             {"components", std::move(parts)}}),
               text,
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const Diagnose&) {
  const Style& style = session.style();
  Json list = Json::List();
  std::string text;
  int exit_code = 0;
  const std::vector<Probe> probes =
      session.backend().doctor().Examine(session.ctx(), session.lake());
  uint32_t width = 0;
  for (const Probe& probe : probes) width = std::max(width, DisplayWidth(probe.name));
  for (const Probe& probe : probes) {
    list.Add(Json::Object({{"name", probe.name},
                           {"state", StateName(probe.state)},
                           {"meaning", probe.meaning},
                           {"remedy", Json::OrNull(probe.remedy)}}));
    text += StateMark(probe.state, style) + " " + style.Bold(Padded(probe.name, width, false)) +
            "  " + probe.meaning + "\n";
    if (!probe.remedy.empty()) text += "    remedy: " + probe.remedy + "\n";
    if (probe.state == ProbeState::kBad) exit_code = 1;
  }
  return Reply{std::move(list), text, {}, exit_code};
}

base::Result<Reply> Execute(Session&, const Completion& command) {
  return Reply{
      Json::Object({{"shell", command.shell}, {"script", command.script}}), command.script, {}, 0};
}

base::Result<Reply> Execute(Session& session, const InitProject& command) {
  const std::string folder = session.PathOf(command.folder);
  std::string name = command.name;
  if (name.empty()) {
    name = std::filesystem::absolute(folder).lexically_normal().filename().string();
    if (name.empty() || name == ".") {
      name = std::filesystem::absolute(folder).lexically_normal().parent_path().filename().string();
    }
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> written,
                   session.backend().projects().Init(folder, name));
  Json files = Json::List();
  std::string text;
  for (const std::string& file : written) {
    files.Add(file);
    text += "  " + file + "\n";
  }
  const std::string there = command.folder == "." ? "" : "cd " + command.folder + " && ";
  return Reply{
      Json::Object({{"project", name}, {"folder", command.folder}, {"files", std::move(files)}}),
      "project " + session.style().Bold(name) + " in " + command.folder + ":\n" + text +
          "run it:  " + there + "boathouse run\n",
      {},
      0};
}

base::Result<Reply> Execute(Session& session, const ParameterList& command) {
  ASSIGN_OR_RETURN(const std::vector<ProjectParameter> parameters,
                   session.backend().projects().Parameters(session.PathOf(command.folder)));
  Json list = Json::List();
  TextTable table{{"NAME", "TYPE", "DEFAULT", "REQUIRED", "DESCRIPTION"}, {}, {}, 0};
  for (const ProjectParameter& each : parameters) {
    list.Add(ParameterJson(each));
    table.rows.push_back({each.name, each.type, each.has_default ? each.value : "",
                          each.required ? "yes" : "no", each.description});
  }
  return Reply{std::move(list), Render(table, session.style()), {}, 0};
}

base::Result<Reply> Execute(Session& session, const ParameterSet& command) {
  ParameterEdit edit;
  edit.name = command.name;
  edit.type = command.type;
  edit.description = command.description;
  edit.required = command.required;
  if (command.value.has_value() || !command.file.empty()) {
    ASSIGN_OR_RETURN(edit.value, ValueOf(session, command));
  }
  RETURN_IF_ERROR(EncryptValue(session, session.PathOf(command.folder), edit));
  RETURN_IF_ERROR(session.backend().projects().SetParameter(session.PathOf(command.folder), edit));
  return Reply{Json::Object({{"name", command.name}, {"set", true}}),
               "parameter " + command.name + " is set\n",
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const ParameterRemove& command) {
  RETURN_IF_ERROR(
      session.backend().projects().RemoveParameter(session.PathOf(command.folder), command.name));
  return Reply{Json::Object({{"name", command.name}, {"deleted", true}}),
               "removed parameter " + command.name + "\n",
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const ConfigGet& command) {
  ASSIGN_OR_RETURN(const std::string value, session.backend().settings().Get(command.key));
  return Reply{Json::Object({{"key", command.key}, {"value", value}}), value + "\n", {}, 0};
}

base::Result<Reply> Execute(Session& session, const ConfigSet& command) {
  RETURN_IF_ERROR(session.backend().settings().Set(command.key, command.value));
  return Reply{Json::Object({{"key", command.key}, {"value", command.value}}),
               command.key + " = " + command.value + "\n",
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const ConfigList&) {
  ASSIGN_OR_RETURN(const auto settings, session.backend().settings().List());
  Json list = Json::List();
  TextTable table{{"KEY", "VALUE"}, {}, {}, 0};
  for (const auto& [key, value] : settings) {
    list.Add(Json::Object({{"key", key}, {"value", Json::OrNull(value)}}));
    table.rows.push_back({key, value});
  }
  return Reply{std::move(list), Render(table, session.style()), {}, 0};
}

base::Result<Reply> Execute(Session& session, const LakeCreate& command) {
  session.lake().warehouse = command.warehouse;
  session.lake().s3_endpoint = command.s3_endpoint;
  session.lake().s3_region = command.s3_region;
  ASSIGN_OR_RETURN(const LakeDescription lake,
                   session.backend().lakes().Create(session.ctx(), session.lake()));
  return LakeReply(lake, lake.created ? "created a lake\n" : "a lake is there already\n");
}

base::Result<Reply> Execute(Session& session, const LakeShow&) {
  ASSIGN_OR_RETURN(const LakeDescription lake,
                   session.backend().lakes().Describe(session.ctx(), session.lake()));
  return LakeReply(lake, "");
}

base::Result<Reply> Execute(Session& session, const LakeAdopt&) {
  ASSIGN_OR_RETURN(const LakeDescription lake,
                   session.backend().lakes().Adopt(session.ctx(), session.lake()));
  return LakeReply(lake, "the lake is at home where it is now\n");
}

}  // namespace cli
