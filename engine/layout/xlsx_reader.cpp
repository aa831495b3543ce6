#include "engine/layout/xlsx_reader.hpp"

#include "engine/base/scratch_file.hpp"
#include "engine/base/text.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/xlsx_parts.hpp"
#include "engine/layout/xml.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace atom {

namespace {

constexpr std::uint64_t k_most_rows = 1048576;
constexpr std::size_t k_most_columns = 16384;
constexpr std::size_t k_longest_row = std::size_t{16} << 20;

/// What a failed formula leaves as text, in the languages in which spreadsheets come. Of a cell that says itself that it is an error no
/// word is asked.
bool is_error_word(std::string_view s) noexcept
{
    static constexpr std::string_view k_words[] = {
        // English
        "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
        "#UNKNOWN!", "#CONNECT!", "#BUSY!", "#EXTERNAL!", "#PYTHON!", "#TIMEOUT!",
        // Portuguese
        "#N/D", "#VALOR!", "#NOME?", "#NÚM!", "#NULO!", "#OBTENDO_DADOS", "#A_OBTER_DADOS", "#DESPEJAR!", "#DESPEJO!", "#EXCEDEU!",
        "#CÁLC!", "#CAMPO!", "#BLOQUEADO!", "#DESCONHECIDO!", "#CONECTAR!", "#LIGAR!", "#OCUPADO!",
        // Spanish
        "#¡REF!", "#¡VALOR!", "#¡DIV/0!", "#¿NOMBRE?", "#¡NUM!", "#¡NÚM!", "#¡NULO!", "#OBTENIENDO_DATOS", "#¡DESBORDAMIENTO!", "#¡CALC!",
        "#¡CÁLC!", "#¡CAMPO!", "#¡BLOQUEADO!", "#¡DESCONOCIDO!", "#¡CONECTAR!", "#¡OCUPADO!",
        // French
        "#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!", "#OBTENTION_DONNEES", "#CHARGEMENT_DONNEES", "#PROPAGATION!", "#EPARS!", "#ÉPARS!",
        "#CALCUL!", "#CHAMP!", "#BLOQUE!", "#BLOQUÉ!", "#INCONNU!", "#CONNEXION!", "#OCCUPE!", "#OCCUPÉ!",
        // German
        "#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#DATEN_ABRUFEN", "#ÜBERLAUF!", "#KALK!", "#FELD!", "#BLOCKIERT!", "#UNBEKANNT!",
        "#VERBINDEN!", "#BESETZT!",
        // Italian
        "#RIF!", "#VALORE!", "#NULLO!", "#ESTRAZIONE_DATI", "#ESPANSIONE!", "#BLOCCATO!", "#SCONOSCIUTO!", "#CONNETTI!", "#OCCUPATO!"};
    return !s.empty() && s.front() == '#' && std::find(std::begin(k_words), std::end(k_words), s) != std::end(k_words);
}

template <typename Number> bool read_number(std::string_view s, Number &n) noexcept
{
    auto const [end, error] = std::from_chars(s.data(), s.data() + s.size(), n);
    return error == std::errc() && end == s.data() + s.size();
}

/// 0-based column of "BC12", or of "bc12"; npos if it is no cell's name.
std::size_t column_of(std::string_view reference) noexcept
{
    std::size_t n = 0, i = 0;
    for (; i < reference.size() && i < 4; ++i) {
        auto const letter = static_cast<char>(reference[i] >= 'a' && reference[i] <= 'z' ? reference[i] - 'a' + 'A' : reference[i]);
        if (letter < 'A' || letter > 'Z') {
            break;
        }
        n = n * 26 + static_cast<std::size_t>(letter - 'A') + 1;
    }
    return i == 0 || n > k_most_columns ? std::string_view::npos : n - 1;
}

[[noreturn]] void refuse(std::string reason) { throw FileRefused(FileFault::incompatible, std::move(reason)); }

class SheetReader : public XmlHandler
{
public:
    SheetReader(SharedStrings const &strings, std::vector<NumberFormat> const &styles, bool from_1904, ScratchFile &out,
                UnpackBudget &budget)
        : m_strings(strings), m_styles(styles), m_from_1904(from_1904), m_out(out), m_budget(budget)
    {}

    void start(std::string_view name, XmlAttributes const &a) override
    {
        if (name == "sheetData") {
            m_in_data = true;
        } else if (!m_in_data) {
            return;
        } else if (name == "row") {
            start_row(a["r"]);
        } else if (name == "c") {
            start_cell(a);
        } else if (name == "rPh") {
            m_spoken = true;
        } else if (name == "f") {
            m_has_formula = true;
        }
        m_part = name == "f" ? Part::formula : name == "v" || (name == "t" && !m_spoken) ? Part::value : Part::none;
    }

    void end(std::string_view name) override
    {
        m_part = Part::none;
        if (name == "sheetData") {
            m_in_data = false;
        } else if (!m_in_data) {
            return;
        } else if (name == "rPh") {
            m_spoken = false;
        } else if (name == "c") {
            end_cell();
        } else if (name == "row") {
            end_row();
        }
    }

    void text(std::string_view piece) override
    {
        if (m_part != Part::none) {
            (m_part == Part::formula ? m_formula : m_value).add(piece);
        }
    }

private:
    enum class Part
    {
        none,
        value,
        formula
    };

