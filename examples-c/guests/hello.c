#include "guest.h"

IMPORT("env", "puts") int puts(const char *text);

EXPORT("hello") void hello(void) { puts("Hello from WebAssembly"); }
