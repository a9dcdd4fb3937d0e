/* zlib: whole buffers, and z_stream, whose layouts differ and which the library keeps between calls. */
#include "guest.h"
#include <zlib.h>

enum { SIZE = 40000 };
static unsigned char plain[SIZE], packed[SIZE], unpacked[SIZE];

static void stream(int piece) {
  z_stream out;
  memset(&out, 0, sizeof out);
  printf("deflateInit %d\n", deflateInit(&out, 6));
  int status = Z_OK, calls = 0;
  size_t end = 0;
  out.next_out = packed;
  out.avail_out = (unsigned)piece;
  while (status == Z_OK || status == Z_BUF_ERROR) {
    if (out.avail_in == 0 && end < SIZE) {
      out.next_in = plain + end;
      out.avail_in = SIZE - end < (size_t)piece ? (unsigned)(SIZE - end) : (unsigned)piece;
      end += out.avail_in;
    }
    if (out.avail_out == 0) out.avail_out = (unsigned)piece;
    status = deflate(&out, end == SIZE ? Z_FINISH : Z_NO_FLUSH);
    if (++calls > 100000) break;
  }
  printf("%d after %d calls: %lu of %lu, next %d %d, adler %lx\n", status, calls, out.total_in, out.total_out,
         (int)(out.next_in - plain), (int)(out.next_out - packed), out.adler);
  unsigned long length = out.total_out;
  printf("deflateEnd %d\n", deflateEnd(&out));

  z_stream in;
  memset(&in, 0, sizeof in);
  printf("inflateInit %d\n", inflateInit(&in));
  in.next_in = packed;
  in.next_out = unpacked;
  for (status = Z_OK, calls = 0; status == Z_OK && calls < 100000; calls++) {
    if (in.avail_in == 0 && in.total_in < length) in.avail_in = 1 + (length - in.total_in) / 3;
    if (in.avail_out == 0) in.avail_out = (unsigned)piece;
    status = inflate(&in, Z_NO_FLUSH);
  }
  printf("%d after %d calls: %lu of %lu, same %d\n", status, calls, in.total_in, in.total_out,
         memcmp(plain, unpacked, SIZE) == 0);
  printf("inflateEnd %d\n", inflateEnd(&in));
}

static void broken(void) {
  z_stream in;
  memset(&in, 0, sizeof in);
  inflateInit(&in);
  in.next_in = plain;
  in.avail_in = 100;
  in.next_out = unpacked;
  in.avail_out = SIZE;
  int status = inflate(&in, Z_FINISH);
  printf("broken data: %d, %s\n", status, in.msg);
  inflateEnd(&in);
}

EXPORT("run") int run(void) {
  for (int k = 0; k < SIZE; k++) plain[k] = (unsigned char)("the quick brown fox"[k % 19] + k * k / 5000 % 7);
  printf("crc %lx, adler %lx\n", crc32(0, plain, SIZE), adler32(1, plain, SIZE));
  uLongf length = sizeof packed;
  printf("compress %d\n", compress(packed, &length, plain, SIZE));
  printf("%lu bytes, at most %d\n", length, compressBound(SIZE) >= length);
  uLongf plain_length = sizeof unpacked;
  printf("uncompress %d\n", uncompress(unpacked, &plain_length, packed, length));
  printf("%lu bytes, same %d\n", plain_length, memcmp(plain, unpacked, SIZE) == 0);
  plain_length = 10;
  printf("too small: %d\n", uncompress(unpacked, &plain_length, packed, length));
  stream(SIZE);
  stream(700);
  broken();
  return 0;
}
