// curl's set and get calls are variadic, which Swift can't call: one typed function per argument kind.
#pragma once
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>

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

// The address that curl is about to connect to: its bytes as they go over the wire, and how many.
static inline int tripline_curl_address(
    const struct curl_sockaddr *address, unsigned char bytes[16]) {
  const void *found = &address->addr;
  if (address->family == AF_INET) {
    memcpy(bytes, &((const struct sockaddr_in *)found)->sin_addr, 4);
    return 4;
  }
  if (address->family == AF_INET6) {
    memcpy(bytes, &((const struct sockaddr_in6 *)found)->sin6_addr, 16);
    return 16;
  }
  return 0;
}

typedef curl_socket_t (*tripline_curl_socket)(
    void *context, curlsocktype purpose, struct curl_sockaddr *address);

static inline CURLcode tripline_curl_set_socket(
    CURL *handle, tripline_curl_socket function, void *context) {
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, context);
  return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, function);
}
