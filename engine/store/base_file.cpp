#include "engine/store/base_file.hpp"

#include "engine/base/file.hpp"
#include "engine/store/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

// SQLite's own marks in a file's header: whose it is ("atom", "aton"), and the version of what is in it. The second is raised when an older
// program would do harm to such a base.
constexpr std::int64_t k_base_id = 0x61746f6d;
constexpr std::int64_t k_online_id = 0x61746f6e;
constexpr std::int64_t k_version = 1;
constexpr std::int64_t k_before_versions = 1040398085; // what the program of before puts there: who went back to it may come again

// a page holds several rows of some hundred fields; of 4 KiB ones a third stayed empty
constexpr char const *k_of_new_bases = "pragma page_size = 8192; pragma journal_mode = wal; pragma synchronous = full";

constexpr std::size_t k_header = 100;
constexpr std::uint64_t k_frame_header = 24; // of a page in the WAL

std::int64_t id_of(BaseKind kind) noexcept { return kind == BaseKind::base ? k_base_id : k_online_id; }

std::uint64_t big_endian(unsigned char const *bytes, std::size_t n) noexcept
{
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < n; ++i) {
        out = out << 8U | bytes[i];
    }
    return out;
}

std::uint64_t size_of(std::filesystem::path const &path) noexcept
{
    struct stat st = {};
    return ::stat(path.c_str(), &st) == 0 ? static_cast<std::uint64_t>(st.st_size) : 0;
}

/// How long a file is, and how long its header says it is.
struct Extent
{
    std::uint64_t size = 0, said = 0, page = 0;

    static Extent of(sqlite3_file &file, std::filesystem::path const &path)
    {
        std::array<unsigned char, k_header> h = {};
        sqlite3_int64 size = 0;
        if (int const rc = file.pMethods->xFileSize(&file, &size); rc != SQLITE_OK) {
            throw StoreError(rc, fmt::format("cannot examine {}: {}", path.string(), sqlite3_errstr(rc)));
        }
        bool const whole = file.pMethods->xRead(&file, h.data(), static_cast<int>(h.size()), 0) == SQLITE_OK;
        Extent out;
        out.size = static_cast<std::uint64_t>(size);
        bool const counted = whole && std::memcmp(h.data(), "SQLite format 3", 16) == 0 && big_endian(&h[24], 4) == big_endian(&h[92], 4);
        if (counted) { // else SQLite says what is wrong with it
            out.page = big_endian(&h[16], 2) == 1 ? 65536 : big_endian(&h[16], 2);
            out.said = out.page * big_endian(&h[28], 4);
        }
        return out;
    }

    /// What lacks may stand in the WAL, from where a checkpoint moves it into the file.
    bool is_cut(std::uint64_t wal) const noexcept { return size < said && (said - size) / page * (page + k_frame_header) > wal; }
};

/// In WAL mode it has a first page from then on.
void make_empty(std::string const &path)
{
    sqlite3 *db = nullptr;
    int rc = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    rc = rc == SQLITE_OK ? sqlite3_exec(db, k_of_new_bases, nullptr, nullptr, nullptr) : rc;
    std::string const why = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    int const closed = sqlite3_close(db);
    if (rc != SQLITE_OK || closed != SQLITE_OK) {
        throw StoreError(rc != SQLITE_OK ? rc : closed, fmt::format("cannot make {}: {}", path, why));
    }
}

bool has_table(Database &db, char const *name)
{
    return db.integer(fmt::format("select count(*) from sqlite_schema where name = {}", sql_text(name))) > 0;
}

} // namespace

void make_base_file(std::filesystem::path const &path)
{
    auto const wal = path.string() + "-wal";
    if (size_of(wal) > 0 && !std::filesystem::exists(path)) { // its rows would get into the new base
        throw StoreError(SQLITE_CANTOPEN,
                         fmt::format("{}: it is gone, but its {} is there: put both back, or remove that one, too, to begin anew",
                                     path.string(), std::filesystem::path(wal).filename().string()));
    }
    auto const part = path.string() + fmt::format(".new-{}", ::getpid());
    ::unlink(part.c_str()); // a dead process of this number may have left one
    make_empty(part);
    int const linked = ::link(part.c_str(), path.c_str());
    if (linked != 0 && errno != EEXIST && ::rename(part.c_str(), path.c_str()) != 0) { // a file system without links
        throw FileError("make", path.string(), errno);
    }
    ::unlink(part.c_str());
    sync_folder(path.parent_path().empty() ? "." : path.parent_path());
}

void refuse_cut_file(sqlite3 *db, std::filesystem::path const &path)
{
    sqlite3_file *file = nullptr;
    int const rc = sqlite3_file_control(db, nullptr, SQLITE_FCNTL_FILE_POINTER, static_cast<void *>(&file));
    if (rc != SQLITE_OK || file == nullptr || file->pMethods == nullptr) {
        return; // no file of its own
    }
    if (Extent::of(*file, path).size == 0) {
        throw StoreError(SQLITE_NOTADB,
                         fmt::format("{}: the file is empty; put a backup in its place, or remove it to begin anew", path.string()));
    }
    constexpr int k_looks = 2; // a checkpoint that ends between two glances looks like a cut
    std::filesystem::path const wal(path.string() + "-wal");
    Extent e;
    for (int i = 0; i < k_looks; ++i) {
        auto const before = size_of(wal);
        e = Extent::of(*file, path);
        if (!e.is_cut(std::max(before, size_of(wal)))) {
            return;
        }
    }
    throw StoreError(SQLITE_CORRUPT, fmt::format("{}: the file was cut: it has {} bytes, and its header says {}; put a backup in its place",
                                                 path.string(), e.size, e.said));
}

void refuse_foreign_base(Database &db, BaseKind kind)
{
    auto const path = db.path().string();
    auto const id = db.integer("pragma application_id");
    bool const empty = db.integer("select count(*) from sqlite_schema") == 0;
    bool const is_other = id == id_of(kind == BaseKind::base ? BaseKind::online : BaseKind::base);
    if (is_other) {
        throw StoreError(SQLITE_NOTADB, fmt::format("{}: this is atom's {}; put the right one in its place", path,
                                                    kind == BaseKind::base ? "online base" : "base, not its online base"));
    }
    bool const has_ledger =
        has_table(db, "atom_file"); // one from before the marks; an online base may have been begun by the pack's people
    bool const unmarked = id == 0 && (empty || has_ledger == (kind == BaseKind::base));
    if (id != id_of(kind) && !unmarked) {
        throw StoreError(SQLITE_NOTADB, fmt::format("{}: this is the base of another program; name another file in atom.toml, or put a "
                                                    "backup of atom's in its place",
                                                    path));
    }
    if (auto const version = db.integer("pragma user_version"); id != 0 && version > k_version && version != k_before_versions) {
        throw StoreError(SQLITE_NOTADB,
                         fmt::format("{}: a newer version of atom has made this base (version {}, this one knows {}); run that "
                                     "one, or put a backup from before it in its place",
                                     path, version, k_version));
    }
}

void mark_base(Database &db, BaseKind kind)
{
    db.exec(fmt::format("pragma application_id = {}; pragma user_version = {}", id_of(kind), k_version));
}

bool is_marked(Database &db, BaseKind kind)
{
    return db.integer("pragma application_id") == id_of(kind) && db.integer("pragma user_version") == k_version;
}

} // namespace atom
