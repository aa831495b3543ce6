// The layouts of a workspace (declared in layout/layout.hpp).

#include "engine/base/file.hpp"
#include "engine/layout/layout.hpp"

#include <fmt/format.h>

namespace atom {

std::map<std::string, std::shared_ptr<Layout>> load_layouts(std::filesystem::path const &folder, std::string const &shown, Faults &faults)
{
    std::map<std::string, std::shared_ptr<Layout>> out;
    for (auto const &path : files_with_extension(folder, ".toml")) {
        auto const name = shown + "/" + path.filename().string();
        auto const root = parse_toml_file(path, name, faults);
        if (!root) {
            continue;
        }
        auto layout = std::make_shared<Layout>(read_layout(*root, read_file(path), faults));
        if (!layout->name.empty() && !out.emplace(layout->name, layout).second) {
            faults.add(layout->pos, fmt::format("layout \"{}\" is declared twice", layout->name));
        }
    }
    return out;
}

} // namespace atom
