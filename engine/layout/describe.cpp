// The Portuguese words for the faults of lines (declared in layout/input.hpp). docs/reject-codes.md lists them.

#include "engine/base/text.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/input.hpp"
#include "engine/layout/key_text.hpp"
#include "engine/layout/value.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::string accepted_values(Field const &f)
{
    std::vector<std::string> words;
    for (auto const &[word, stored] : f.values) {
        words.push_back(word);
    }
    return fmt::format("valor fora da lista; aceitos: {}", join(words, ", "));
}

std::string wanted(Field const &f)
{
    if (!f.values.empty()) {
        return accepted_values(f);
    }
    std::vector<std::string> formats;
    for (auto const &format : f.formats) {
        formats.push_back(format.text());
    }
    switch (f.type) {
    case FieldType::text: return "texto inválido"; // of a key, key_fault() knows why
    case FieldType::integer: return "não é um número inteiro";
    case FieldType::decimal: return fmt::format("não é um número com {} casas decimais", f.scale);
    case FieldType::date: return fmt::format("não é uma data {}", join(formats, " ou "));
    case FieldType::time: return fmt::format("não é uma hora {}", join(formats, " ou "));
    case FieldType::datetime: return fmt::format("não é uma data e hora {}", join(formats, " ou "));
    case FieldType::document: return "não é um CPF nem um CNPJ válido";
    case FieldType::phone: return "não é um telefone com DDD";
    case FieldType::boolean: return "não é S nem N";
    case FieldType::json: return "não é uma parte do documento";
    }
    return {};
}

std::string expected_columns(std::size_t least, std::size_t most)
{
    return least == most ? fmt::format("{}", most) : least == 0 ? fmt::format("até {}", most) : fmt::format("de {} a {}", least, most);
}

} // namespace

std::string Input::fault_message(Fault const &fault, RowFields &fields) const
{
    auto const size = fields.row().bytes.size();
    switch (fault.code) {
    case LineFault::length: return fmt::format("a linha tem {} bytes; o layout pede {}", size, record(fault.record).length.value_or(0));
    case LineFault::columns:
        return fmt::format("a linha tem {} colunas; o arquivo pede {}{}", fields.cells().size(),
                           expected_columns(least_columns(fault.record), most_columns(fault.record)),
                           fields.cells().size() == 1 ? other_width_hint(fault.record, fields.row().bytes) : "");
    case LineFault::unknown_record: return "nenhum registro do layout reconhece a linha";
    case LineFault::open_quotes: return "aspas que não fecham";
    case LineFault::json: fields.read_json(); return fields.json().fault();
    case LineFault::encoding: return fmt::format("há bytes que não existem em {}", encoding_name(m_encoding));
    case LineFault::value: {
        auto const &f = record(fault.record).fields[static_cast<std::size_t>(fault.field)];
        auto const cell = f.typed_cells ? sheet_cell(fields.raw(fault.field)) : SheetCell{};
        if (cell.is_rounded && f.type == FieldType::text) {
            return "o número não tem todos os dígitos na planilha; formate a coluna como texto";
        }
        auto const of_key =
            f.type == FieldType::text && f.values.empty() ? key_fault(shown_raw(f, fields.raw(fault.field), m_encoding)) : "";
        return cell.kind == CellKind::error ? "a célula tem um erro da planilha ou uma fórmula sem resultado"
               : of_key.empty()             ? wanted(f)
                                            : std::string(of_key);
    }
    case LineFault::required: return "campo obrigatório vazio";
    case LineFault::duplicate_key: return "uma linha anterior do arquivo tem a mesma chave";
    case LineFault::incomplete_key: return "outra linha da mesma chave foi rejeitada";
    case LineFault::none: break;
    }
    return {};
}

Reject Input::describe(Fault const &fault) const
{
    RowFields fields(*this, fault.record);
    auto const row = this->row(fault.linha);
    fields.set(row);
    Reject r;
    r.linha = fault.linha;
    r.byte = m_layout->format == Format::xlsx ? 0 : original_offset(fault.offset); // a zip has no place where a row begins
    r.codigo = code_of(fault.code);
    r.warning = fault.warning;
    for (std::size_t i = 0; fault.field >= 0 && i < fields.elements(); ++i) {
        fields.set_element(i); // the one that is wrong
        if (std::string scratch; fields.parse(fault.field, scratch).fault == fault.code) {
            break;
        }
    }
    r.coluna = position_of(fault.record, fault.field);
    r.mensagem = fault_message(fault, fields);
    r.registro = shown_line(row);
    if (fault.field >= 0) {
        auto const &f = record(fault.record).fields[static_cast<std::size_t>(fault.field)];
        r.campo = f.name;
        r.valor = shown_raw(f, fields.raw(fault.field), m_encoding);
    }
    return r;
}

std::string Input::line_text(std::uint64_t linha) const { return shown_line(row(linha)); }

std::string Input::shown_line(Row const &row) const
{
    return m_layout->format == Format::xlsx ? shown_row(row.bytes, m_layout->decimal_separator) : to_utf8(row.bytes, m_encoding);
}

} // namespace atom
