#include <nlohmann/json.hpp>

#include <memory>
#include <optional>

#include "columnar/producer.h"
#include "engine/arrow_bridge_internal.h"
#include "engine/input_columns_internal.h"
#include "engine/reasons.h"
#include "engine/row_builder_internal.h"
#include "engine/text_source_internal.h"
#include "engine/value_parser_internal.h"

namespace engine::internal {
namespace {

using Json = nlohmann::ordered_json;
using columnar::TypeId;

constexpr int kDepthMax = 64;

// The objects of a file, line by line.
class LineReader {
 public:
  static base::Result<std::unique_ptr<LineReader>> Open(const InputFile& file,
                                                        const InputOptions& options) {
    ASSIGN_OR_RETURN(auto source, TextSource::Open(file, options));
    auto out = std::make_unique<LineReader>();
    out->name_ = file.name;
    out->source_ = std::move(source);
    return out;
  }

  // Nothing at the end. Empty lines are passed over.
  base::Result<std::optional<Json>> Next() {
    while (true) {
      ASSIGN_OR_RETURN(const bool more, ReadLine());
      if (!more) return std::optional<Json>();
      if (line_.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      try {
        Json value = Json::parse(line_.begin(), line_.end());
        if (!value.is_object()) return Bad(1, "a line must hold one JSON object");
        return std::optional<Json>(std::move(value));
      } catch (const Json::parse_error& error) {
        return Bad(static_cast<uint32_t>(error.byte), "this is not valid JSON");
      } catch (const std::exception& error) {
        return Bad(1, error.what());
      }
    }
  }

  base::Error Bad(uint32_t column, const std::string& words) const {
    return base::Error(base::Code::kUserCode, reason::kBadJson, words)
        .Set("file", name_)
        .At({name_, number_, column});
  }

 private:
  base::Result<bool> ReadLine() {
    while (true) {
      const size_t end = text_.find('\n', begin_);
      if (end != std::string::npos || at_end_) {
        if (begin_ >= text_.size()) return false;
        const size_t stop = end == std::string::npos ? text_.size() : end;
        line_ = std::string_view(text_).substr(begin_, stop - begin_);
        if (number_ == 0 && line_.starts_with("\xEF\xBB\xBF")) line_.remove_prefix(3);
        begin_ = stop + 1;
        ++number_;
        return true;
      }
      text_.erase(0, begin_);
      begin_ = 0;
      ASSIGN_OR_RETURN(const bool more, source_->Append(&text_));
      at_end_ = !more;
    }
  }

  std::string name_;
  std::unique_ptr<TextSource> source_;
  std::string text_;
  std::string_view line_;
  size_t begin_ = 0;
  uint32_t number_ = 0;
  bool at_end_ = false;
};

// What was seen of one value: a plain kind, or the shape of objects and arrays.
struct Shape {
  enum class Form { kNothing, kPlain, kObject, kArray, kMixed };
  Form form = Form::kNothing;
  ValueKind kind = ValueKind::kNone;
  std::vector<std::pair<std::string, Shape>> fields;
  std::vector<Shape> element;  // one, once seen

