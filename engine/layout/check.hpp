#pragma once
// Looks at every line of an input once, before any rule: its shape, its record, all its values, repeated keys, control totals. Sets the
// input's line and good bits. Runs on all cores; the result does not depend on how many there are.

#include "engine/layout/input.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace atom {

struct Checked
{
    std::uint64_t read = 0;             // lines of detail records and of no record; header, trailer and ignored ones aside
    std::uint64_t rejected = 0;         // of these, lines with a fault that is no warning
    std::vector<Fault> faults;          // by line, then column
    Bitmap duplicates;                  // lines that CHAVE_DUPLICADA alone cost
    std::optional<FileRefused> refused; // LAYOUT_INCOMPATIVEL or CONTROLE_DIVERGENTE
};

/// Throws FileError. `threads` 0 = one a core.
Checked check(Input &input, unsigned threads = 0);

/// The keys of these fields in the lines of a record that are not good, `besides` left out, as far as they can be read: hashes of
/// KeyIndex::hash_of, sorted. For rules that must not take a key for whole when one of its lines is missing.
std::vector<std::uint64_t> keys_of_rejected(Input const &input, int record, std::vector<int> const &fields, Bitmap const &besides);

/// What a line, good or not, has in this field, as the base keeps it, as text; "" if its record has no such field or it cannot be read.
std::string kept_text(Input const &input, std::uint64_t linha, std::string_view field);

/// An input of this layout without a row, to prepare SQL against.
Input empty_input(std::shared_ptr<Layout const> layout);

/// Parses the samples of a layout; what does not come out as they say is a fault at their place.
void check_samples(std::shared_ptr<Layout const> const &layout, Faults &faults);

} // namespace atom
