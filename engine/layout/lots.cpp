#include "engine/layout/lots.hpp"

#include <fmt/format.h>

#include <utility>

namespace atom {

LotTally::LotTally(Layout const &layout) : m_layout(layout), m_begins(layout.records.size()), m_ends(layout.records.size())
{
    for (auto const &lot : layout.lots) {
        m_begins[static_cast<std::size_t>(lot.begins)] = true;
        m_ends[static_cast<std::size_t>(lot.ends)] = true;
    }
    m_piece.found.resize(layout.controls.size());
}

std::vector<LotPiece> LotTally::take()
{
    if (!m_layout.lots.empty()) {
        end_piece(-1, 0);
    }
    return std::exchange(m_pieces, {});
}

void LotTally::end_piece(int record, std::uint64_t linha)
{
    m_piece.record = record;
    m_piece.linha = linha;
    m_pieces.push_back(std::exchange(m_piece, {}));
    m_piece.found.resize(m_layout.controls.size());
}

void LotTally::note_detail(int record, std::uint64_t linha) noexcept
{
    if (m_piece.detail == 0 && record >= 0 && m_layout.records[static_cast<std::size_t>(record)].role == RecordRole::detail) {
        m_piece.detail = linha;
        m_piece.of_record = record;
    }
}

std::string control_text(Wide n, int scale)
{
    auto digits = fmt::format("{:0>{}}", n < 0 ? -n : n, scale + 1);
    auto const whole = digits.size() - static_cast<std::size_t>(scale);
    return fmt::format("{}{}{}{}", n < 0 ? "-" : "", digits.substr(0, whole), scale > 0 ? "," : "", digits.substr(whole));
}

namespace {

/// The lots of a file, one after the other.
class LotReader
{
public:
    explicit LotReader(Layout const &layout) : m_layout(layout) {}

    std::optional<FileRefused> read(std::vector<LotPiece> const &pieces)
    {
        for (auto const &piece : pieces) {
            if (auto fault = take(piece)) {
                return fault;
            }
        }
        return m_lot < 0 ? std::nullopt : std::optional(not_ended());
    }

private:
    Record const &record(int i) const { return m_layout.records[static_cast<std::size_t>(i)]; }
    Lot const &lot() const { return m_layout.lots[static_cast<std::size_t>(m_lot)]; }

    std::optional<FileRefused> take(LotPiece const &piece)
    {
        if (m_lot < 0 && piece.detail != 0) {
            return refused(fmt::format("a linha {} ({}) está fora de um lote", piece.detail, record(piece.of_record).name));
        }
        for (std::size_t i = 0; i < m_found.size(); ++i) {
            m_found[i] += piece.found[i];
        }
        m_wanted.insert(m_wanted.end(), piece.wanted.begin(), piece.wanted.end());
        if (piece.record < 0) {
            return std::nullopt;
        }
        for (std::size_t i = 0; i < m_layout.lots.size(); ++i) {
            if (m_layout.lots[i].begins == piece.record) {
                return begin(static_cast<int>(i), piece.linha);
            }
        }
        return end(piece);
    }

    std::optional<FileRefused> begin(int lot, std::uint64_t linha)
    {
        if (m_lot >= 0) {
            return not_ended();
        }
        m_lot = lot;
        m_linha = linha;
        m_found.assign(m_layout.controls.size(), 0);
        m_wanted.clear();
        return std::nullopt;
    }

    std::optional<FileRefused> end(LotPiece const &piece)
    {
        if (m_lot < 0) {
            return refused(fmt::format("a linha {} ({}) termina um lote que não começou", piece.linha, record(piece.record).name));
        }
        if (lot().ends != piece.record) {
            return not_ended();
        }
        for (std::size_t i = 0; i < m_found.size(); ++i) {
            if (auto fault = m_layout.controls[i].lot == m_lot ? divergence(i) : std::nullopt) {
                return fault;
            }
        }
        m_lot = -1;
        return std::nullopt;
    }

    std::optional<FileRefused> divergence(std::size_t control) const
    {
        auto const &c = m_layout.controls[control];
        auto const &f = record(c.record).fields[static_cast<std::size_t>(c.field)];
        bool any = false;
        for (auto const &[i, wanted] : m_wanted) {
            any = any || i == control;
            if (i == control && (!wanted || *wanted != m_found[control])) {
                return refused(fmt::format("lote da linha {}: {}.{} diz {}; {} dá {}", m_linha, record(c.record).name, f.name,
                                           wanted ? control_text(*wanted, f.scale) : "nada legível", c.text,
                                           control_text(m_found[control], f.scale)));
            }
        }
        return any ? std::nullopt
                   : std::optional(refused(
                         fmt::format("lote da linha {}: falta o registro {} com {} = {}", m_linha, record(c.record).name, f.name, c.text)));
    }

    FileRefused not_ended() const
    {
        return refused(fmt::format("o lote que começa na linha {} não termina: falta o registro {}", m_linha, record(lot().ends).name));
    }

    static FileRefused refused(std::string reason) { return {FileFault::control, std::move(reason)}; }

    Layout const &m_layout;
    int m_lot = -1; // that is open
    std::uint64_t m_linha = 0;
    std::vector<Wide> m_found;
    std::vector<std::pair<std::size_t, std::optional<std::int64_t>>> m_wanted;
};

} // namespace

std::optional<FileRefused> divergent_lot(Layout const &layout, std::vector<LotPiece> const &pieces)
{
    return LotReader(layout).read(pieces);
}

} // namespace atom
