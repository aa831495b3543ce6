#include "engine/export/watch.hpp"

#include "engine/base/text.hpp"
#include "engine/store/schema.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace atom {

std::int64_t watch_fingerprint(Database &db, Export const &x)
{
    auto text = join({x.query, join(x.key, ","), join(x.watch, ","), join(x.ignore, ","), join(x.compare, ","), x.layout->name}, "\n");
    text +=
        db.text("select group_concat(name || sha256) from (select name, sha256 from atom_migration where name like '%.sql' order by name)")
            .value_or("");
    return static_cast<std::int64_t>(XXH3_64bits_withSeed(text.data(), text.size(), x.layout->fingerprint));
}

Watching::Watching(Database &db, Workspace const &workspace, ChangeCounter &changes) : m_db(db)
{
    for (auto const &x : workspace.exports) {
        if (x.watch.empty()) {
            continue;
        }
        auto s = db.prepare("select id from atom_export where name = ?1 and compared = ?2");
        s.bind(1, x.name).bind(2, watch_fingerprint(db, x));
        if (!s.step()) {
            continue;
        }
        std::map<std::string, std::vector<int>> tables;
        for (auto const &name : x.watch) {
            auto const info = table_info(db, name);
            for (auto const &k : info ? x.key : std::vector<std::string>{}) {
                tables[name].push_back(info->column_index(k)); // atom check wants them all there
            }
        }
        m_keys.push_back(std::make_unique<TouchedKeys>(s.integer(0), std::move(tables)));
        changes.observe(*m_keys.back());
    }
}

void Watching::save()
{
    for (auto const &keys : m_keys) {
        keys->save(m_db);
    }
}

} // namespace atom