  Shape& Field(const std::string& name) {
    for (auto& [known, shape] : fields) {
      if (known == name) return shape;
    }
    return fields.emplace_back(name, Shape()).second;
  }
};

ValueKind KindOfJson(const Json& value, const InputOptions& options) {
  if (value.is_boolean()) return ValueKind::kBoolean;
  if (value.is_number_unsigned()) {
    return value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX) ? ValueKind::kDouble
                                                                    : ValueKind::kLong;
  }
  if (value.is_number_integer()) return ValueKind::kLong;
  if (value.is_number_float()) return ValueKind::kDouble;
  // Text that looks like a number is text: JSON has numbers of its own.
  const ValueKind kind = KindOf(value.get_ref<const std::string&>(), options);
  const bool is_time =
      kind == ValueKind::kDate || kind == ValueKind::kTimestamp || kind == ValueKind::kTimestamptz;
  return is_time ? kind : ValueKind::kString;
}

void Look(const Json& value, const InputOptions& options, int depth, Shape* shape) {
  if (value.is_null() || shape->form == Shape::Form::kMixed) return;
  Shape::Form form = Shape::Form::kPlain;
  if (value.is_object()) form = Shape::Form::kObject;
  if (value.is_array()) form = Shape::Form::kArray;
  if (shape->form == Shape::Form::kNothing) shape->form = form;
  if (shape->form != form || depth > kDepthMax) {
    shape->form = Shape::Form::kMixed;
    return;
  }
  if (form == Shape::Form::kPlain) {
    shape->kind = Wider(shape->kind, KindOfJson(value, options));
  } else if (form == Shape::Form::kObject) {
    for (const auto& [name, child] : value.items()) {
      Look(child, options, depth + 1, &shape->Field(name));
    }
  } else {
    if (shape->element.empty()) shape->element.emplace_back();
    for (const auto& child : value) Look(child, options, depth + 1, &shape->element[0]);
  }
}

columnar::Type TypeOfShape(const Shape& shape) {
  if (shape.form == Shape::Form::kObject && !shape.fields.empty()) {
    std::vector<columnar::Field> fields;
    for (const auto& [name, child] : shape.fields) {
      fields.push_back({.name = name, .type = TypeOfShape(child)});
    }
    return columnar::Type::Struct(std::move(fields));
  }
  if (shape.form == Shape::Form::kArray) {
    return columnar::Type::List({.name = "element", .type = TypeOfShape(shape.element[0])});
  }
  return TypeOf(shape.kind);
}

class JsonAppender {
 public:
  JsonAppender(const LineReader& lines, const InputOptions& options)
      : lines_(lines), options_(options) {}

  base::Status Append(const Json* value, const columnar::Field& field,
                      arrow::ArrayBuilder& builder) const {
    if (value == nullptr || value->is_null()) {
      if (field.required) return Wrong(field, "null");
      return AppendNull(builder);
    }
    switch (field.type.id) {
      case TypeId::kStruct:
        return AppendStruct(*value, field, static_cast<arrow::StructBuilder&>(builder));
      case TypeId::kList:
        return AppendList(*value, field, static_cast<arrow::ListBuilder&>(builder));
      case TypeId::kString:
        if (value->is_string()) return AppendText(builder, value->get_ref<const std::string&>());
        return AppendText(builder, value->dump());
      default:
        return AppendPlain(*value, field, builder);
    }
  }

 private:
  base::Error Wrong(const columnar::Field& field, const std::string& what) const {
    return lines_.Bad(1, what.substr(0, 40) + " in column \"" + field.name + "\" is not of type " +
                             field.type.ToString());
  }

  base::Status AppendPlain(const Json& value, const columnar::Field& field,
                           arrow::ArrayBuilder& builder) const {
    std::optional<columnar::Literal> literal;
    if (value.is_string()) {
      literal = ParseValue(value.get_ref<const std::string&>(), field.type, options_);
    } else if (value.is_boolean()) {
      literal = columnar::ConvertLiteral(columnar::Literal::Boolean(value.get<bool>()), field.type);
    } else if (value.is_number_float()) {
      literal =
          columnar::ConvertLiteral(columnar::Literal::Double(value.get<double>()), field.type);
    } else if (value.is_number_unsigned() &&
               value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) {
      literal =
          columnar::ConvertLiteral(columnar::Literal::Double(value.get<double>()), field.type);
    } else if (value.is_number()) {
      literal = columnar::ConvertLiteral(columnar::Literal::Long(value.get<int64_t>()), field.type);
    }
    if (!literal) return Wrong(field, value.dump());
    return AppendLiteral(builder, *literal);
  }

  base::Status AppendStruct(const Json& value, const columnar::Field& field,
                            arrow::StructBuilder& builder) const {
    if (!value.is_object()) return Wrong(field, value.dump());
    ARROW_OR_RETURN(builder.Append(), "add a struct");
    for (size_t i = 0; i < field.type.children.size(); ++i) {
      const columnar::Field& child = field.type.children[i];
      const auto found = value.find(child.name);
      RETURN_IF_ERROR(Append(found == value.end() ? nullptr : &*found, child,
                             *builder.field_builder(static_cast<int>(i))));
    }
    return base::Ok();
  }

