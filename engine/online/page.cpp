#include "engine/online/page.hpp"

#include "engine/online/html.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::string navigation(Frame const &frame)
{
    std::string out;
    for (auto const &l : frame.links) {
        out += fmt::format("<li><a href=\"{}\"{}>{}</a></li>", escaped(l.address), l.is_here ? " aria-current=\"page\"" : "",
                           escaped(l.title));
    }
    return out.empty() ? "<nav class=\"menu\"></nav>" : "<nav class=\"menu\" aria-label=\"Relatórios\"><ul>" + out + "</ul></nav>";
}

std::string who(Frame const &frame)
{
    if (frame.user.empty()) {
        return {};
    }
    auto const out =
        frame.may_sign_out
            ? fmt::format("<form method=\"post\" action=\"/relatorios/sair\"><input type=\"hidden\" name=\"atom.chave\" value=\"{}\">"
                          "<button class=\"quiet\">Sair</button></form>",
                          escaped(frame.form_key))
            : std::string();
    return fmt::format("<div class=\"who\"><span>{}</span>{}</div>", escaped(frame.user), out);
}

} // namespace

std::string page(Frame const &frame, std::string_view main)
{
    return fmt::format(
        "<!doctype html>\n<html lang=\"pt-BR\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\">"
        "<meta name=\"referrer\" content=\"same-origin\"><title>{}</title><link rel=\"stylesheet\" href=\"/relatorios/estilo.css\">"
        "<link rel=\"icon\" href=\"data:,\"></head>\n<body><a class=\"skip\" href=\"#main\">Ir para o conteúdo</a>"
        "<header><div class=\"bar\"><a class=\"brand\" href=\"/relatorios\">atom</a>{}{}</div></header>\n<main "
        "id=\"main\">{}</main></body></html>\n",
        escaped(frame.title), navigation(frame), who(frame), main);
}

std::string sign_in_page(std::string const &fault, std::string const &next, std::string const &key)
{
    Frame frame;
    frame.title = "Entrar";
    auto const said = fault.empty() ? std::string() : fmt::format("<p class=\"say bad\" role=\"alert\">{}</p>", escaped(fault));
    return page(
        frame,
        fmt::format("<div class=\"sign\"><h1>Entrar</h1><p class=\"lead\">Use a chave que a operação lhe deu.</p>{}"
                    "<form class=\"card\" method=\"post\" action=\"/relatorios/entrar\"><input type=\"hidden\" name=\"next\" value=\"{}\">"
                    "<input type=\"hidden\" name=\"atom.chave\" value=\"{}\">"
                    "<div class=\"field\"><label for=\"token\">Chave de acesso</label>"
                    "<input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"current-password\" required autofocus></div>"
                    "<button>Entrar</button></form></div>",
                    said, escaped(next), escaped(key)));
}

std::string fault_page(Frame const &frame, int status, std::string const &text)
{
    return page(frame, fmt::format("<h1>{}</h1><p class=\"lead\">{}</p><p><a href=\"/relatorios\">Voltar aos relatórios</a></p>", status,
                                   escaped(text)));
}

} // namespace atom
