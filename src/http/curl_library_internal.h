// CurlLibrary: libcurl, loaded when the first request is made. Linking it would load two dozen
// libraries more into each process, also into those that never leave the machine.
#pragma once

#include <curl/curl.h>

#include <string>

// Calls go by pointer: the macros that check arguments do not apply.
#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace http {

struct CurlLibrary {
  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_perform) easy_perform;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_easy_reset) easy_reset;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;

  /// Null when it cannot be loaded: `words` then says why. Thread-safe; stays loaded.
  static const CurlLibrary* Load(std::string* words);
};

}  // namespace http
