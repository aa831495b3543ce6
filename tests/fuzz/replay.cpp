// Runs every kept case (FOLDER/TARGET/FILE) through its target, in the ordinary build: what a fuzzer found once stays found.

#include "engine/base/file.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

int main(int argc, char **argv)
{
    using namespace atom;
    std::size_t cases = 0;
    for (auto const &target : fuzz::k_targets) {
        auto const before = cases;
        for (int i = 1; i < argc; ++i) {
            auto const folder = std::filesystem::path(argv[i]) / target.name;
            std::vector<std::filesystem::path> files;
            if (std::filesystem::exists(folder)) { // nothing was found yet
                for (auto const &entry : std::filesystem::directory_iterator(folder)) {
                    files.push_back(entry.path());
                }
            }
            std::sort(files.begin(), files.end());
            for (auto const &file : files) {
                std::fprintf(stderr, "%s\n", file.c_str()); // the last one named is the one that broke it
                target.run(read_file(file));
                ++cases;
            }
        }
        fuzz::must(cases > before, "every target has cases");
    }
    std::printf("%zu cases\n", cases);
    return 0;
}