  base::Status AppendList(const Json& value, const columnar::Field& field,
                          arrow::ListBuilder& builder) const {
    if (!value.is_array()) return Wrong(field, value.dump());
    ARROW_OR_RETURN(builder.Append(), "add a list");
    for (const Json& child : value) {
      RETURN_IF_ERROR(Append(&child, field.type.children[0], *builder.value_builder()));
    }
    return base::Ok();
  }

  const LineReader& lines_;
  const InputOptions& options_;
};

class JsonProducer final : public columnar::BatchProducer {
 public:
  JsonProducer(base::Context ctx, InputFile file, const InputOptions& options,
               columnar::Schema schema, std::unique_ptr<LineReader> lines, RowBuilder builder)
      : ctx_(std::move(ctx)),
        file_(std::move(file)),
        options_(options),
        schema_(std::move(schema)),
        lines_(std::move(lines)),
        builder_(std::move(builder)) {}

  base::Status ReadSchema(ArrowSchema* out) override { return SchemaToC(*builder_.schema(), out); }

  base::Result<bool> ReadNext(ArrowArray* out) override {
    if (ctx_.stop.stop_requested()) {
      return base::Error(base::Code::kCancelled, reason::kCancelled, "reading was cancelled");
    }
    const JsonAppender appender(*lines_, options_);
    int64_t rows = 0;
    for (; rows < kInputBatchRows; ++rows) {
      ASSIGN_OR_RETURN(const std::optional<Json> object, lines_->Next());
      if (!object) break;
      if (!options_.ignore_unknown_columns) RETURN_IF_ERROR(CheckNames(*object));
      for (size_t i = 0; i < schema_.fields.size(); ++i) {
        const auto found = object->find(schema_.fields[i].name);
        RETURN_IF_ERROR(appender.Append(found == object->end() ? nullptr : &*found,
                                        schema_.fields[i], builder_.column(i)));
      }
    }
    if (rows == 0) return false;
    ASSIGN_OR_RETURN(const auto batch, builder_.Finish(rows));
    RETURN_IF_ERROR(BatchToC(*batch, out));
    return true;
  }

 private:
  base::Status CheckNames(const Json& object) const {
    std::vector<std::string> unknown;
    for (const auto& [name, value] : object.items()) {
      if (schema_.Find(name) == nullptr) unknown.push_back(name);
    }
    if (unknown.empty()) return base::Ok();
    columnar::Schema optional = schema_;
    for (columnar::Field& field : optional.fields) field.required = false;
    RETURN_IF_ERROR(PlacesOf(unknown, file_, options_, optional));
    return base::Ok();
  }

  const base::Context ctx_;
  const InputFile file_;
  const InputOptions options_;
  const columnar::Schema schema_;
  const std::unique_ptr<LineReader> lines_;
  RowBuilder builder_;
};

}  // namespace

base::Result<columnar::Schema> InferJson(const base::Context& ctx,
                                         const std::vector<InputFile>& files,
                                         const InputOptions& options) {
  Shape top;
  top.form = Shape::Form::kObject;
  for (const InputFile& file : files) {
    ASSIGN_OR_RETURN(const auto lines, LineReader::Open(file, options));
    for (int64_t rows = 0;; ++rows) {
      if (rows % kInputBatchRows == 0 && ctx.stop.stop_requested()) {
        return base::Error(base::Code::kCancelled, reason::kCancelled, "reading was cancelled");
      }
      ASSIGN_OR_RETURN(const std::optional<Json> object, lines->Next());
      if (!object) break;
      Look(*object, options, 0, &top);
    }
  }
  columnar::Schema out;
  if (!top.fields.empty()) out.fields = TypeOfShape(top).children;
  return out;
}

base::Result<columnar::Stream> ReadJson(const base::Context& ctx, const InputFile& file,
                                        const InputOptions& options,
                                        const columnar::Schema& schema) {
  ASSIGN_OR_RETURN(auto lines, LineReader::Open(file, options));
  ASSIGN_OR_RETURN(RowBuilder builder, RowBuilder::Make(schema));
  return columnar::StreamOf(std::make_unique<JsonProducer>(ctx, file, options, schema,
                                                           std::move(lines), std::move(builder)));
}

}  // namespace engine::internal
