// curl's set and get calls are variadic, which Swift can't call: one typed function per argument kind.
#pragma once
#include <curl/curl.h>

typedef size_t (*tripline_curl_data)(char *data, size_t size, size_t count, void *context);

static inline CURLcode tripline_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode tripline_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode tripline_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode tripline_curl_set_data(
    CURL *handle, CURLoption option, tripline_curl_data function) {
  return curl_easy_setopt(handle, option, function);
}
static inline CURLcode tripline_curl_get_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}
static inline CURLcode tripline_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(handle, info, value);
}
