__attribute__((import_module("env"), import_name("puts"))) int puts(const char *text);

__attribute__((export_name("hello"))) void hello(void) { puts("Hello from WebAssembly"); }
