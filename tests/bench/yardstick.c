/* The yardstick: the least that anyone must do to put a fixed file into SQLite. A bare loop of prepared inserts of the trimmed fields,
   as text and as the bytes are, into one table with a key: no check, no types, no ledger. yardstick FILE TABLE.csv DB [KEY] */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum
{
    MAX_FIELDS = 1000
};

static void need(int ok, char const *what)
{
    if (!ok) {
        fprintf(stderr, "yardstick: %s\n", what);
        exit(1);
    }
}

static void run(sqlite3 *db, char const *sql) { need(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db)); }

int main(int argc, char **argv)
{
    static char name[64], row[256], create[MAX_FIELDS * 80], insert[MAX_FIELDS * 2 + 100];
    static int at[MAX_FIELDS], len[MAX_FIELDS];
    int fields = 0;
    need(argc >= 4, "usage: yardstick FILE TABLE.csv DB [KEY]");
    char const *key = argc > 4 ? argv[4] : "contrato";
    FILE *table = fopen(argv[2], "r");
    need(table != NULL && fgets(row, sizeof row, table) != NULL, argv[2]);
    char *c = create + sprintf(create, "create table t("), *i = insert + sprintf(insert, "insert into t values(");
    for (; fgets(row, sizeof row, table) && fields < MAX_FIELDS; ++fields) {
        need(sscanf(row, "%63[^,],%d,%d", name, &at[fields], &len[fields]) == 3, row);
        c += sprintf(c, "%s%s text%s", fields ? ", " : "", name, strcmp(name, key) == 0 ? " primary key" : "");
        i += sprintf(i, "%s?", fields ? "," : "");
    }
    strcpy(c, ")");
    strcpy(i, ")");
    fclose(table);

    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    int fd = open(argv[1], O_RDONLY);
    struct stat st;
    need(fd >= 0 && fstat(fd, &st) == 0, argv[1]);
    char const *line = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0), *stop = line + st.st_size;
    need(line != MAP_FAILED, "mmap");
    sqlite3 *db = NULL;
    sqlite3_stmt *put = NULL;
    need(sqlite3_open_v2(argv[3], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK, argv[3]);
    run(db, "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768");
    run(db, create);
    run(db, "begin");
    need(sqlite3_prepare_v2(db, insert, -1, &put, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    while (line < stop) {
        char const *next = memchr(line, '\n', (size_t)(stop - line));
        next = next ? next + 1 : stop;
        for (int f = 0; f < fields; ++f) {
            char const *a = line + at[f] - 1, *b = a + len[f];
            while (b > a && b[-1] == ' ') {
                --b;
            }
            while (a < b && *a == ' ') {
                ++a;
            }
            sqlite3_bind_text(put, f + 1, a, (int)(b - a), SQLITE_STATIC);
        }
        need(sqlite3_step(put) == SQLITE_DONE, sqlite3_errmsg(db));
        sqlite3_reset(put);
        line = next;
    }
    sqlite3_finalize(put);
    run(db, "commit");
    need(sqlite3_close(db) == SQLITE_OK, "close");
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.3f\n", (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9);
    return 0;
}
