/* Preloaded (LD_PRELOAD), remembers what a disk would still have after a power cut: of a file its bytes as they were when it was last synced, of a
 * folder its entries as they were when it was last synced. powerloss.py puts together what is left of a tree from that. The strictest reading of
 * POSIX: nothing becomes durable by itself, and no order between two files is promised.
 *
 * ATOM_FORGET names a folder with data/ and dirs/. Of a regular file, data/INODE is a copy, with its time; of a folder, dirs/INODE has its entries,
 * "INODE NAME\0" each. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(char const *what)
{
    fprintf(stderr, "forget.c: %s: %s\n", what, strerror(errno));
    abort(); /* a test that does not see all is none */
}

/* A file of our own, made whole under another name first: several threads sync at once, and the process may die here, too. */
static int begin(char *part, size_t size, char const *kind, ino_t inode)
{
    snprintf(part, size, "%s/%s/%lu.part%d", getenv("ATOM_FORGET"), kind, (unsigned long)inode, (int)gettid());
    int const out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0)
        fail(part);
    return out;
}

static void end(int out, char const *part)
{
    char whole[4096];
    snprintf(whole, sizeof whole, "%s", part);
    *strstr(whole, ".part") = '\0';
    if (close(out) != 0 || rename(part, whole) != 0)
        fail(whole);
}

static void put(int out, char const *bytes, size_t count)
{
    if (write(out, bytes, count) != (ssize_t)count)
        fail("write");
}

static void keep_file(int fd, struct stat const *st)
{
    char part[4096], buffer[1 << 16];
    int const out = begin(part, sizeof part, "data", st->st_ino);
    /* by a descriptor of its own: the one that is synced may be for writing only, and its offset is its owner's */
    char own[64];
    snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    int const in = open(own, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        fail(own);
    for (ssize_t got; (got = read(in, buffer, sizeof buffer)) != 0;) {
        if (got < 0)
            fail("read");
        put(out, buffer, (size_t)got);
    }
    close(in);
    struct timespec const times[2] = {st->st_atim, st->st_mtim};
    if (futimens(out, times) != 0)
        fail("futimens");
    end(out, part);
}

static void keep_folder(int fd, struct stat const *st)
{
    char part[4096], line[512];
    int const out = begin(part, sizeof part, "dirs", st->st_ino);
    int const own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *const dir = own < 0 ? NULL : fdopendir(own);
    if (dir == NULL)
        fail("opendir");
    for (struct dirent *e; (e = readdir(dir)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            int const n = snprintf(line, sizeof line, "%lu %s", (unsigned long)e->d_ino, e->d_name);
            put(out, line, (size_t)n + 1);
        }
    closedir(dir);
    end(out, part);
}

static int synced(char const *name, int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int const result = real(fd);
    struct stat st;
    if (result == 0 && getenv("ATOM_FORGET") != NULL && fstat(fd, &st) == 0) {
        int const before = errno;
        if (S_ISREG(st.st_mode))
            keep_file(fd, &st);
        else if (S_ISDIR(st.st_mode))
            keep_folder(fd, &st);
        errno = before;
    }
    return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
