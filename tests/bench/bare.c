/* What two jobs of the pack are measured against: the least that anyone must do to their files, in a base that is there. No check.
   bare phones FILE.csv DB       a row a number into telefone, by one prepared insert
   bare portfolio FILE.csv DB    the keys into a temporary table, an index on them, and one update of the fichas that are not named */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
    MAX_LINE = 4096,
    MAX_CELLS = 16
};

static void need(int ok, char const *what)
{
    if (!ok) {
        fprintf(stderr, "bare: %s\n", what);
        exit(1);
    }
}

static void run(sqlite3 *db, char const *sql) { need(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db)); }

static sqlite3_stmt *prepared(sqlite3 *db, char const *sql)
{
    sqlite3_stmt *statement = NULL;
    need(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    return statement;
}

static void done(sqlite3 *db, sqlite3_stmt *statement)
{
    need(sqlite3_step(statement) == SQLITE_DONE, sqlite3_errmsg(db));
    sqlite3_reset(statement);
}

/* Cells of a line, without quotes around one; how many. */
static int split(char *line, char **cells)
{
    int n = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *p = line; n < MAX_CELLS;) {
        if (*p == '"') {
            cells[n++] = ++p;
            p += strcspn(p, "\"");
            *p++ = '\0';
        } else {
            cells[n++] = p;
        }
        p += strcspn(p, ";");
        if (*p == '\0') {
            break;
        }
        *p++ = '\0';
    }
    return n;
}

static char const *without_zeros(char const *contract) { return contract + strspn(contract, "0"); }

/* Its digits, from the area code on. */
static char const *phone_digits(char const *text, char *digits)
{
    size_t n = 0;
    for (; *text != '\0'; ++text) {
        if (*text >= '0' && *text <= '9') {
            digits[n++] = *text;
        }
    }
    digits[n] = '\0';
    return digits + (n > 11 && digits[0] == '5' && digits[1] == '5' ? 2 : digits[0] == '0' ? 1 : 0);
}

static void phones(sqlite3 *db, FILE *file)
{
    static char line[MAX_LINE], digits[MAX_LINE];
    char *cells[MAX_CELLS];
    sqlite3_stmt *put =
        prepared(db, "insert into telefone(contrato, ordem, origem, posicao, tipo, ddd, fone, score, n_enriquecimento, arquivo_id, linha) "
                     "values(?1, ?2, 'ENRIQUECIMENTO', ?3, 'Enriquecimento', ?4, ?5, ?6, ?7, 1, ?8)");
    for (int linha = 2; fgets(line, sizeof line, file) != NULL; ++linha) {
        int const n = split(line, cells);
        char const *contract = without_zeros(cells[1]);
        sqlite3_bind_text(put, 1, contract, -1, SQLITE_STATIC);
        sqlite3_bind_int(put, 8, linha);
        for (int i = 2, k = 1; i < n; i += 2) {
            char const *number = phone_digits(cells[i], digits);
            if (strlen(number) < 10) {
                continue;
            }
            sqlite3_bind_int(put, 2, 100 + k);
            sqlite3_bind_int(put, 3, 3 + k);
            sqlite3_bind_text(put, 4, number, 2, SQLITE_STATIC);
            sqlite3_bind_text(put, 5, number + 2, -1, SQLITE_STATIC);
            if (i + 1 < n && *cells[i + 1] != '\0') {
                sqlite3_bind_int(put, 6, atoi(cells[i + 1]));
            } else {
                sqlite3_bind_null(put, 6);
            }
            sqlite3_bind_int(put, 7, k++);
            done(db, put);
        }
    }
    sqlite3_finalize(put);
}

static void portfolio(sqlite3 *db, FILE *file)
{
    static char line[MAX_LINE];
    char *cells[MAX_CELLS];
    run(db, "create temp table chave(contrato text)");
    sqlite3_stmt *put = prepared(db, "insert into chave values(?1)");
    while (fgets(line, sizeof line, file) != NULL) {
        split(line, cells);
        sqlite3_bind_text(put, 1, without_zeros(cells[0]), -1, SQLITE_STATIC);
        done(db, put);
    }
    sqlite3_finalize(put);
    run(db, "create index temp.chave_contrato on chave(contrato)");
    run(db, "update ficha set status = 'TODOS CONTRATOS BAIXADOS', status_desde = '2026-11-03' "
            "where status = 'ATIVO' and not exists (select 1 from temp.chave c where c.contrato = ficha.contrato)");
}

int main(int argc, char **argv)
{
    static char header[MAX_LINE];
    need(argc == 4, "usage: bare phones|portfolio FILE.csv DB");
    FILE *file = fopen(argv[2], "r");
    need(file != NULL && fgets(header, sizeof header, file) != NULL, argv[2]);
    sqlite3 *db = NULL;
    need(sqlite3_open_v2(argv[3], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK, argv[3]);
    run(db, "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768");
    run(db, "begin");
    (strcmp(argv[1], "phones") == 0 ? phones : portfolio)(db, file);
    run(db, "commit");
    need(sqlite3_close(db) == SQLITE_OK, "close");
    fclose(file);
    return 0;
}
