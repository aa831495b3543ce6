#pragma once
// What is fuzzed: each target takes any bytes, and aborts where a promise of the code under it does not hold. libFuzzer drives them
// (fuzz.cpp), and the ordinary tests run the kept cases through them (replay.cpp).

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace atom::fuzz {

void layout_toml(std::string_view bytes);
void job_toml(std::string_view bytes);
void name_pattern(std::string_view bytes);
void fixed_reader(std::string_view bytes);
void csv_reader(std::string_view bytes);
void xlsx(std::string_view bytes);
void http_head(std::string_view bytes);
void http_body(std::string_view bytes);
void http_form(std::string_view bytes);
void http_cookies(std::string_view bytes);

struct Target
{
    char const *name;
    void (*run)(std::string_view);
};

constexpr Target k_targets[] = {
    {"layout_toml", layout_toml},   {"job_toml", job_toml},     {"name_pattern", name_pattern},
    {"fixed_reader", fixed_reader}, {"csv_reader", csv_reader}, {"xlsx", xlsx},
    {"http_head", http_head},       {"http_body", http_body},   {"http_form", http_form},
    {"http_cookies", http_cookies},
};

inline Target const *target_named(std::string_view name)
{
    for (auto const &t : k_targets) {
        if (name == t.name) {
            return &t;
        }
    }
    return nullptr;
}

inline void must(bool holds, char const *what)
{
    if (!holds) {
        std::fprintf(stderr, "broken promise: %s\n", what);
        std::abort();
    }
}

} // namespace atom::fuzz
