// Faults of disks, locks and clocks, for programs that are linked dynamically. `.ci/check-faults` builds this file as a
// library and sets LD_PRELOAD, so that its functions stand before those of the C library. Child processes inherit it,
// and all of them count in one file.
//
// FAULTS_FOLDER   calls count where they change something below this folder
// FAULTS_COUNTER  the file that holds the number of calls so far
// FAULTS_LOG      a file that gets one line per counted call: its number, its name, its path
// FAULTS_TRACE    a file that gets what every such call changed, once it has succeeded (see power.py)
// FAULTS_AT       the number of the call that fails, counted from 1; none where it is 0 or not set
// FAULTS_ERROR    ENOSPC or EIO
// FAULTS_KIND     once: that call fails; stay: it and all later ones that need space fail;
//                 short: if it is a write, half of it is written, and all later calls that need space fail
// FAULTS_UNLOCKED 1: locks succeed without effect
// FAULTS_CLOCK    seconds that the clock of the day is wrong, from the call FAULTS_AT on

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static char folder[PATH_MAX];
static size_t folder_length;
static _Atomic long *counter;
static int log_file = -1, trace_file = -1;
static long fail_at;
static int error_code, unlocked;
static long clock_shift;
enum kind { once, stay, cut };
static enum kind kind;

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

__attribute__((constructor)) static void begin(void) {
    const char *value;
    if ((value = setting("FAULTS_FOLDER")) && realpath(value, folder)) folder_length = strlen(folder);
    if ((value = setting("FAULTS_COUNTER"))) {
        int file = syscall(SYS_openat, AT_FDCWD, value, O_RDWR | O_CLOEXEC);
        if (file < 0) abort();
        void *shared = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (shared == MAP_FAILED) abort();
        counter = shared;
        syscall(SYS_close, file);
    }
    if ((value = setting("FAULTS_LOG")))
        log_file = syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_APPEND | O_CLOEXEC);
    if ((value = setting("FAULTS_TRACE")))
        trace_file = syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_APPEND | O_CLOEXEC);
    if ((value = setting("FAULTS_AT"))) fail_at = atol(value);
    if ((value = setting("FAULTS_ERROR"))) error_code = strcmp(value, "EIO") ? ENOSPC : EIO;
    if ((value = setting("FAULTS_KIND"))) kind = !strcmp(value, "stay") ? stay : !strcmp(value, "short") ? cut : once;
    if ((value = setting("FAULTS_UNLOCKED"))) unlocked = *value == '1';
    if ((value = setting("FAULTS_CLOCK"))) clock_shift = atol(value);
}

// What a call does to the disk: whether it fails on a full one.
enum need { needs_space, needs_none };
enum fate { passes, fails, half };

static int is_inside(const char *path) {
    return folder_length && !strncmp(path, folder, folder_length)
        && (path[folder_length] == '/' || path[folder_length] == 0);
}

static enum fate count(const char *name, const char *path, enum need need, int is_write) {
    if (!counter || !is_inside(path)) return passes;
    long number = atomic_fetch_add(counter, 1) + 1;
    enum fate fate = passes;
    if (error_code && fail_at && number == fail_at) fate = kind == cut && is_write ? half : fails;
    if (error_code && fail_at && number > fail_at && kind != once && need == needs_space) fate = fails;
    if (log_file >= 0) {
        char line[PATH_MAX + 100];
        int length = snprintf(
            line, sizeof line, "%ld\t%s\t%s\t%s\n", number, name, path, fate == passes ? "" : "failed");
        if (length > 0) syscall(SYS_write, log_file, line, (size_t)length);
    }
    if (fate == fails) errno = error_code;
    return fate;
}

static int path_of_file(int file, char *path) {
    int before = errno;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    errno = before;
    path[length > 0 ? length : 0] = 0;
    return length > 0;
}

static void whole_path(int at, const char *path, char *whole) {
    int before = errno;
    whole[0] = 0;
    if (*path != '/') {
        if (at != AT_FDCWD) path_of_file(at, whole);
        else if (syscall(SYS_getcwd, whole, PATH_MAX) < 0) whole[0] = 0;
        strcat(whole, "/");
    }
    strncat(whole, path, PATH_MAX - 1);
    errno = before;
}

