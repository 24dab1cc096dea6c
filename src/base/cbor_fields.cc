#include "base/cbor.h"

namespace base {

Result<CborFields> CborFields::Of(const Cbor& value, std::string what) {
  const auto* map = value.As<Cbor::Map>();
  if (map == nullptr)
    return Error(Code::kCorrupt, "base.bad_cbor", what + " is not a map with integer keys");
  return CborFields(*map, std::move(what));
}

Result<CborFields> CborFields::OfObject(const Cbor& value, std::string kind, int64_t version_max) {
  ASSIGN_OR_RETURN(CborFields fields, Of(value, kind));
  ASSIGN_OR_RETURN(const std::string found, fields.Text(0));
  if (found != kind) {
    return Error(Code::kCorrupt, "base.bad_cbor",
                 "expected an object of kind \"" + kind + "\", found \"" + found + "\"");
  }
  ASSIGN_OR_RETURN(const int64_t version, fields.Int(1));
  if (version > version_max) {
    return Error(Code::kUnimplemented, "base.newer_version",
                 kind + " has version " + std::to_string(version) + ", this program knows up to " +
                     std::to_string(version_max) + ": upgrade boathouse");
  }
  return fields;
}

Error CborFields::Bad(int64_t key, std::string_view problem) const {
  return Error(Code::kCorrupt, "base.bad_cbor",
               what_ + ": field " + std::to_string(key) + " " + std::string(problem));
}

const Cbor* CborFields::Find(int64_t key) {
  asked_[key] = true;
  const auto found = map_->find(key);
  return found == map_->end() ? nullptr : &found->second;
}

bool CborFields::Has(int64_t key) {
  return Find(key) != nullptr;
}

Result<const Cbor*> CborFields::Any(int64_t key) {
  const Cbor* value = Find(key);
  if (value == nullptr) return Bad(key, "is missing");
  return value;
}

Result<int64_t> CborFields::Int(int64_t key) {
  ASSIGN_OR_RETURN(const Cbor* value, Any(key));
  if (const auto* number = value->As<int64_t>()) return *number;
  return Bad(key, "is not an integer");
}

Result<bool> CborFields::Bool(int64_t key) {
  ASSIGN_OR_RETURN(const Cbor* value, Any(key));
  if (const auto* boolean = value->As<bool>()) return *boolean;
  return Bad(key, "is not a boolean");
}

Result<double> CborFields::Double(int64_t key) {
  ASSIGN_OR_RETURN(const Cbor* value, Any(key));
  if (const auto* number = value->As<double>()) return *number;
  return Bad(key, "is not a number");
}

Result<std::string> CborFields::Text(int64_t key) {
  ASSIGN_OR_RETURN(const Cbor* value, Any(key));
  if (const auto* text = value->As<std::string>()) return *text;
  return Bad(key, "is not text");
}

Result<Bytes> CborFields::ByteString(int64_t key) {
  ASSIGN_OR_RETURN(const Cbor* value, Any(key));
  if (const auto* bytes = value->As<Cbor::ByteString>()) return bytes->bytes;
  return Bad(key, "is not a byte string");
}

Result<const Cbor::Array*> CborFields::List(int64_t key) {
  ASSIGN_OR_RETURN(const Cbor* value, Any(key));
  if (const auto* array = value->As<Cbor::Array>()) return array;
  return Bad(key, "is not a list");
}

Result<int64_t> CborFields::IntOr(int64_t key, int64_t absent) {
  return Has(key) ? Int(key) : Result<int64_t>(absent);
}

Result<bool> CborFields::BoolOr(int64_t key, bool absent) {
  return Has(key) ? Bool(key) : Result<bool>(absent);
}

Result<std::string> CborFields::TextOr(int64_t key, std::string absent) {
  return Has(key) ? Text(key) : Result<std::string>(std::move(absent));
}

Result<Bytes> CborFields::BytesOr(int64_t key, Bytes absent) {
  return Has(key) ? ByteString(key) : Result<Bytes>(std::move(absent));
}

Result<std::vector<std::string>> CborFields::Texts(int64_t key) {
  std::vector<std::string> texts;
  if (!Has(key)) return texts;
  ASSIGN_OR_RETURN(const Cbor::Array* list, List(key));
  for (const Cbor& item : *list) {
    const auto* text = item.As<std::string>();
    if (text == nullptr) return Bad(key, "holds something that is not text");
    texts.push_back(*text);
  }
  return texts;
}

Result<std::map<std::string, std::string>> CborFields::TextPairs(int64_t key) {
  std::map<std::string, std::string> pairs;
  const Cbor* value = Find(key);
  if (value == nullptr) return pairs;
  if (const auto* empty = value->As<Cbor::Map>(); empty != nullptr && empty->empty()) return pairs;
  const auto* map = value->As<Cbor::TextMap>();
  if (map == nullptr) return Bad(key, "is not a map of texts");
  for (const auto& [name, item] : *map) {
    const auto* text = item.As<std::string>();
    if (text == nullptr) return Bad(key, "holds something that is not text");
    pairs.emplace(name, *text);
  }
  return pairs;
}

Status CborFields::Finish() const {
  for (const auto& [key, value] : *map_) {
    if (key >= 0 && !asked_.contains(key)) {
      return Error(Code::kUnimplemented, "base.unknown_field",
                   what_ + " has field " + std::to_string(key) +
                       ", which this program does not know: it was written by a newer boathouse");
    }
  }
  return Ok();
}

}  // namespace base