    void start_row(std::string_view number)
    {
        auto const before = m_row_number;
        if (number.empty()) {
            ++m_row_number;
        } else if (!read_number(number, m_row_number) || m_row_number <= before) {
            refuse(fmt::format("a planilha está danificada: a linha \"{}\" vem depois da linha {}", printable(number), before));
        }
        if (m_row_number > k_most_rows) {
            refuse(fmt::format("a planilha está danificada: passa de {} linhas", k_most_rows));
        }
        m_row.clear();
        m_columns = m_next_column = 0;
    }

    void start_cell(XmlAttributes const &a)
    {
        auto const reference = a["r"];
        m_column = reference.empty() ? m_next_column : column_of(reference);
        if (m_column < m_next_column || m_column >= k_most_columns) {
            refuse(fmt::format("a planilha está danificada: a célula \"{}\" da linha {} está fora de ordem", printable(reference),
                               m_row_number));
        }
        m_next_column = m_column + 1;
        m_type = a["t"];
        m_style = 0;
        read_number(a["s"], m_style);
        m_value.clear();
        m_formula.clear();
        m_has_formula = m_spoken = false;
    }

    void end_cell()
    {
        if (m_has_formula && m_value.empty() &&
            m_type != "str") { // a program that did not calculate wrote it: what it would give nobody knows
            add(CellKind::error, "=" + m_formula.decoded());
        } else if (m_type == "s") {
            add_shared();
        } else if (m_type == "inlineStr" || m_type == "str") {
            add_text(m_value.decoded());
        } else if (m_type == "e") {
            add(CellKind::error, m_value.raw());
        } else if (m_type == "b") {
            add_text(m_value.raw() == "1" ? "true" : m_value.raw() == "0" ? "false" : m_value.raw());
        } else if (m_type == "d") {
            add_iso();
        } else {
            add_number();
        }
    }

    void add_shared()
    {
        std::size_t i = 0;
        if (m_value.empty()) {
            return;
        }
        if (!read_number(trim(m_value.raw()), i) || i >= m_strings.count()) {
            refuse(fmt::format("a planilha está danificada: a linha {} cita um texto que não existe", m_row_number));
        }
        add_text(m_strings[i]);
    }

    void add_text(std::string_view text) { add(is_error_word(trim(text)) ? CellKind::error : CellKind::text, text); }

    void add_number()
    {
        auto const raw = trim(m_value.raw());
        if (raw.empty()) {
            return;
        }
        auto const format = m_style < m_styles.size() ? m_styles[m_style] : NumberFormat::plain;
        bool const is_moment = format == NumberFormat::date || format == NumberFormat::time || format == NumberFormat::duration;
        if (auto const moment = is_moment ? moment_text(raw, format, m_from_1904) : std::nullopt) {
            add(CellKind::moment, *moment);
        } else if (auto const number = exact_number(raw, format == NumberFormat::percent)) {
            add(has_lost_digits(raw) ? CellKind::rounded : CellKind::number, *number);
        } else {
            add_text(raw);
        }
    }

    /// "2026-11-03T02:00:00", with or without fractions of a second and a zone: what the sheet shows is the time without it.
    void add_iso()
    {
        constexpr std::size_t k_day = 10;
        std::string text(trim(m_value.raw()));
        std::replace(text.begin(), text.end(), 'T', ' ');
        text = text.substr(0, text.find_first_of(".Z"));
        if (text.size() > k_day) {
            text = text.substr(0, text.find_first_of("+-", k_day));
        }
        if (text.size() == 19 && text.compare(10, 9, " 00:00:00") == 0) {
            text.resize(10);
        }
        add(CellKind::moment, text);
    }

    void add(CellKind kind, std::string_view text)
    {
        if (is_blank(text)) {
            return;
        }
        m_row.append(m_column - m_columns, k_cell_end);
        m_columns = m_column;
        if (kind != CellKind::text) {
            m_row += static_cast<char>(kind);
        }
        m_row += text;
        if (m_row.size() > k_longest_row) {
            refuse(fmt::format("a linha {} da planilha passa de 16 MiB", m_row_number));
        }
    }

    void end_row()
    {
        if (m_row.empty()) {
            return;
        }
        auto const gap = m_row_number - m_rows_written - 1;
        m_budget.spend(gap + m_row.size() + 1);
        m_out.write(std::string(gap, k_row_end));
        m_out.write(m_row);
        m_out.write({&k_row_end, 1});
        m_rows_written = m_row_number;
    }

    SharedStrings const &m_strings;
    std::vector<NumberFormat> const &m_styles;
    bool m_from_1904;
    ScratchFile &m_out;
    UnpackBudget &m_budget;
    bool m_in_data = false;
    std::uint64_t m_row_number = 0, m_rows_written = 0;
    std::string m_row;
    std::size_t m_columns = 0, m_next_column = 0, m_column = 0;
    std::string m_type;
    std::size_t m_style = 0;
    CellText m_value, m_formula;
    bool m_has_formula = false, m_spoken = false;
    Part m_part = Part::none;
};

} // namespace

std::unique_ptr<MappedFile> read_xlsx(std::string_view bytes, std::string const &sheet, std::filesystem::path const &scratch)
{
    UnpackBudget budget(bytes.size());
    ZipArchive archive(bytes, budget);
    auto const book = open_workbook(archive, sheet);
    auto const styles = read_styles(archive, book.styles);
    SharedStrings const strings(archive, book.shared_strings, budget, scratch);
    ScratchFile rows(scratch);
    SheetReader reader(strings, styles, book.from_1904, rows, budget);
    parse_xml(archive, book.sheet, reader);
    return rows.map();
}

} // namespace atom
