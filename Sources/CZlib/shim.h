// zlib as Debian packages it: reads .gz input, which libzstd of Debian cannot.
#ifndef SCALEBENCH_CZLIB_H
#define SCALEBENCH_CZLIB_H

#include <zlib.h>

#endif
