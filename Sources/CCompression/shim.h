#pragma once
#include <zlib.h>
#include <zstd.h>

// inflateInit2 is a macro, so Swift can't see it; 32 lets zlib recognise gzip and zlib headers.
static inline int tripline_inflate_start(z_stream *stream) {
  return inflateInit2(stream, MAX_WBITS + 32);
}
