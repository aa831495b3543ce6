#pragma once
// The functions that SQL has beside SQLite's own: dias, dias_uteis, documento, fone, ddd, digitos, sem_acento, mascara, decimal,
// decimal_texto, decimal_json, regra. docs/sql.md tells what each does. All give null for null.

#include <string>

struct sqlite3;

namespace atom {

/// `rule` is what regra() gives; it must outlive the connection. Throws StoreError.
void register_functions(sqlite3 *db, std::string const &rule);

} // namespace atom
