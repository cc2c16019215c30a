// libzstd as Debian packages it.
#ifndef SCALEBENCH_CZSTD_H
#define SCALEBENCH_CZSTD_H

#include <zstd.h>
#include <zstd_errors.h>

#endif
