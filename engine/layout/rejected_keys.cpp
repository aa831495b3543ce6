// The keys of lines that are not good (declared in layout/check.hpp): what a rule must know before it takes a key for whole.

#include "engine/layout/check.hpp"
#include "engine/layout/relation.hpp"

namespace atom {

std::vector<std::uint64_t> keys_of_rejected(Input const &input, int record, std::vector<int> const &fields, Bitmap const &besides)
{
    std::vector<std::uint64_t> keys;
    auto const &lines = input.lines(record);
    auto const &good = input.good(record);
    RowFields row(input, record);
    std::vector<std::string> scratch(fields.size()), kept(fields.size());
    for (auto linha = lines.next(1); linha != 0; linha = lines.next(linha + 1)) {
        if (good.test(linha) || besides.test(linha)) {
            continue;
        }
        row.set(input.row(linha));
        std::vector<Value> values;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            auto const p = row.parse(fields[i], scratch[i]);
            if (p.fault != LineFault::none || p.value.none()) {
                break;
            }
            kept[i].assign(p.value.text);
            values.push_back(p.value);
            values.back().text = kept[i];
        }
        if (values.size() == fields.size()) {
            keys.push_back(KeyIndex::hash_of(values.data(), values.size()));
        }
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

std::string kept_text(Input const &input, std::uint64_t linha, std::string_view field)
{
    for (int record = 0; record < static_cast<int>(input.layout().records.size()); ++record) {
        int const f = input.record(record).field_index(field);
        if (f < 0 || !input.lines(record).test(linha)) {
            continue;
        }
        RowFields row(input, record);
        row.set(input.row(linha));
        std::string scratch;
        auto const p = row.parse(f, scratch);
        bool const readable = p.fault == LineFault::none && !p.value.none();
        return !readable ? "" : p.value.kind == Value::Kind::text ? std::string(p.value.text) : std::to_string(p.value.integer);
    }
    return {};
}

} // namespace atom
