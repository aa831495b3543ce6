#include "engine/base/json_text.hpp"

#include "engine/base/text.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

bool is_json_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

int hex_value(char c) noexcept
{
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Four hex digits; they were checked.
unsigned code_unit(std::string_view s, std::size_t at) noexcept
{
    unsigned n = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        n = n * 16 + static_cast<unsigned>(hex_value(s[at + i]));
    }
    return n;
}

void append_utf8(std::string &out, unsigned c)
{
    auto const put = [&](unsigned byte) { out += static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0 | c >> 6);
        put(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        put(0xe0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3f));
        put(0x80 | (c & 0x3f));
    } else {
        put(0xf0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3f));
        put(0x80 | (c >> 6 & 0x3f));
        put(0x80 | (c & 0x3f));
    }
}

/// What a string between its quotes holds; its escapes were checked.
void unescape(std::string_view s, std::string &out)
{
    out.clear();
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] != '\\') {
            out += s[i];
            continue;
        }
        char const c = s[++i];
        if (c != 'u') {
            out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c;
            continue;
        }
        auto unit = code_unit(s, i + 1);
        i += 4;
        bool const high = unit >= 0xd800 && unit < 0xdc00;
        if (high && i + 6 < s.size() && s[i + 1] == '\\' && s[i + 2] == 'u') {
            auto const low = code_unit(s, i + 3);
            if (low >= 0xdc00 && low < 0xe000) {
                unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                i += 6;
            }
        }
        append_utf8(out, unit);
    }
}

} // namespace

bool JsonText::parse(std::string_view text)
{
    m_text = text;
    m_at = 0;
    m_nodes.clear();
    m_fault.clear();
    if (text.size() > k_max_bytes) {
        return refuse("o documento passa de 16 MiB");
    }
    skip_blanks();
    if (!read_value(0)) {
        return false;
    }
    skip_blanks();
    return m_at == m_text.size() || refuse("há algo depois do documento");
}

bool JsonText::refuse(std::string_view why)
{
    if (m_fault.empty()) {
        m_fault = fmt::format("JSON inválido no byte {}: {}", m_at + 1, why);
    }
    m_nodes.clear();
    return false;
}

void JsonText::skip_blanks() noexcept
{
    while (m_at < m_text.size() && is_json_blank(m_text[m_at])) {
        ++m_at;
    }
}

bool JsonText::read_value(unsigned depth)
{
    if (depth > k_max_depth) {
        return refuse(fmt::format("mais de {} níveis", k_max_depth));
    }
    if (m_at >= m_text.size()) {
        return refuse("termina antes do fim");
    }
    auto const node = m_nodes.size();
    m_nodes.push_back({static_cast<std::uint32_t>(m_at), 0, 0, 0, 0, Kind::null});
    bool good = false;
    std::uint32_t begin = 0, end = 0;
    Kind kind = Kind::null;
    switch (m_text[m_at]) {
    case '{':
        kind = Kind::object;
        good = read_members(depth, true, '}');
        break;
    case '[':
        kind = Kind::array;
        good = read_members(depth, false, ']');
        break;
    case '"':
        kind = Kind::string;
        good = read_string(begin, end);
        break;
    case 't':
        kind = Kind::boolean;
        good = read_word("true");
        break;
    case 'f':
        kind = Kind::boolean;
        good = read_word("false");
        break;
    case 'n':
        kind = Kind::null;
        good = read_word("null");
        break;
    default: kind = Kind::number; good = read_number();
    }
    if (!good) {
        return false;
    }
    m_nodes[node].kind = kind;
    m_nodes[node].end = static_cast<std::uint32_t>(m_at);
    m_nodes[node].next = static_cast<std::uint32_t>(m_nodes.size());
    return true;
}

/// What stands in an object (`named`) or an array, brackets too.
bool JsonText::read_members(unsigned depth, bool named, char close)
{
    ++m_at;
    skip_blanks();
    if (at(close)) {
        ++m_at;
        return true;
    }
    for (;;) {
        std::uint32_t key = 0, key_end = 0;
        if (named) {
            if (!at('"')) {
                return refuse("falta o nome de um membro, entre aspas");
            }
            if (!read_string(key, key_end)) {
                return false;
            }
            skip_blanks();
            if (!at(':')) {
                return refuse("falta ':' depois do nome de um membro");
            }
            ++m_at;
            skip_blanks();
        }
        auto const node = m_nodes.size();
        if (!read_value(depth + 1)) {
            return false;
        }
        m_nodes[node].key = key;
        m_nodes[node].key_end = key_end;
        skip_blanks();
        if (at(close)) {
            ++m_at;
            return true;
        }
        if (!at(',')) {
            return refuse(fmt::format("falta ',' ou '{}'", close));
        }
        ++m_at;
        skip_blanks();
    }
}

bool JsonText::read_string(std::uint32_t &begin, std::uint32_t &end)
{
    begin = static_cast<std::uint32_t>(++m_at);
    while (m_at < m_text.size()) {
        auto const c = static_cast<unsigned char>(m_text[m_at]);
        if (c == '"') {
            end = static_cast<std::uint32_t>(m_at++);
            return true;
        }
        if (c < 0x20) {
            return refuse("caractere de controle dentro de um texto");
        }
        if (c == '\\' && !read_escape()) {
            return refuse("escape desconhecido em um texto");
        }
        ++m_at;
    }
    return refuse("um texto não fecha");
}

