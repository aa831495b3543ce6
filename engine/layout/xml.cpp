#include "engine/layout/xml.hpp"

#include <expat.h>
#include <fmt/format.h>

#include <exception>
#include <memory>
#include <type_traits>

namespace atom {

namespace {

constexpr std::int64_t k_longest_token = std::int64_t{1} << 20; // expat keeps a tag whole until it ends
constexpr int k_deepest = 256;

struct FreeParser
{
    void operator()(XML_Parser p) const noexcept { XML_ParserFree(p); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

std::string_view local_name(std::string_view name) noexcept
{
    auto const colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// What expat calls: no exception may pass through its frames, so it is kept and thrown again behind them.
class Caller
{
public:
    Caller(XmlHandler &handler, std::string const &part) : m_part(part), m_handler(handler), m_parser(XML_ParserCreate(nullptr))
    {
        if (!m_parser) {
            throw std::bad_alloc();
        }
        XML_SetUserData(m_parser.get(), this);
        XML_SetElementHandler(
            m_parser.get(),
            [](void *self, char const *name, char const **pairs) {
                static_cast<Caller *>(self)->call([&](Caller &c) { c.start(name, pairs); });
            },
            [](void *self, char const *name) {
                static_cast<Caller *>(self)->call([&](Caller &c) {
                    --c.m_depth;
                    c.m_handler.end(local_name(name));
                });
            });
        XML_SetCharacterDataHandler(m_parser.get(), [](void *self, char const *text, int n) {
            static_cast<Caller *>(self)->call([&](Caller &c) { c.m_handler.text({text, static_cast<std::size_t>(n)}); });
        });
        XML_SetStartDoctypeDeclHandler(m_parser.get(), [](void *self, char const *, char const *, char const *, int) {
            static_cast<Caller *>(self)->call([](Caller &c) { c.refuse("tem uma DTD, que nenhuma planilha tem"); });
        });
    }

    void feed(std::string_view bytes, bool last)
    {
        auto const status = XML_Parse(m_parser.get(), bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0);
        if (m_thrown) {
            std::rethrow_exception(m_thrown);
        }
        if (status != XML_STATUS_OK) {
            refuse(XML_ErrorString(XML_GetErrorCode(m_parser.get())));
        }
        m_fed += static_cast<std::int64_t>(bytes.size());
        if (m_fed - XML_GetCurrentByteIndex(m_parser.get()) > k_longest_token) {
            refuse("um elemento passa de 1 MiB");
        }
    }

private:
    template <typename Call> void call(Call const &f) noexcept
    {
        if (m_thrown) {
            return;
        }
        try {
            f(*this);
        } catch (...) {
            m_thrown = std::current_exception();
            XML_StopParser(m_parser.get(), XML_FALSE);
        }
    }

    void start(char const *name, char const **pairs)
    {
        if (++m_depth > k_deepest) {
            refuse(fmt::format("elementos com mais de {} níveis", k_deepest));
        }
        m_handler.start(local_name(name), XmlAttributes(pairs));
    }

    [[noreturn]] void refuse(std::string_view why) const
    {
        throw FileRefused(FileFault::incompatible, fmt::format("a planilha está danificada: {}, linha {}: {}", m_part,
                                                               XML_GetCurrentLineNumber(m_parser.get()), why));
    }

    std::string const &m_part;
    XmlHandler &m_handler;
    Parser m_parser;
    std::exception_ptr m_thrown;
    std::int64_t m_fed = 0;
    int m_depth = 0;
};

} // namespace

std::string_view XmlAttributes::operator[](std::string_view name) const noexcept
{
    for (auto const *const *p = m_pairs; *p != nullptr; p += 2) {
        if (local_name(*p) == name) {
            return p[1];
        }
    }
    return {};
}

void parse_xml(ZipArchive &archive, std::string const &part, XmlHandler &handler)
{
    Caller caller(handler, part);
    archive.read(part, [&](std::string_view bytes) { caller.feed(bytes, false); });
    caller.feed({}, true);
}

} // namespace atom
