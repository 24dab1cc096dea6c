#include "engine/file_reader.h"

#include "base/nearest.h"
#include "columnar/producer.h"
#include "engine/fragment_reader.h"
#include "engine/input_columns_internal.h"
#include "engine/parquet_writer.h"
#include "engine/reasons.h"

namespace engine {
namespace {

using columnar::TypeId;

std::optional<columnar::Type> WiderType(const columnar::Type& a, const columnar::Type& b) {
  if (a == b) return a;
  const auto is = [](const columnar::Type& type, TypeId one, TypeId two) {
    return type.id == one || type.id == two;
  };
  if (is(a, TypeId::kInt, TypeId::kLong) && is(b, TypeId::kInt, TypeId::kLong)) {
    return columnar::Type(TypeId::kLong);
  }
  const auto real = [&](const columnar::Type& type) {
    return is(type, TypeId::kFloat, TypeId::kDouble) || is(type, TypeId::kInt, TypeId::kLong);
  };
  if (real(a) && real(b)) return columnar::Type(TypeId::kDouble);
  if (a.id == TypeId::kDecimal && b.id == TypeId::kDecimal && a.scale == b.scale) {
    return columnar::Type::Decimal(std::max(a.precision, b.precision), a.scale);
  }
  return std::nullopt;
}

void DropIds(columnar::Field* field) {
  field->id = columnar::kNoFieldId;
  field->required = false;
  for (columnar::Field& child : field->type.children) {
    const bool is_key = field->type.id == TypeId::kMap && &child == &field->type.children[0];
    DropIds(&child);
    child.required = is_key;
  }
}

base::Result<columnar::Schema> ParquetSchema(const InputFile& file) {
  ASSIGN_OR_RETURN(FileStats stats, ReadFileStats(*file.reader));
  for (columnar::Field& field : stats.schema.fields) DropIds(&field);
  return std::move(stats.schema);
}

base::Result<columnar::Schema> InferParquet(const std::vector<InputFile>& files) {
  columnar::Schema out;
  for (const InputFile& file : files) {
    ASSIGN_OR_RETURN(const columnar::Schema schema, ParquetSchema(file));
    for (const columnar::Field& field : schema.fields) {
      const columnar::Field* known = out.Find(field.name);
      if (known == nullptr) {
        out.fields.push_back(field);
        continue;
      }
      const auto wider = WiderType(known->type, field.type);
      if (!wider) {
        return base::Error(base::Code::kUserCode, reason::kIncompatibleColumn,
                           "column \"" + field.name + "\" is " + field.type.ToString() + " in \"" +
                               file.name + "\" and " + known->type.ToString() +
                               " in a file before it")
            .Set("column", field.name)
            .Set("file", file.name);
      }
      out.fields[static_cast<size_t>(known - out.fields.data())].type = *wider;
    }
  }
  return out;
}

base::Result<columnar::Stream> ReadParquet(const base::Context& ctx, const InputFile& file,
                                           const InputOptions& options,
                                           const columnar::Schema& schema) {
  ASSIGN_OR_RETURN(const columnar::Schema own, ParquetSchema(file));
  ASSIGN_OR_RETURN(const auto places, internal::PlacesOf(own.Names(), file, options, schema));
  FragmentScan scan;
  scan.file = file.reader;
  scan.by_name = true;
  for (size_t i = 0; i < own.fields.size(); ++i) {
    if (places[i]) scan.output.fields.push_back(own.fields[i]);
  }
  ASSIGN_OR_RETURN(columnar::Stream rows, ReadFragment(ctx, std::move(scan)));
  return CastToSchema(ctx, std::move(rows), schema);
}

}  // namespace

namespace internal {

base::Result<std::vector<std::optional<size_t>>> PlacesOf(const std::vector<std::string>& names,
                                                          const InputFile& file,
                                                          const InputOptions& options,
                                                          const columnar::Schema& schema) {
  const auto changed = [&](const std::string& column, const std::string& words) {
    return base::Error(base::Code::kUserCode, reason::kChangedHeader,
                       "\"" + file.name + "\": " + words)
        .Set("file", file.name)
        .Set("column", column)
        .At({file.name, options.format == InputFormat::kCsv ? 1u : 0u, 0});
  };
  std::vector<std::optional<size_t>> places;
  std::vector<bool> found(schema.fields.size(), false);
  for (const std::string& name : names) {
    const columnar::Field* field = schema.Find(name);
    if (field == nullptr && !options.ignore_unknown_columns) {
      return changed(name, "column \"" + name + "\" is not in the table" +
                               base::DidYouMean(name, schema.Names()));
    }
    if (field == nullptr) {
      places.emplace_back();
      continue;
    }
    const auto place = static_cast<size_t>(field - schema.fields.data());
    places.emplace_back(place);
    found[place] = true;
  }
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i] || !schema.fields[i].required) continue;
    return changed(schema.fields[i].name, "the required column \"" + schema.fields[i].name +
                                              "\" is missing" +
                                              base::DidYouMean(schema.fields[i].name, names));
  }
  return places;
}

}  // namespace internal

base::Result<columnar::Schema> InferSchema(const base::Context& ctx,
                                           const std::vector<InputFile>& files,
                                           const InputOptions& options) {
  columnar::Schema schema;
  switch (options.format) {
    case InputFormat::kCsv: {
      ASSIGN_OR_RETURN(schema, internal::InferCsv(ctx, files, options));
      break;
    }
    case InputFormat::kJsonl: {
      ASSIGN_OR_RETURN(schema, internal::InferJson(ctx, files, options));
      break;
    }
    case InputFormat::kParquet: {
      ASSIGN_OR_RETURN(schema, InferParquet(files));
      break;
    }
  }
  if (schema.fields.empty()) {
    return base::Error(base::Code::kUserCode, reason::kNoColumns, "the files have no columns");
  }
  return schema;
}

base::Result<columnar::Stream> ReadInputFile(const base::Context& ctx, const InputFile& file,
                                             const InputOptions& options,
                                             const columnar::Schema& schema) {
  switch (options.format) {
    case InputFormat::kCsv:
      return internal::ReadCsv(ctx, file, options, schema);
    case InputFormat::kJsonl:
      return internal::ReadJson(ctx, file, options, schema);
    case InputFormat::kParquet:
      return ReadParquet(ctx, file, options, schema);
  }
  return base::Error(base::Code::kInvalidArgument, reason::kNoColumns, "no such format");
}

}  // namespace engine
