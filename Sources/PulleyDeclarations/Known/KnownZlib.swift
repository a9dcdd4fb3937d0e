extension KnownText {
  static let zlib = """
    typedef unsigned char Bytef;
    typedef unsigned int uInt;
    typedef unsigned long uLong;
    typedef struct gzFile_s *gzFile;
    struct gz_header_s {
      Bytef *extra [[sized_by(extra_max)]];
      uInt extra_max;
      Bytef *name [[sized_by(name_max)]];
      uInt name_max;
      Bytef *comment [[sized_by(comm_max)]];
      uInt comm_max;
    };
    struct z_stream_s {
      const Bytef *next_in [[sized_by(avail_in)]];
      uInt avail_in;
      Bytef *next_out [[sized_by(avail_out)]];
      uInt avail_out;
    };
    typedef struct z_stream_s *z_streamp;
    typedef struct gz_header_s *gz_headerp;

    // Streams: zlib refuses a structure that has moved since it was initialized.
    int deflateInit_(z_streamp s [[pulley::kept]], int level, const char *version, int size [[pulley::size_of(s)]]);
    int deflateInit2_(z_streamp s [[pulley::kept]], int level, int method, int bits, int memory, int strategy, const char *version, int size [[pulley::size_of(s)]]);
    int deflate(z_streamp s [[pulley::kept]], int flush);
    int deflateEnd(z_streamp s [[pulley::kept, pulley::released]]);
    int deflateSetDictionary(z_streamp s [[pulley::kept]], const Bytef *from [[sized_by(n)]], uInt n);
    int deflateGetDictionary(z_streamp s [[pulley::kept]], Bytef *to [[sized_by(32768)]], uInt *n [[pulley::out]]);
    int deflateCopy(z_streamp to [[pulley::kept]], z_streamp from [[pulley::kept]]);
    int deflateReset(z_streamp s [[pulley::kept]]);
    int deflateResetKeep(z_streamp s [[pulley::kept]]);
    int deflateParams(z_streamp s [[pulley::kept]], int level, int strategy);
    int deflateTune(z_streamp s [[pulley::kept]], int good, int lazy, int nice, int chain);
    uLong deflateBound(z_streamp s [[pulley::kept]], uLong n);
    int deflatePending(z_streamp s [[pulley::kept]], unsigned *bytes [[pulley::out]], int *bits [[pulley::out]]);
    int deflatePrime(z_streamp s [[pulley::kept]], int bits, int value);
    int deflateSetHeader(z_streamp s [[pulley::kept]], gz_headerp header [[pulley::kept]]);
    int inflateInit_(z_streamp s [[pulley::kept]], const char *version, int size [[pulley::size_of(s)]]);
    int inflateInit2_(z_streamp s [[pulley::kept]], int bits, const char *version, int size [[pulley::size_of(s)]]);
    int inflate(z_streamp s [[pulley::kept]], int flush);
    int inflateEnd(z_streamp s [[pulley::kept, pulley::released]]);
    int inflateSetDictionary(z_streamp s [[pulley::kept]], const Bytef *from [[sized_by(n)]], uInt n);
    int inflateGetDictionary(z_streamp s [[pulley::kept]], Bytef *to [[sized_by(32768)]], uInt *n [[pulley::out]]);
    int inflateSync(z_streamp s [[pulley::kept]]);
    int inflateSyncPoint(z_streamp s [[pulley::kept]]);
    int inflateCopy(z_streamp to [[pulley::kept]], z_streamp from [[pulley::kept]]);
    int inflateReset(z_streamp s [[pulley::kept]]);
    int inflateReset2(z_streamp s [[pulley::kept]], int bits);
    int inflateResetKeep(z_streamp s [[pulley::kept]]);
    int inflatePrime(z_streamp s [[pulley::kept]], int bits, int value);
    long inflateMark(z_streamp s [[pulley::kept]]);
    int inflateGetHeader(z_streamp s [[pulley::kept]], gz_headerp header [[pulley::kept, nonnull]]);
    int inflateBackInit_(z_streamp s [[pulley::kept]], int bits, Bytef *window [[pulley::kept, sized_by(32768)]], const char *version, int size [[pulley::size_of(s)]]);
    int inflateBackEnd(z_streamp s [[pulley::kept, pulley::released]]);

    // Whole buffers: the length of the destination is its capacity before the call.
    int compress(Bytef *to [[sized_by(room)]], uLong *room [[nonnull]], const Bytef *from [[sized_by(n)]], uLong n);
    int compress2(Bytef *to [[sized_by(room)]], uLong *room [[nonnull]], const Bytef *from [[sized_by(n)]], uLong n, int level);
    int uncompress(Bytef *to [[sized_by(room)]], uLong *room [[nonnull]], const Bytef *from [[sized_by(n)]], uLong n);
    int uncompress2(Bytef *to [[sized_by(room)]], uLong *room [[nonnull]], const Bytef *from [[sized_by(n)]], uLong *n [[nonnull]]);
    uLong adler32(uLong sum, const Bytef *from [[sized_by(n)]], uInt n);
    uLong adler32_z(uLong sum, const Bytef *from [[sized_by(n)]], size_t n);
    uLong crc32(uLong sum, const Bytef *from [[sized_by(n)]], uInt n);
    uLong crc32_z(uLong sum, const Bytef *from [[sized_by(n)]], size_t n);

    // Files
    gzFile gzopen(const char *name, const char *mode [[nonnull]]) [[pulley::finalizer(gzclose)]];
    gzFile gzopen64(const char *name, const char *mode [[nonnull]]) [[pulley::finalizer(gzclose)]];
    gzFile gzdopen(int file, const char *mode [[nonnull]]) [[pulley::finalizer(gzclose)]];
    int gzread(gzFile file, void *to [[sized_by(n)]], unsigned n);
    size_t gzfread(void *to [[sized_by(size * count)]], size_t size, size_t count, gzFile file);
    int gzwrite(gzFile file, const void *from [[sized_by(n)]], unsigned n);
    size_t gzfwrite(const void *from [[sized_by(size * count)]], size_t size, size_t count, gzFile file);
    int gzprintf(gzFile file, const char *format, ...) [[format(printf, 2, 3)]];
    int gzputs(gzFile file, const char *s [[nonnull]]);
    char *gzgets(gzFile file, char *to [[sized_by(n)]], int n);
    int gzclose(gzFile file [[pulley::released]]);
    int gzclose_r(gzFile file [[pulley::released]]);
    int gzclose_w(gzFile file [[pulley::released]]);
    const char *gzerror(gzFile file, int *code [[pulley::out]]);
    """
}
