#include <dlfcn.h>

#include "http/curl_library_internal.h"

namespace http {
namespace {

constexpr const char* kFile = "libcurl.so.4";

struct Loaded {
  CurlLibrary calls = {};
  std::string words;  // empty: `calls` are there
};

template <typename Call>
bool Find(void* file, const char* name, Call* call) {
  *call = reinterpret_cast<Call>(dlsym(file, name));
  return *call != nullptr;
}

Loaded LoadOnce() {
  Loaded loaded;
  void* file = dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
  CurlLibrary& calls = loaded.calls;
  const bool found = file != nullptr && Find(file, "curl_global_init", &calls.global_init) &&
                     Find(file, "curl_easy_init", &calls.easy_init) &&
                     Find(file, "curl_easy_setopt", &calls.easy_setopt) &&
                     Find(file, "curl_easy_perform", &calls.easy_perform) &&
                     Find(file, "curl_easy_getinfo", &calls.easy_getinfo) &&
                     Find(file, "curl_easy_strerror", &calls.easy_strerror) &&
                     Find(file, "curl_easy_reset", &calls.easy_reset) &&
                     Find(file, "curl_easy_cleanup", &calls.easy_cleanup) &&
                     Find(file, "curl_slist_append", &calls.slist_append) &&
                     Find(file, "curl_slist_free_all", &calls.slist_free_all);
  if (found && calls.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) return loaded;
  const char* why = found ? nullptr : dlerror();
  loaded.words = std::string(kFile) + " cannot be used (" +
                 (why != nullptr ? why : "it does not start") + "): install the package libcurl4";
  return loaded;
}

}  // namespace

const CurlLibrary* CurlLibrary::Load(std::string* words) {
  static const Loaded loaded = LoadOnce();
  if (loaded.words.empty()) return &loaded.calls;
  *words = loaded.words;
  return nullptr;
}

}  // namespace http
