/* A layer under PostgreSQL, preloaded into its processes, that keeps a journal of what they do to
 * the files under one folder: writes with their bytes, and syncs. `power_journal.py` replays it.
 *
 * A write is noted after it was done, a sync before it would begin: so a sync never counts for a
 * write that it might have missed. Syncs themselves are left out, as the cut is a made-up one.
 * One record is one write to a file opened with O_APPEND, so records of processes never mix.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(name) *)next(#name))
#define MOST 64

struct head { uint8_t kind; uint8_t unused[3]; uint16_t path, other; uint64_t offset, size; };

static const char *root;
static size_t root_length;
static int journal = -1;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
  const char *to = getenv("LOOPWRIGHT_JOURNAL");
  root = getenv("LOOPWRIGHT_JOURNAL_OF");
  if (!to || !root) return;
  /* PostgreSQL writes its process titles over the environment. */
  root = strdup(root);
  root_length = strlen(root);
  int fd = NEXT(open)(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) { perror("the journal cannot be opened"); _exit(97); }
  /* Out of the way: programs close or count the lowest descriptors. */
  journal = fcntl(fd, F_DUPFD_CLOEXEC, 900);
  close(fd);
  if (journal < 0) { perror("the journal cannot be kept open"); _exit(97); }
}

/* Returns the path below the folder, or NULL. Relative paths are PostgreSQL's: it works there. */
static const char *below(const char *path) {
  if (journal < 0 || !path) return NULL;
  if (path[0] != '/') return strncmp(path, "./", 2) ? path : path + 2;
  if (strncmp(path, root, root_length) || path[root_length] != '/') return NULL;
  return path + root_length + 1;
}

static const char *of_fd(int fd, char *buffer, size_t size) {
  char link[64];
  if (journal < 0 || fd == journal) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, buffer, size - 1);
  if (n < 0) return NULL;
  buffer[n] = 0;
  return buffer[0] == '/' ? below(buffer) : NULL;
}

static void note(char kind, const char *path, const char *other, uint64_t offset,
                 const struct iovec *data, int count, uint64_t size) {
  struct iovec parts[MOST + 3];
  int saved = errno, used = 3;
  struct head head = {.kind = (uint8_t)kind, .path = (uint16_t)strlen(path),
                      .other = (uint16_t)(other ? strlen(other) : 0), .offset = offset,
                      .size = size};
  parts[0] = (struct iovec){&head, sizeof head};
  parts[1] = (struct iovec){(void *)path, head.path};
  parts[2] = (struct iovec){(void *)other, head.other};
  uint64_t left = data ? size : 0, whole = sizeof head + head.path + head.other + left;
  for (int i = 0; data && i < count && left; i++) {
    size_t part = data[i].iov_len < left ? data[i].iov_len : left;
    if (used == MOST + 3) _exit(98);
    parts[used++] = (struct iovec){data[i].iov_base, part};
    left -= part;
  }
  if (NEXT(writev)(journal, parts, used) != (ssize_t)whole) _exit(98);
  errno = saved;
}

static void written(int fd, const struct iovec *data, int count, ssize_t done, off_t offset) {
  char buffer[4096];
  const char *path = done > 0 ? of_fd(fd, buffer, sizeof buffer) : NULL;
  if (!path) return;
  if (offset < 0) offset = lseek(fd, 0, SEEK_CUR) - done;
  note('w', path, NULL, (uint64_t)offset, data, count, (uint64_t)done);
}

ssize_t write(int fd, const void *data, size_t size) {
  ssize_t done = NEXT(write)(fd, data, size);
  struct iovec one = {(void *)data, size};
  written(fd, &one, 1, done, -1);
  return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  ssize_t done = NEXT(pwrite)(fd, data, size, offset);
  struct iovec one = {(void *)data, size};
  written(fd, &one, 1, done, offset);
  return done;
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  return pwrite(fd, data, size, offset);
}

ssize_t pwritev(int fd, const struct iovec *data, int count, off_t offset) {
  ssize_t done = NEXT(pwritev)(fd, data, count, offset);
  written(fd, data, count, done, offset);
  return done;
}
ssize_t pwritev64(int fd, const struct iovec *data, int count, off64_t offset) {
  return pwritev(fd, data, count, offset);
}

int ftruncate(int fd, off_t size) {
  char buffer[4096];
  int failed = NEXT(ftruncate)(fd, size);
  const char *path = failed ? NULL : of_fd(fd, buffer, sizeof buffer);
  if (path) note('t', path, NULL, (uint64_t)size, NULL, 0, 0);
  return failed;
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int truncate(const char *name, off_t size) {
  int failed = NEXT(truncate)(name, size);
  const char *path = failed ? NULL : below(name);
  if (path) note('t', path, NULL, (uint64_t)size, NULL, 0, 0);
  return failed;
}
int truncate64(const char *name, off64_t size) { return truncate(name, size); }

/* The space reads as zeros; a later PostgreSQL grows files so. */
int posix_fallocate(int fd, off_t offset, off_t size) {
  char buffer[4096];
  int failed = NEXT(posix_fallocate)(fd, offset, size);
  const char *path = failed ? NULL : of_fd(fd, buffer, sizeof buffer);
  if (path) note('a', path, NULL, (uint64_t)(offset + size), NULL, 0, 0);
  return failed;
}
int posix_fallocate64(int fd, off64_t offset, off64_t size) {
  return posix_fallocate(fd, offset, size);
}

static int opened(const char *name, int flags, int fd) {
  const char *path = fd < 0 || !(flags & (O_CREAT | O_TRUNC)) ? NULL : below(name);
  if (path) note(flags & O_TRUNC ? 'o' : 'c', path, NULL, 0, NULL, 0, 0);
  return fd;
}

int open(const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return opened(name, flags, NEXT(open)(name, flags, mode));
}
int open64(const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open(name, flags | O_LARGEFILE, mode);
}

static void moved(char kind, const char *from, const char *to) {
  const char *one = below(from), *other = below(to);
  if (one && other) note(kind, one, other, 0, NULL, 0, 0);
}

int rename(const char *from, const char *to) {
  int failed = NEXT(rename)(from, to);
  if (!failed) moved('r', from, to);
  return failed;
}

int link(const char *from, const char *to) {
  int failed = NEXT(link)(from, to);
  if (!failed) moved('l', from, to);
  return failed;
}

int unlink(const char *name) {
  int failed = NEXT(unlink)(name);
  const char *path = failed ? NULL : below(name);
  if (path) note('u', path, NULL, 0, NULL, 0, 0);
  return failed;
}

int mkdir(const char *name, mode_t mode) {
  int failed = NEXT(mkdir)(name, mode);
  const char *path = failed ? NULL : below(name);
  if (path) note('d', path, NULL, 0, NULL, 0, 0);
  return failed;
}

int rmdir(const char *name) {
  int failed = NEXT(rmdir)(name);
  const char *path = failed ? NULL : below(name);
  if (path) note('x', path, NULL, 0, NULL, 0, 0);
  return failed;
}

static int synced(int fd) {
  char buffer[4096];
  const char *path = of_fd(fd, buffer, sizeof buffer);
  if (path) note('s', path, NULL, 0, NULL, 0, 0);
  return 0;
}

int fsync(int fd) { return synced(fd); }
int fdatasync(int fd) { return synced(fd); }
/* A hint that promises nothing. */
int sync_file_range(int fd, off64_t offset, off64_t size, unsigned flags) {
  (void)fd; (void)offset; (void)size; (void)flags;
  return 0;
}
