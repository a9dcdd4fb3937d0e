/* A guest in plain C. The same source is a native program, whose output is the expected one. Functions that are not
 * defined here are imported from the module "env", and printf is the host's. */
#ifndef GUEST_H
#define GUEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(name)))
#include "allocator.h"
#else
#define EXPORT(name)
int run(void);
int main(void) { return run(); }
#endif

#endif
