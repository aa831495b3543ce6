#include "engine/base/error.hpp"

#include <system_error>
#include <utility>

namespace atom {

namespace {

std::string all_texts(std::vector<ConfigFault> const &faults)
{
    std::string text;
    for (auto const &fault : faults) {
        if (!text.empty()) {
            text += '\n';
        }
        text += fault.text();
    }
    return text;
}

} // namespace

std::string SourcePos::text() const
{
    std::string s = file;
    for (int const part : {line, column}) {
        if (part == 0) {
            continue;
        }
        if (!s.empty()) {
            s += ':';
        }
        s += std::to_string(part);
    }
    return s;
}

std::string ConfigFault::text() const
{
    auto const where = pos.text();
    return where.empty() ? message : where + ": " + message;
}

ConfigError::ConfigError(std::vector<ConfigFault> faults) : std::runtime_error(all_texts(faults)), m_faults(std::move(faults)) {}

FileError::FileError(std::string const &doing, std::string path, int error_number)
    : std::runtime_error("cannot " + doing + " " + path + ": " + std::generic_category().message(error_number)), m_path(std::move(path)),
      m_errno(error_number)
{}

StoreError::StoreError(int code, std::string const &message, std::string sql)
    : std::runtime_error(message), m_code(code), m_sql(std::move(sql))
{}

} // namespace atom