/// Leaves the place at the escape's last character.
bool JsonText::read_escape()
{
    ++m_at;
    if (m_at >= m_text.size()) {
        return false;
    }
    if (m_text[m_at] != 'u') {
        return std::string_view("\"\\/bfnrt").find(m_text[m_at]) != std::string_view::npos;
    }
    for (int i = 0; i < 4; ++i) {
        ++m_at;
        if (m_at >= m_text.size() || hex_value(m_text[m_at]) < 0) {
            return false;
        }
    }
    return true;
}

bool JsonText::read_number()
{
    auto const begin = m_at;
    auto const digits = [this] {
        auto const first = m_at;
        while (m_at < m_text.size() && is_digit(m_text[m_at])) {
            ++m_at;
        }
        return m_at - first;
    };
    m_at += at('-') ? 1 : 0;
    bool const leading_zero = at('0');
    auto const whole = digits();
    if (whole == 0 || (leading_zero && whole > 1)) {
        m_at = begin;
        return refuse("não é um valor");
    }
    if (at('.')) {
        ++m_at;
        if (digits() == 0) {
            return refuse("número sem decimais depois do ponto");
        }
    }
    if (at('e') || at('E')) {
        ++m_at;
        m_at += at('+') || at('-') ? 1 : 0;
        if (digits() == 0) {
            return refuse("número sem expoente");
        }
    }
    return true;
}

bool JsonText::read_word(std::string_view word)
{
    if (m_text.substr(m_at, word.size()) != word) {
        return refuse("não é um valor");
    }
    m_at += word.size();
    return true;
}

JsonText::Kind JsonText::kind(int value) const noexcept
{
    return value < 0 || m_nodes.empty() ? Kind::null : m_nodes[static_cast<std::size_t>(value)].kind;
}

std::string_view JsonText::text(int value) const noexcept
{
    if (value < 0 || m_nodes.empty()) {
        return {};
    }
    auto const &n = m_nodes[static_cast<std::size_t>(value)];
    return m_text.substr(n.begin, n.end - n.begin);
}

std::string_view JsonText::string(int value, std::string &scratch) const
{
    auto inside = text(value);
    if (inside.size() < 2) {
        return {};
    }
    inside = inside.substr(1, inside.size() - 2);
    if (inside.find('\\') == std::string_view::npos) {
        return inside;
    }
    unescape(inside, scratch);
    return scratch;
}

bool JsonText::has_name(Node const &node, std::string_view name) const
{
    auto const key = m_text.substr(node.key, node.key_end - node.key);
    if (key.find('\\') == std::string_view::npos) {
        return key == name;
    }
    std::string plain;
    unescape(key, plain);
    return plain == name;
}

int JsonText::find(int value, std::string_view name) const
{
    auto const k = kind(value);
    if (k == Kind::array) {
        auto const all = elements(value);
        bool const number = is_digits(name) && name.size() < 9 && (name.size() == 1 || name.front() != '0');
        auto const i = number ? static_cast<std::size_t>(std::stoul(std::string(name))) : all.size();
        return i < all.size() ? all[i] : k_none;
    }
    int found = k_none;
    if (k == Kind::object) {
        auto const end = m_nodes[static_cast<std::size_t>(value)].next;
        for (auto i = static_cast<std::uint32_t>(value) + 1; i < end; i = m_nodes[i].next) {
            found = has_name(m_nodes[i], name) ? static_cast<int>(i) : found;
        }
    }
    return found;
}

int JsonText::find(int value, std::vector<std::string> const &path, std::size_t first) const
{
    for (auto i = first; i < path.size() && value >= 0; ++i) {
        value = find(value, path[i]);
    }
    return value;
}

std::vector<int> JsonText::elements(int array) const
{
    std::vector<int> out;
    if (kind(array) == Kind::array) {
        auto const end = m_nodes[static_cast<std::size_t>(array)].next;
        for (auto i = static_cast<std::uint32_t>(array) + 1; i < end; i = m_nodes[i].next) {
            out.push_back(static_cast<int>(i));
        }
    }
    return out;
}

std::size_t JsonText::longest_list() const
{
    std::size_t longest = 0;
    for (std::uint32_t list = 0; list < m_nodes.size(); ++list) {
        bool const is_list = m_nodes[list].kind == Kind::array || m_nodes[list].kind == Kind::object;
        std::size_t n = 0;
        for (auto i = list + 1; is_list && i < m_nodes[list].next; i = m_nodes[i].next) {
            ++n;
        }
        longest = std::max(longest, n);
    }
    return longest;
}

bool read_json_pointer(std::string_view pointer, std::vector<std::string> &tokens)
{
    tokens.clear();
    if (pointer.empty()) {
        return true;
    }
    if (pointer.front() != '/') {
        return false;
    }
    for (auto &part : split(pointer.substr(1), '/')) {
        for (auto tilde = part.find('~'); tilde != std::string::npos; tilde = part.find('~', tilde + 1)) {
            if (tilde + 1 >= part.size() || (part[tilde + 1] != '0' && part[tilde + 1] != '1')) {
                return false;
            }
        }
        tokens.push_back(replaced(replaced(std::move(part), "~1", "/"), "~0", "~"));
    }
    return true;
}

std::size_t json_list_end(std::string_view text, std::size_t open) noexcept
{
    auto at = open + 1;
    while (at < text.size()) {
        at = json_item_end(text, at);
        if (at < text.size() && text[at] != ',') {
            return at + 1;
        }
        ++at;
    }
    return std::string_view::npos;
}

std::size_t json_item_end(std::string_view text, std::size_t from) noexcept
{
    std::size_t depth = 0;
    bool in_string = false;
    for (auto i = from; i < text.size(); ++i) {
        char const c = text[i];
        if (in_string) {
            i += c == '\\' ? 1 : 0;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            ++depth;
        } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
            return i;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return text.size();
}

} // namespace atom
