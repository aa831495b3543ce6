#include "engine/store/unshared.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

/// "" if there is none, or an empty one.
std::string state_of(std::string const &file)
{
    struct stat st = {};
    bool const is_there = ::stat(file.c_str(), &st) == 0 && st.st_size > 0;
    return is_there ? fmt::format("{}:{}:{}.{}", st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec) : "";
}

bool may_share(std::filesystem::path const &path)
{
    return ::access(path.parent_path().c_str(), W_OK) == 0 || ::access((path.string() + "-shm").c_str(), R_OK) == 0;
}

} // namespace

std::string uri_to_read(std::filesystem::path const &path)
{
    std::string uri = "file:";
    for (char const c : path.string()) {
        uri += c == '?' || c == '#' || c == '%' ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
    }
    bool const as_it_stands = !may_share(path) && state_of(path.string() + "-wal").empty();
    return uri + (as_it_stands ? "?mode=ro&immutable=1" : "?mode=ro");
}

bool is_read_unshared(std::filesystem::path const &path) { return !may_share(path); }

std::string state_of_base(std::filesystem::path const &path) { return state_of(path.string()) + " " + state_of(path.string() + "-wal"); }

} // namespace atom