static enum fate of_file(const char *name, int file, enum need need, int is_write) {
    char path[PATH_MAX];
    return counter && path_of_file(file, path) ? count(name, path, need, is_write) : passes;
}

static enum fate of_path(const char *name, int at, const char *path, enum need need) {
    if (!counter || !path) return passes;
    char whole[2 * PATH_MAX];
    whole_path(at, path, whole);
    return count(name, whole, need, 0);
}

// MARK: The trace: one line per change, `name path other-path-or-numbers`, with tabs between, and for writes the bytes in
// hexadecimal digits.

static void trace_bytes(const char *name, const char *path, const char *rest, const unsigned char *bytes, size_t length) {
    if (trace_file < 0 || !is_inside(path)) return;
    int before = errno;
    char *line = malloc(3 * PATH_MAX + 2 * length);
    if (!line) abort();
    size_t end = (size_t)sprintf(line, "%s\t%s\t%s\t", name, path, rest);
    for (size_t index = 0; index < length; index++) {
        line[end++] = "0123456789abcdef"[bytes[index] >> 4];
        line[end++] = "0123456789abcdef"[bytes[index] & 15];
    }
    line[end++] = '\n';
    syscall(SYS_write, trace_file, line, end);
    free(line);
    errno = before;
}

static void trace_file_change(const char *name, int file, const char *rest, const void *bytes, size_t length) {
    char path[PATH_MAX];
    if (trace_file >= 0 && path_of_file(file, path)) trace_bytes(name, path, rest, bytes, length);
}

static void trace_path_change(const char *name, int at, const char *path, const char *rest) {
    if (trace_file < 0) return;
    char whole[2 * PATH_MAX];
    whole_path(at, path, whole);
    trace_bytes(name, whole, rest, NULL, 0);
}

