/* A disk that is full, or that takes two seconds for what it keeps, as long as a file says so; preloaded into a server. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int says(const char *name) {
    int before = errno, there = access(name, F_OK) == 0;
    errno = before;
    return there;
}

/* What a file has it may change; it gets no more. */
static int full(int file, off_t end) {
    struct stat is;
    return says("disk-is-full") && fstat(file, &is) == 0 && S_ISREG(is.st_mode) && end > is.st_size;
}

ssize_t pwrite(int file, const void *from, size_t size, off_t at) {
    if (full(file, at + (off_t)size)) return errno = ENOSPC, -1;
    return ((ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite"))(file, from, size, at);
}

ssize_t pwritev(int file, const struct iovec *from, int count, off_t at) {
    off_t end = at;
    for (int each = 0; each < count; each++) end += (off_t)from[each].iov_len;
    if (full(file, end)) return errno = ENOSPC, -1;
    return ((ssize_t(*)(int, const struct iovec *, int, off_t))dlsym(RTLD_NEXT, "pwritev"))(file, from, count, at);
}

ssize_t pwrite64(int file, const void *from, size_t size, off_t at) { return pwrite(file, from, size, at); }

ssize_t pwritev64(int file, const struct iovec *from, int count, off_t at) { return pwritev(file, from, count, at); }

int fdatasync(int file) {
    if (says("disk-is-slow")) nanosleep(&(struct timespec){.tv_sec = 2}, NULL);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
