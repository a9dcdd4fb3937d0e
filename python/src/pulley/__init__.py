"""WebAssembly that calls any C function: libpulley for Python."""