static void trace_write(int file, const void *bytes, ssize_t length, off_t offset) {
    if (trace_file < 0 || length <= 0) return;
    char place[32];
    // Without an offset the bytes end where the file now stands.
    if (offset < 0) offset = lseek(file, 0, SEEK_CUR) - length;
    snprintf(place, sizeof place, "%lld", (long long)offset);
    trace_file_change("write", file, place, bytes, (size_t)length);
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

// MARK: Writing

#define WRITE(name, offset, parameters, ...) \
    ssize_t name parameters { \
        REAL(name); \
        enum fate fate = of_file(#name, file, needs_space, 1); \
        if (fate == fails) return -1; \
        if (fate == half && (length /= 2) == 0) { errno = error_code; return -1; } \
        ssize_t written = real(file, bytes, length, ##__VA_ARGS__); \
        trace_write(file, bytes, written, offset); \
        return written; \
    }
WRITE(write, -1, (int file, const void *bytes, size_t length))
WRITE(pwrite, offset, (int file, const void *bytes, size_t length, off_t offset), offset)
WRITE(pwrite64, offset, (int file, const void *bytes, size_t length, off64_t offset), offset)

// Written in one piece, so that it is traced as one.
ssize_t writev(int file, const struct iovec *parts, int parts_count) {
    size_t length = 0;
    for (int index = 0; index < parts_count; index++) length += parts[index].iov_len;
    char *whole = malloc(length + 1);
    if (!whole) abort();
    length = 0;
    for (int index = 0; index < parts_count; length += parts[index++].iov_len)
        memcpy(whole + length, parts[index].iov_base, parts[index].iov_len);
    ssize_t written = write(file, whole, length);
    free(whole);
    return written;
}

#define FILE_CALL(name, need, rest_of_trace, parameters, arguments) \
    int name parameters { \
        REAL(name); \
        if (of_file(#name, file, need, 0) == fails) return -1; \
        int status = real arguments; \
        char rest[32]; \
        snprintf(rest, sizeof rest, "%lld", (long long)(rest_of_trace)); \
        if (status == 0) trace_file_change(#name, file, rest, NULL, 0); \
        return status; \
    }
FILE_CALL(fsync, needs_space, 0, (int file), (file))
FILE_CALL(fdatasync, needs_space, 0, (int file), (file))
FILE_CALL(ftruncate, needs_none, length, (int file, off_t length), (file, length))
FILE_CALL(ftruncate64, needs_none, length, (int file, off64_t length), (file, length))

// MARK: Names

#define PATH_CALL(name, need, at, path, parameters, arguments) \
    int name parameters { \
        REAL(name); \
        if (of_path(#name, at, path, need) == fails) return -1; \
        int status = real arguments; \
        if (status == 0) trace_path_change(#name, at, path, ""); \
        return status; \
    }
PATH_CALL(symlink, needs_space, AT_FDCWD, to, (const char *from, const char *to), (from, to))
PATH_CALL(mkdir, needs_space, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
PATH_CALL(unlink, needs_none, AT_FDCWD, path, (const char *path), (path))
PATH_CALL(unlinkat, needs_none, at, path, (int at, const char *path, int flags), (at, path, flags))
PATH_CALL(rmdir, needs_none, AT_FDCWD, path, (const char *path), (path))

#define MOVE(name, need, from_folder, to_folder, parameters, arguments) \
    int name parameters { \
        REAL(name); \
        if (of_path(#name, to_folder, to, need) == fails) return -1; \
        int status = real arguments; \
        if (status == 0 && trace_file >= 0) { \
            char whole[2 * PATH_MAX]; \
            whole_path(to_folder, to, whole); \
            trace_path_change(#name, from_folder, from, whole); \
        } \
        return status; \
    }
MOVE(rename, needs_none, AT_FDCWD, AT_FDCWD, (const char *from, const char *to), (from, to))
MOVE(renameat, needs_none, from_folder, to_folder,
    (int from_folder, const char *from, int to_folder, const char *to), (from_folder, from, to_folder, to))
MOVE(link, needs_space, AT_FDCWD, AT_FDCWD, (const char *from, const char *to), (from, to))

#define OPEN(name, at, parameters, last, arguments) \
    int name parameters { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, last); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        if ((flags & O_CREAT) && of_path(#name, at, path, needs_space) == fails) return -1; \
        int file = real arguments; \
        if (file >= 0 && (flags & (O_CREAT | O_TRUNC))) trace_path_change("open", at, path, flags & O_TRUNC ? "0" : ""); \
        return file; \
    }
OPEN(open, AT_FDCWD, (const char *path, int flags, ...), flags, (path, flags, mode))
OPEN(open64, AT_FDCWD, (const char *path, int flags, ...), flags, (path, flags, mode))
OPEN(openat, at, (int at, const char *path, int flags, ...), flags, (at, path, flags, mode))

int mkstemp(char *path) {
    REAL(mkstemp);
    if (of_path("mkstemp", AT_FDCWD, path, needs_space) == fails) return -1;
    int file = real(path);
    if (file >= 0) trace_path_change("open", AT_FDCWD, path, "");
    return file;
}

// MARK: Locks

int flock(int file, int operation) {
    REAL(flock);
    return unlocked ? 0 : real(file, operation);
}

#define FCNTL(name) \
    int name(int file, int command, ...) { \
        REAL(name); \
        va_list rest; \
        va_start(rest, command); \
        void *argument = va_arg(rest, void *); \
        va_end(rest); \
        int locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW; \
        return unlocked && locks ? 0 : real(file, command, argument); \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

// MARK: The clock of the day

static long shift(void) {
    return clock_shift && counter && atomic_load(counter) >= fail_at ? clock_shift : 0;
}

int clock_gettime(clockid_t clock, struct timespec *result) {
    REAL(clock_gettime);
    int status = real(clock, result);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) result->tv_sec += shift();
    return status;
}

int gettimeofday(struct timeval *restrict result, void *restrict zone) {
    REAL(gettimeofday);
    int status = real(result, zone);
    if (status == 0) result->tv_sec += shift();
    return status;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
