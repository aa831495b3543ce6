/* Preloaded: a quota that is used up as soon as the file $ATOM_QUOTA_SPENT is there. Then nothing more can be written into regular files under
 * the folder $ATOM_QUOTA_FOLDER: write() and its kin say EDQUOT, as a file system with quotas does. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int refused(int fd)
{
    char const *const spent = getenv("ATOM_QUOTA_SPENT");
    char const *const folder = getenv("ATOM_QUOTA_FOLDER");
    if (spent == NULL || folder == NULL || access(spent, F_OK) != 0) {
        return 0;
    }
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t const n = readlink(link, path, sizeof path - 1);
    if (n <= 0) {
        return 0;
    }
    path[n] = '\0';
    if (strncmp(path, folder, strlen(folder)) != 0 || strstr(path, "-shm") != NULL) { /* which is memory */
        return 0;
    }
    errno = EDQUOT;
    return 1;
}

/* ISO C knows no conversion from an object's pointer to a function's; POSIX promises it. */
static void find(void *function, char const *name)
{
    void *const found = dlsym(RTLD_NEXT, name);
    memcpy(function, &found, sizeof found);
}

ssize_t write(int fd, void const *bytes, size_t n)
{
    ssize_t (*next)(int, void const *, size_t);
    find(&next, "write");
    return refused(fd) ? -1 : next(fd, bytes, n);
}

ssize_t writev(int fd, struct iovec const *v, int n)
{
    ssize_t (*next)(int, struct iovec const *, int);
    find(&next, "writev");
    return refused(fd) ? -1 : next(fd, v, n);
}

ssize_t pwrite(int fd, void const *bytes, size_t n, off_t at)
{
    ssize_t (*next)(int, void const *, size_t, off_t);
    find(&next, "pwrite");
    return refused(fd) ? -1 : next(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, void const *bytes, size_t n, off64_t at)
{
    ssize_t (*next)(int, void const *, size_t, off64_t);
    find(&next, "pwrite64");
    return refused(fd) ? -1 : next(fd, bytes, n, at);
}
