// A disk that fails on demand, put between a program and its C library with LD_PRELOAD.
//
// While the file that FAULTY_DISK names is there, writes to files whose path contains FAULTY_PATH go
// wrong in the way that the file's text says: "full", "broken", "short" or "unsynced".
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// The fault there is for this descriptor, as its first letter; 0 when all is well.
static char fault(int file) {
  const char *demand = getenv("FAULTY_DISK"), *victim = getenv("FAULTY_PATH");
  if (!demand || !victim) return 0;
  char link[64], path[4096], kind = 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (!strstr(path, victim)) return 0;
  int asked = open(demand, O_RDONLY | O_CLOEXEC);
  if (asked < 0) return 0;
  if (read(asked, &kind, 1) != 1) kind = 0;
  close(asked);
  return kind;
}

// How much of a write comes through; negative when none does.
static ssize_t allowed(int file, size_t count) {
  switch (fault(file)) {
  case 'f': errno = ENOSPC; return -1;
  case 'b': errno = EIO; return -1;
  case 's': return count > 1 ? (ssize_t)(count / 2) : (ssize_t)count;
  default: return (ssize_t)count;
  }
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  ssize_t room = allowed(file, count);
  return room < 0 ? room : syscall(SYS_pwrite64, file, bytes, room, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  return pwrite64(file, bytes, count, offset);
}

ssize_t write(int file, const void *bytes, size_t count) {
  ssize_t room = allowed(file, count);
  return room < 0 ? room : syscall(SYS_write, file, bytes, room);
}

static int synced(int file, long call) {
  if (fault(file) == 'u') {
    errno = EIO;
    return -1;
  }
  return (int)syscall(call, file);
}

int fsync(int file) { return synced(file, SYS_fsync); }

int fdatasync(int file) { return synced(file, SYS_fdatasync); }
