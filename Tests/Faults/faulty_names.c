// Put in front of the C library by tests: a name that a name server would resolve to the address where
// clouds hand out credentials.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>

int getaddrinfo(
    const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  if (!real) real = dlsym(RTLD_NEXT, "getaddrinfo");
  if (name && strcmp(name, "pager.test") == 0) name = "169.254.169.254";
  return real(name, service, hints, found);
}
