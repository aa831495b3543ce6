#include "engine/base/hash_ahead.hpp"

#include "engine/base/file.hpp"

#include <system_error>

namespace atom {

std::future<std::string> hash_ahead(std::filesystem::path const &path)
{
    try {
        return std::async(std::launch::async, [path] { return sha256_of(path); });
    } catch (std::system_error const &) {
        std::promise<std::string> done;
        done.set_value(sha256_of(path));
        return done.get_future();
    }
}

} // namespace atom
