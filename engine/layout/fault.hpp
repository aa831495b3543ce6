#pragma once
// What can be wrong with a line, and with a file as a whole: the closed lists behind docs/reject-codes.md. A line's fault is a value.
// The codes and messages are read by the agency's people and by the bank, so they are Portuguese.

#include <cstdint>
#include <string>
#include <string_view>

namespace atom {

enum class LineFault : std::uint8_t
{
    none,
    length,         // TAMANHO_INVALIDO
    columns,        // COLUNAS_INVALIDAS
    unknown_record, // REGISTRO_DESCONHECIDO
    open_quotes,    // ASPAS_ABERTAS
    json,           // JSON_INVALIDO
    encoding,       // CODIFICACAO_INVALIDA
    value,          // VALOR_INVALIDO
    required,       // CAMPO_OBRIGATORIO
    duplicate_key,  // CHAVE_DUPLICADA
    incomplete_key  // CHAVE_INCOMPLETA
};

std::string_view code_of(LineFault fault) noexcept;

enum class FileFault
{
    empty,        // ARQUIVO_VAZIO
    header,       // CABECALHO_INVALIDO
    incompatible, // LAYOUT_INCOMPATIVEL
    reject_limit, // LIMITE_DE_REJEICAO
    control,      // CONTROLE_DIVERGENTE
    truncated,    // TRUNCADO
    rule          // REGRA_FALHOU
};

std::string_view code_of(FileFault fault) noexcept;

/// One fault of one line, small: a file may have millions. 24 bytes; describe() in layout/input.hpp makes the words.
struct Fault
{
    std::uint64_t linha = 0;  // 1-based physical line
    std::uint64_t offset = 0; // bytes from the file's start to the line's start
    std::int16_t record = -1; // index in Layout::records; -1 = none matched
    std::int16_t field = -1;  // index in Record::fields; -1 = the whole line
    LineFault code = LineFault::none;
    bool warning = false; // the line stays
};

/// A rejected or warned line as the error file has it, all text UTF-8.
struct Reject
{
    std::uint64_t linha = 0; // 0 = the file as a whole
    std::uint64_t byte = 0;  // offset of the line's start
    int coluna = 0;          // 1-based: a fixed file's byte in the line, a CSV's column; 0 = the whole line
    std::string campo;
    std::string codigo;
    std::string mensagem;
    std::string valor;
    std::string registro; // the raw line, decoded
    bool warning = false;
};

/// A fault of the whole file: it fails, or is held. Thrown; caught in engine/run.
class FileRefused
{
public:
    FileRefused(FileFault fault, std::string reason) : m_code(code_of(fault)), m_reason(std::move(reason)) {}
    std::string const &code() const noexcept { return m_code; }
    std::string const &reason() const noexcept { return m_reason; }

private:
    std::string m_code;
    std::string m_reason;
};

/// The file waits for a person: nothing is written until someone approves it. Thrown; caught in engine/run.
class FileHeld
{
public:
    explicit FileHeld(std::string reason) : m_reason(std::move(reason)) {}
    std::string const &reason() const noexcept { return m_reason; }

private:
    std::string m_reason;
};

} // namespace atom
