extension KnownText {
  static let cLibrary = """
    typedef struct _IO_FILE FILE;
    typedef struct __dirstream DIR;
    struct tm;

    // Memory
    void *memcpy(void *to [[sized_by(n), pulley::out]], const void *from [[sized_by(n)]], size_t n);
    void *mempcpy(void *to [[sized_by(n), pulley::out]], const void *from [[sized_by(n)]], size_t n);
    void *memmove(void *to [[sized_by(n)]], const void *from [[sized_by(n)]], size_t n);
    void *memccpy(void *to [[sized_by(n)]], const void *from [[sized_by(n)]], int c, size_t n);
    void *memset(void *to [[sized_by(n), pulley::out]], int c, size_t n);
    void *memset_explicit(void *to [[sized_by(n), pulley::out]], int c, size_t n);
    int memcmp(const void *a [[sized_by(n)]], const void *b [[sized_by(n)]], size_t n);
    void *memchr(const void *s [[sized_by(n)]], int c, size_t n);
    void *memrchr(const void *s [[sized_by(n)]], int c, size_t n);
    void *memmem(const void *s [[sized_by(n)]], size_t n, const void *part [[sized_by(m)]], size_t m);
    void bcopy(const void *from [[sized_by(n)]], void *to [[sized_by(n)]], size_t n);
    int bcmp(const void *a [[sized_by(n)]], const void *b [[sized_by(n)]], size_t n);
    void bzero(void *to [[sized_by(n), pulley::out]], size_t n);
    void explicit_bzero(void *to [[sized_by(n), pulley::out]], size_t n);
    void free(void *p [[pulley::released]]);
    void *realloc(void *p [[pulley::released]], size_t size);
    void *reallocarray(void *p [[pulley::released]], size_t count, size_t size);
    int posix_memalign(void **p [[pulley::out]], size_t alignment, size_t size);

    // Strings
    char *strcpy(char *to [[pulley::strings(from), pulley::out]], const char *from);
    char *stpcpy(char *to [[pulley::strings(from), pulley::out]], const char *from);
    char *strncpy(char *to [[sized_by(n), pulley::out]], const char *from [[sized_by(n)]], size_t n);
    char *stpncpy(char *to [[sized_by(n), pulley::out]], const char *from [[sized_by(n)]], size_t n);
    size_t strlcpy(char *to [[sized_by(n)]], const char *from, size_t n);
    char *strcat(char *to [[pulley::strings(to, from)]], const char *from);
    size_t strlcat(char *to [[sized_by(n)]], const char *from, size_t n);
    size_t strxfrm(char *to [[sized_by(n)]], const char *from, size_t n);
    char *strerror_r(int error, char *to [[sized_by(n)]], size_t n);
    long strtol(const char *s, char **end [[pulley::out]], int base);
    unsigned long strtoul(const char *s, char **end [[pulley::out]], int base);
    long long strtoll(const char *s, char **end [[pulley::out]], int base);
    unsigned long long strtoull(const char *s, char **end [[pulley::out]], int base);
    long long strtoimax(const char *s, char **end [[pulley::out]], int base);
    unsigned long long strtoumax(const char *s, char **end [[pulley::out]], int base);
    float strtof(const char *s, char **end [[pulley::out]]);
    double strtod(const char *s, char **end [[pulley::out]]);
    long double strtold(const char *s, char **end [[pulley::out]]);
    int strfromd(char *to [[sized_by(n)]], size_t n, const char *format, double x);
    int strfromf(char *to [[sized_by(n)]], size_t n, const char *format, float x);

    // Sorting and numbers
    void qsort(void *base [[sized_by(count * size)]], size_t count, size_t size, int (*compare)(const void *, const void *));
    void qsort_r(void *base [[sized_by(count * size)]], size_t count, size_t size, int (*compare)(const void *, const void *, void *), void *data);
    void *bsearch(const void *key [[sized_by(size)]], const void *base [[sized_by(count * size)]], size_t count, size_t size, int (*compare)(const void *, const void *));
    double modf(double x, double *whole [[pulley::out]]);
    float modff(float x, float *whole [[pulley::out]]);
    double frexp(double x, int *exponent [[pulley::out]]);
    float frexpf(float x, int *exponent [[pulley::out]]);
    double remquo(double x, double y, int *quotient [[pulley::out]]);
    float remquof(float x, float y, int *quotient [[pulley::out]]);
    double lgamma_r(double x, int *sign [[pulley::out]]);
    float lgammaf_r(float x, int *sign [[pulley::out]]);
    void sincos(double x, double *sine [[pulley::out]], double *cosine [[pulley::out]]);
    void sincosf(float x, float *sine [[pulley::out]], float *cosine [[pulley::out]]);
    void arc4random_buf(void *to [[sized_by(n), pulley::out]], size_t n);
    int getentropy(void *to [[sized_by(n), pulley::out]], size_t n);

    // Wide characters
    int mblen(const char *s [[sized_by(n)]], size_t n);
    int mbtowc(wchar_t *to, const char *s [[sized_by(n)]], size_t n);
    size_t mbstowcs(wchar_t *to [[counted_by(n)]], const char *s, size_t n);
    size_t wcstombs(char *to [[sized_by(n)]], const wchar_t *s, size_t n);

    // Time
    size_t strftime(char *to [[sized_by(n)]], size_t n, const char *format, const struct tm *time);
    time_t time(time_t *to [[pulley::out]]);
    struct tm *gmtime_r(const time_t *time, struct tm *to [[pulley::out]]);
    struct tm *localtime_r(const time_t *time, struct tm *to [[pulley::out]]);
    char *asctime_r(const struct tm *time, char *to [[sized_by(26)]]);
    char *ctime_r(const time_t *time, char *to [[sized_by(26)]]);
    int clock_gettime(int clock, struct timespec *to [[pulley::out]]);
    int clock_getres(int clock, struct timespec *to [[pulley::out]]);
    int timespec_get(struct timespec *to [[pulley::out]], int base);
    int nanosleep(const struct timespec *time, struct timespec *rest [[pulley::out]]);

    // Formats
    int printf(const char *format, ...) [[format(printf, 1, 2)]];
    int fprintf(FILE *file, const char *format, ...) [[format(printf, 2, 3)]];
    int dprintf(int file, const char *format, ...) [[format(printf, 2, 3)]];
    int sprintf(char *to, const char *format, ...) [[format(printf, 2, 3)]];
    int snprintf(char *to [[sized_by(n)]], size_t n, const char *format, ...) [[format(printf, 3, 4)]];
    int asprintf(char **to [[pulley::out]], const char *format, ...) [[format(printf, 2, 3)]];
    int scanf(const char *format, ...) [[format(scanf, 1, 2)]];
    int fscanf(FILE *file, const char *format, ...) [[format(scanf, 2, 3)]];
    int sscanf(const char *s, const char *format, ...) [[format(scanf, 2, 3)]];
    void syslog(int priority, const char *format, ...) [[format(printf, 2, 3)]];
    void warn(const char *format, ...) [[format(printf, 1, 2)]];
    void warnx(const char *format, ...) [[format(printf, 1, 2)]];
    void err(int status, const char *format, ...) [[format(printf, 2, 3)]];
    void errx(int status, const char *format, ...) [[format(printf, 2, 3)]];

    // Files
    FILE *fopen(const char *name, const char *mode) [[pulley::finalizer(fclose)]];
    FILE *fopen64(const char *name, const char *mode) [[pulley::finalizer(fclose)]];
    FILE *fdopen(int file, const char *mode) [[pulley::finalizer(fclose)]];
    FILE *tmpfile(void) [[pulley::finalizer(fclose)]];
    FILE *tmpfile64(void) [[pulley::finalizer(fclose)]];
    FILE *popen(const char *command, const char *mode) [[pulley::finalizer(pclose)]];
    int fclose(FILE *file [[pulley::released]]);
    int pclose(FILE *file [[pulley::released]]);
    FILE *freopen(const char *name, const char *mode, FILE *file [[pulley::released]]) [[pulley::finalizer(fclose)]];
    size_t fread(void *to [[sized_by(size * count)]], size_t size, size_t count, FILE *file);
    size_t fwrite(const void *from [[sized_by(size * count)]], size_t size, size_t count, FILE *file);
    size_t fread_unlocked(void *to [[sized_by(size * count)]], size_t size, size_t count, FILE *file);
    size_t fwrite_unlocked(const void *from [[sized_by(size * count)]], size_t size, size_t count, FILE *file);
    char *fgets(char *to [[sized_by(n)]], int n, FILE *file);
    int setvbuf(FILE *file, char *buffer [[sized_by(n), pulley::kept]], int mode, size_t n);
    FILE *fmemopen(void *buffer [[sized_by(n), pulley::kept]], size_t n, const char *mode) [[pulley::finalizer(fclose)]];
    DIR *opendir(const char *name) [[pulley::finalizer(closedir)]];
    DIR *fdopendir(int file) [[pulley::finalizer(closedir)]];
    int closedir(DIR *directory [[pulley::released]]);
    ssize_t read(int file, void *to [[sized_by(n)]], size_t n);
    ssize_t write(int file, const void *from [[sized_by(n)]], size_t n);
    ssize_t pread(int file, void *to [[sized_by(n)]], size_t n, off_t offset);
    ssize_t pwrite(int file, const void *from [[sized_by(n)]], size_t n, off_t offset);
    ssize_t send(int socket, const void *from [[sized_by(n)]], size_t n, int flags);
    ssize_t recv(int socket, void *to [[sized_by(n)]], size_t n, int flags);
    ssize_t readlink(const char *path, char *to [[sized_by(n)]], size_t n);
    ssize_t getrandom(void *to [[sized_by(n)]], size_t n, unsigned flags);
    char *getcwd(char *to [[sized_by(n)]], size_t n);
    int gethostname(char *to [[sized_by(n)]], size_t n);
    int ttyname_r(int file, char *to [[sized_by(n)]], size_t n);
    int pipe(int ends[2] [[pulley::out]]);

    // The process: SIG_DFL, SIG_IGN and SIG_ERR are not functions.
    void (*signal(int number, void (*handler)(int) [[pulley::kept, pulley::sentinel(1, -1)]]))(int);
    int atexit(void (*handler)(void) [[pulley::kept]]);
    int at_quick_exit(void (*handler)(void) [[pulley::kept]]);
    int on_exit(void (*handler)(int, void *) [[pulley::kept]], void *data);
    int putenv(char *text [[pulley::kept]]);
    """
}
