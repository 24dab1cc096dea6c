#include <fnmatch.h>
#include <glob.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

#include "base/percent.h"
#include "runtime/executor/source_files_internal.h"
#include "runtime/executor/store_bytes.h"
#include "runtime/reasons.h"
#include "storage/s3_options.h"

namespace runtime {
namespace {

constexpr size_t kFilesMax = 100'000;
constexpr size_t kAlternativesMax = 1'000;
constexpr char kWildcards[] = "*?[";

using Files = std::vector<plan::FileOutcome>;

/// "file:///x" and "/x" are the same file.
std::string LocalPathOf(const std::string& uri) {
  constexpr char kScheme[] = "file://";
  return uri.rfind(kScheme, 0) == 0 ? uri.substr(std::strlen(kScheme)) : uri;
}

/// Files whose names begin with these are of programs, not of people.
bool IsHidden(std::string_view name) {
  return name.empty() || name.front() == '.' || name.front() == '_';
}

Files FindLocal(const std::string& pattern) {
  std::vector<std::string> paths;
  std::error_code error;
  if (std::filesystem::is_directory(pattern, error)) {
    for (const auto& entry : std::filesystem::directory_iterator(pattern, error)) {
      if (entry.is_regular_file(error) && !IsHidden(entry.path().filename().string())) {
        paths.push_back(entry.path());
      }
    }
  } else if (std::filesystem::is_regular_file(pattern, error)) {
    paths.push_back(pattern);
  } else {
    glob_t found{};
    if (::glob(pattern.c_str(), GLOB_BRACE | GLOB_TILDE, nullptr, &found) == 0) {
      for (size_t i = 0; i < found.gl_pathc; ++i) {
        if (std::filesystem::is_regular_file(found.gl_pathv[i], error))
          paths.emplace_back(found.gl_pathv[i]);
      }
    }
    ::globfree(&found);
  }
  std::sort(paths.begin(), paths.end());
  Files files;
  for (std::string& path : paths) files.push_back({std::move(path), {}, 0, 0, std::nullopt});
  return files;
}

base::Result<storage::S3Store*> BucketOf(ExecutorParts& parts, const std::string& uri) {
  if (parts.buckets) return parts.buckets(uri);
  return base::Error(base::Code::kUnimplemented, reasons::kBadTask,
                     "this worker reads no files from buckets");
}

base::Result<Files> FindInBucket(const base::Context& ctx, ExecutorParts& parts,
                                 const std::string& uri) {
  Files files;
  const std::vector<std::string> alternatives = ExpandBraces(uri);
  if (alternatives.empty()) {
    return base::Error(base::Code::kInvalidArgument, reasons::kNoFiles,
                       "\"" + uri + "\" has more than 1,000 alternatives: import them in parts")
        .Set("pattern", uri);
  }
  for (const std::string& alternative : alternatives) {
    ASSIGN_OR_RETURN(const storage::S3Place place, storage::ParseS3Uri(alternative));
    ASSIGN_OR_RETURN(storage::S3Store * bucket, BucketOf(parts, alternative));
    const std::string prefix = place.key.substr(0, place.key.find_first_of(kWildcards));
    ASSIGN_OR_RETURN(const std::vector<storage::S3Object> listed, bucket->ListObjects(ctx, prefix));
    for (const storage::S3Object& object : MatchingKeys(place.key, listed)) {
      const std::string identity = object.etag.empty() ? "" : "etag:" + object.etag;
      files.push_back({storage::NamingCredential(bucket->Uri(object.key), place.credential),
                       identity, object.size_bytes, 0, std::nullopt});
    }
  }
  return files;
}

}  // namespace

std::vector<std::string> ExpandBraces(const std::string& pattern) {
  std::set<std::string> done;
  std::vector<std::string> open = {pattern};
  while (!open.empty()) {
    if (done.size() + open.size() > kAlternativesMax) return {};
    const std::string text = std::move(open.back());
    open.pop_back();
    const size_t end = text.find('}');
    const size_t begin = end == std::string::npos ? end : text.rfind('{', end);
    if (begin == std::string::npos) {
      done.insert(text);
      continue;
    }
    // The innermost braces first.
    for (size_t at = begin + 1; at <= end;) {
      const size_t comma = std::min(text.find(',', at), end);
      open.push_back(text.substr(0, begin) + text.substr(at, comma - at) + text.substr(end + 1));
      at = comma + 1;
    }
  }
  return {done.begin(), done.end()};
}

std::vector<storage::S3Object> MatchingKeys(const std::string& pattern,
                                            const std::vector<storage::S3Object>& listed) {
  const bool wild = pattern.find_first_of(kWildcards) != std::string::npos;
  std::string folder = pattern;
  if (!folder.empty() && !folder.ends_with('/')) folder += '/';
  std::vector<storage::S3Object> exact;
  std::vector<storage::S3Object> matching;
  for (const storage::S3Object& object : listed) {
    if (object.key == pattern) exact.push_back(object);
    bool matches = false;
    if (wild) {
      matches = ::fnmatch(pattern.c_str(), object.key.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
    } else if (object.key.starts_with(folder)) {
      const std::string name = object.key.substr(folder.size());
      matches = name.find('/') == std::string::npos && !IsHidden(name);
    }
    if (matches) matching.push_back(object);
  }
  return exact.empty() ? matching : exact;
}

base::Result<Files> FindSourceFiles(const base::Context& ctx, ExecutorParts& parts,
                                    const std::string& pattern) {
  const auto find = [&](const std::string& written) -> base::Result<Files> {
    if (storage::IsS3Uri(written)) return FindInBucket(ctx, parts, written);
    return FindLocal(LocalPathOf(written));
  };
  ASSIGN_OR_RETURN(Files files, find(pattern));
  const std::string decoded = base::PercentDecode(pattern);
  if (files.empty() && decoded != pattern) {
    ASSIGN_OR_RETURN(files, find(decoded));
  }
  if (!files.empty() && files.size() <= kFilesMax) return files;
  return base::Error(base::Code::kNotFound, reasons::kNoFiles,
                     files.empty() ? "no file matches \"" + pattern + "\""
                                   : "more than 100,000 files match \"" + pattern +
                                         "\": import them in parts")
      .Set("pattern", pattern);
}

base::Result<std::shared_ptr<engine::RangeReader>> OpenSourceFile(const base::Context& ctx,
                                                                  ExecutorParts& parts,
                                                                  const std::string& uri) {
  if (!storage::IsS3Uri(uri)) return engine::OpenLocalFile(LocalPathOf(uri));
  ASSIGN_OR_RETURN(storage::S3Store * bucket, BucketOf(parts, uri));
  return OpenObject(ctx, *bucket, uri);
}

}  // namespace runtime
