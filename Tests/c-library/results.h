/* How the calls give their results. The guest imports these functions. */
void result_integer(const char *name, long long value);
void result_double(const char *name, double value);
void result_float(const char *name, float value);
void result_text(const char *name, const char *text);
void result_bytes(const char *name, const void *bytes, int count) __attribute__((access(read_only, 2, 3)));
