// The source of a program that uses the standard library as ordinary programs do.

#ifndef RAC_CLI_LIBRARY_SAMPLE_H
#define RAC_CLI_LIBRARY_SAMPLE_H

#include "base/base.h"

Str library_sample(void);

#endif
