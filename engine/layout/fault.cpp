#include "engine/layout/fault.hpp"

namespace atom {

std::string_view code_of(LineFault fault) noexcept
{
    switch (fault) {
    case LineFault::none: return "";
    case LineFault::length: return "TAMANHO_INVALIDO";
    case LineFault::columns: return "COLUNAS_INVALIDAS";
    case LineFault::unknown_record: return "REGISTRO_DESCONHECIDO";
    case LineFault::open_quotes: return "ASPAS_ABERTAS";
    case LineFault::json: return "JSON_INVALIDO";
    case LineFault::encoding: return "CODIFICACAO_INVALIDA";
    case LineFault::value: return "VALOR_INVALIDO";
    case LineFault::required: return "CAMPO_OBRIGATORIO";
    case LineFault::duplicate_key: return "CHAVE_DUPLICADA";
    case LineFault::incomplete_key: return "CHAVE_INCOMPLETA";
    }
    return "";
}

std::string_view code_of(FileFault fault) noexcept
{
    switch (fault) {
    case FileFault::empty: return "ARQUIVO_VAZIO";
    case FileFault::header: return "CABECALHO_INVALIDO";
    case FileFault::incompatible: return "LAYOUT_INCOMPATIVEL";
    case FileFault::reject_limit: return "LIMITE_DE_REJEICAO";
    case FileFault::control: return "CONTROLE_DIVERGENTE";
    case FileFault::truncated: return "TRUNCADO";
    case FileFault::rule: return "REGRA_FALHOU";
    }
    return "";
}

} // namespace atom
