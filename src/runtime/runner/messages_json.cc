#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/runner/messages_internal.h"
#include "runtime/runner/reasons.h"

namespace runtime {
namespace {

using Json = nlohmann::json;

base::Error Broken(const std::string& why) {
  return base::Error(base::Code::kCorrupt, reasons::kRunnerProtocol,
                     "the function's process sent a malformed message: " + why);
}

Json LiteralJson(const columnar::Literal& literal) {
  Json json;
  json["type"] = literal.type.ToString();
  // Numbers travel as text where JSON would lose digits.
  if (const auto* flag = std::get_if<bool>(&literal.value)) {
    json["value"] = *flag;
  } else if (const auto* text = std::get_if<std::string>(&literal.value);
             text != nullptr && literal.type.id != columnar::TypeId::kString) {
    json["value"] = base::ToHex(*text);
  } else {
    json["value"] = literal.ToString();
  }
  return json;
}

/// The descriptor with its segments renumbered as they are attached to the message.
columnar::TableDescriptor Renumbered(const columnar::SharedTable& table,
                                     columnar::Segments& attached) {
  std::vector<uint32_t> numbers;
  for (const auto& segment : table.segments) {
    const auto known = std::find(attached.begin(), attached.end(), segment);
    numbers.push_back(static_cast<uint32_t>(known - attached.begin()));
    if (known == attached.end()) attached.push_back(segment);
  }
  columnar::TableDescriptor descriptor = *table.descriptor;
  for (auto& batch : descriptor.batches) {
    for (auto& node : batch.nodes) {
      for (auto& buffer : node.buffers) {
        if (buffer.length > 0) buffer.segment = numbers.at(buffer.segment);
      }
    }
  }
  return descriptor;
}

std::string TextOr(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

uint64_t NumberOr(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_unsigned() ? found->get<uint64_t>() : 0;
}

/// What the runner calls a failure, and what it is here.
struct FailureKind {
  const char* name;
  base::Code code;
  const char* reason;
};
constexpr FailureKind kFailures[] = {
    {"function_failed", base::Code::kUserCode, reasons::kFunctionFailed},
    {"bad_result", base::Code::kUserCode, reasons::kBadResult},
    {"import_failed", base::Code::kUserCode, reasons::kImportFailed},
    {"function_exited", base::Code::kUserCode, reasons::kFunctionExited},
    {"function_memory", base::Code::kResourceExhausted, reasons::kFunctionMemory},
};

base::Error FailureOf(const Json& json) {
  const std::string kind = TextOr(json, "kind");
  for (const FailureKind& failure : kFailures) {
    if (kind != failure.name) continue;
    base::Error error(failure.code, failure.reason, TextOr(json, "message"));
    error.place.file = TextOr(json, "file");
    error.place.line = static_cast<uint32_t>(NumberOr(json, "line"));
    for (const char* key : {"traceback", "exception", "type", "column"}) {
      if (const std::string text = TextOr(json, key); !text.empty()) error.context[key] = text;
    }
    return error;
  }
  return Broken("an unknown kind of failure");
}

base::Result<columnar::TableDescriptor> DescriptorOf(const Json& json) {
  const auto found = json.find("descriptor");
  if (found == json.end() || !found->is_string()) return Broken("a table without descriptor");
  ASSIGN_OR_RETURN(const base::Bytes bytes, base::FromHex(found->get<std::string>()));
  return columnar::DecodeDescriptor(bytes);
}

}  // namespace

base::Result<EncodedCall> EncodeCall(const RunnerCall& call) {
  EncodedCall encoded;
  Json json;
  json["code_folder"] = call.code_folder;
  json["file"] = call.file;
  json["function"] = call.function;
  json["name"] = call.name;
  json["kind"] = call.kind == CallKind::kModel ? "model" : "expectation";
  json["output_bytes_max"] = call.output_bytes_max;
  json["secrets"] = call.secrets;
  json["arguments"] = Json::array();
  for (const RunnerArgument& argument : call.arguments) {
    Json item;
    item["name"] = argument.name;
    if (const auto* literal = std::get_if<columnar::Literal>(&argument.value)) {
      item["literal"] = LiteralJson(*literal);
    } else {
      const auto descriptor =
          Renumbered(std::get<columnar::SharedTable>(argument.value), encoded.segments);
      item["table"] = base::ToHex(columnar::EncodeDescriptor(descriptor));
    }
    json["arguments"].push_back(std::move(item));
  }
  if (call.contract) {
    json["contract"] = Json::array();
    for (const columnar::Field& field : call.contract->fields) {
      json["contract"].push_back({{"name", field.name}, {"type", field.type.ToString()}});
    }
  }
  encoded.body = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return encoded;
}

base::Result<RunnerHello> DecodeHello(const std::string& body) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return Broken("no hello");
  RunnerHello hello;
  hello.version = static_cast<uint16_t>(NumberOr(json, "version"));
  hello.python_version = TextOr(json, "python_version");
  hello.pyarrow_version = TextOr(json, "pyarrow_version");
  return hello;
}

base::Result<DecodedReply> DecodeReply(const std::string& body) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return Broken("no reply");
  DecodedReply decoded;
  decoded.reply.bytes_copied = NumberOr(json, "bytes_copied");
  decoded.reply.function_micros = NumberOr(json, "function_micros");
  decoded.reply.import_micros = NumberOr(json, "import_micros");
  decoded.reply.check_message = TextOr(json, "check_message");
  if (const auto flag = json.find("check_unsupported"); flag != json.end() && flag->is_boolean()) {
    decoded.reply.check_unsupported = flag->get<bool>();
  }
  if (const auto passed = json.find("check_passed"); passed != json.end() && passed->is_boolean()) {
    decoded.reply.check_passed = passed->get<bool>();
  }
  if (const auto warnings = json.find("warnings"); warnings != json.end() && warnings->is_array()) {
    for (const Json& warning : *warnings) {
      if (warning.is_string()) decoded.reply.warnings.push_back(warning.get<std::string>());
    }
  }
  if (const auto error = json.find("error"); error != json.end()) {
    decoded.error = FailureOf(*error);
    return decoded;
  }
  if (json.contains("descriptor")) {
    ASSIGN_OR_RETURN(decoded.table, DescriptorOf(json));
  }
  if (!decoded.table && !decoded.reply.check_passed && !decoded.reply.check_unsupported) {
    return Broken("a reply without a result");
  }
  return decoded;
}

}  // namespace runtime
