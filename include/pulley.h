/* libpulley: a portable bytecode engine behind a C interface. */
#ifndef PULLEY_H
#define PULLEY_H

#include <stddef.h>
#include <stdint.h>

#endif
