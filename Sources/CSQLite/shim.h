// SQLite as Debian packages it: reads the databases of experiment trackers.
#ifndef SCALEBENCH_CSQLITE_H
#define SCALEBENCH_CSQLITE_H

#include <sqlite3.h>

#endif
