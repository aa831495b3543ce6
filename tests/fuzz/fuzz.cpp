// libFuzzer's entry. The environment's ATOM_FUZZ_TARGET says which target runs: one program has them all, built once.

#include "tests/fuzz/targets.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size)
{
    static auto const *const target = [] {
        char const *const name = std::getenv("ATOM_FUZZ_TARGET");
        auto const *const t = atom::fuzz::target_named(name == nullptr ? "" : name);
        atom::fuzz::must(t != nullptr, "ATOM_FUZZ_TARGET names a target");
        return t;
    }();
    target->run({reinterpret_cast<char const *>(data), size});
    return 0;
}
