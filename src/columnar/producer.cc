#include "columnar/producer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/nearest.h"
#include "columnar/reasons.h"

namespace columnar {
namespace {

class CallbackProducer final : public BatchProducer {
 public:
  CallbackProducer(Schema schema, NextBatch next)
      : schema_(std::move(schema)), next_(std::move(next)) {}
  base::Status ReadSchema(ArrowSchema* out) override { return ToArrow(schema_, false, out); }
  base::Result<bool> ReadNext(ArrowArray* out) override { return next_(out); }

 private:
  Schema schema_;
  NextBatch next_;
};

class FailedProducer final : public BatchProducer {
 public:
  explicit FailedProducer(base::Error error) : error_(std::move(error)) {}
  base::Status ReadSchema(ArrowSchema*) override { return error_; }
  base::Result<bool> ReadNext(ArrowArray*) override { return error_; }

 private:
  base::Error error_;
};

class LimitProducer final : public BatchProducer {
 public:
  LimitProducer(Stream stream, uint64_t rows_max)
      : stream_(std::move(stream)),
        left_(
            static_cast<int64_t>(std::min<uint64_t>(rows_max, static_cast<uint64_t>(INT64_MAX)))) {}
  base::Status ReadSchema(ArrowSchema* out) override { return stream_.ReadSchema(out); }

  base::Result<bool> ReadNext(ArrowArray* out) override {
    if (left_ == 0) return false;
    ASSIGN_OR_RETURN(const bool more, stream_.ReadNext(out));
    if (!more) return false;
    if (out->length > left_) Shorten(out);
    left_ -= out->length;
    return true;
  }

 private:
  /// A prefix of a struct array is the same buffers with smaller lengths.
  void Shorten(ArrowArray* out) const {
    for (int64_t i = 0; i < out->n_children; ++i) {
      ArrowArray* child = out->children[i];
      child->length = out->offset + left_;
      if (child->null_count > 0) child->null_count = -1;
    }
    out->length = left_;
    if (out->null_count > 0) out->null_count = -1;
  }

  Stream stream_;
  int64_t left_;
};

class ObservedProducer final : public BatchProducer {
 public:
  ObservedProducer(Stream stream, std::function<void(uint64_t)> seen)
      : stream_(std::move(stream)), seen_(std::move(seen)) {}
  base::Status ReadSchema(ArrowSchema* out) override { return stream_.ReadSchema(out); }
  base::Result<bool> ReadNext(ArrowArray* out) override {
    ASSIGN_OR_RETURN(const bool more, stream_.ReadNext(out));
    if (more) seen_(static_cast<uint64_t>(out->length));
    return more;
  }

 private:
  Stream stream_;
  std::function<void(uint64_t)> seen_;
};

/// Owns some children of another array or schema, moved out of it as the C interface allows.
template <class T>
struct Chosen {
  T original{};
  std::vector<T> children;
  std::vector<T*> pointers;

  static void Release(T* self) {
    auto* chosen = static_cast<Chosen*>(self->private_data);
    for (T& child : chosen->children) {
      if (child.release != nullptr) child.release(&child);
    }
    chosen->original.release(&chosen->original);
    delete chosen;
    self->release = nullptr;
  }

  /// Keeps the children at `places` of `self`, in that order; each at most once.
  static void Apply(T* self, const std::vector<size_t>& places) {
    auto* chosen = new Chosen{*self, {}, {}};
    chosen->children.reserve(places.size());
    for (const size_t place : places) {
      T* child = self->children[place];
      chosen->children.push_back(*child);
      child->release = nullptr;
    }
    for (T& child : chosen->children) chosen->pointers.push_back(&child);
    self->n_children = static_cast<int64_t>(chosen->pointers.size());
    self->children = chosen->pointers.data();
    self->private_data = chosen;
    self->release = Release;
  }
};

class ProjectProducer final : public BatchProducer {
 public:
  ProjectProducer(Stream stream, std::vector<std::string> columns)
      : stream_(std::move(stream)), columns_(std::move(columns)) {}

  base::Status ReadSchema(ArrowSchema* out) override {
    ArrowSchema schema{};
    RETURN_IF_ERROR(stream_.ReadSchema(&schema));
    base::Status found = FindPlaces(schema);
    if (!found.ok()) {
      schema.release(&schema);
      return found;
    }
    Chosen<ArrowSchema>::Apply(&schema, *places_);
    *out = schema;
    return base::Ok();
  }

  base::Result<bool> ReadNext(ArrowArray* out) override {
    if (!places_) {
      ArrowSchema schema{};
      RETURN_IF_ERROR(ReadSchema(&schema));
      schema.release(&schema);
    }
    ASSIGN_OR_RETURN(const bool more, stream_.ReadNext(out));
    if (more) Chosen<ArrowArray>::Apply(out, *places_);
    return more;
  }

 private:
  base::Status FindPlaces(const ArrowSchema& schema) {
    std::vector<std::string> names;
    for (int64_t i = 0; i < schema.n_children; ++i) names.emplace_back(schema.children[i]->name);
    std::vector<size_t> places;
    for (const std::string& column : columns_) {
      const auto at = std::find(names.begin(), names.end(), column);
      if (at == names.end()) {
        return base::Error(base::Code::kInvalidArgument, reasons::kUnknownColumn,
                           "no column \"" + column + "\"" + base::DidYouMean(column, names))
            .Set("column", column);
      }
      const auto place = static_cast<size_t>(at - names.begin());
      if (std::find(places.begin(), places.end(), place) != places.end()) {
        return base::Error(base::Code::kInvalidArgument, reasons::kDuplicateColumn,
                           "column \"" + column + "\" is asked for twice")
            .Set("column", column);
      }
      places.push_back(place);
    }
    places_ = std::move(places);
    return base::Ok();
  }

  Stream stream_;
  std::vector<std::string> columns_;
  std::optional<std::vector<size_t>> places_;
};

}  // namespace

Stream MakeStream(Schema schema, NextBatch next) {
  return StreamOf(std::make_unique<CallbackProducer>(std::move(schema), std::move(next)));
}

Stream EmptyStream(Schema schema) {
  return MakeStream(std::move(schema), [](ArrowArray*) -> base::Result<bool> { return false; });
}

Stream FailedStream(base::Error error) {
  return StreamOf(std::make_unique<FailedProducer>(std::move(error)));
}

Stream Limit(Stream stream, uint64_t rows_max) {
  return StreamOf(std::make_unique<LimitProducer>(std::move(stream), rows_max));
}

Stream Project(Stream stream, std::vector<std::string> columns) {
  return StreamOf(std::make_unique<ProjectProducer>(std::move(stream), std::move(columns)));
}

Stream Observe(Stream stream, std::function<void(uint64_t rows)> seen) {
  return StreamOf(std::make_unique<ObservedProducer>(std::move(stream), std::move(seen)));
}

base::Result<uint64_t> CountRows(Stream stream) {
  uint64_t rows = 0;
  while (true) {
    ArrowArray batch{};
    ASSIGN_OR_RETURN(const bool more, stream.ReadNext(&batch));
    if (!more) return rows;
    rows += static_cast<uint64_t>(batch.length);
    batch.release(&batch);
  }
}

base::Result<Schema> SchemaOf(Stream& stream) {
  ArrowSchema raw{};
  RETURN_IF_ERROR(stream.ReadSchema(&raw));
  auto schema = FromArrow(raw);
  raw.release(&raw);
  return schema;
}

}  // namespace columnar
