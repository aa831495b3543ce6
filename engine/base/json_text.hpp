#pragma once
// A JSON text, indexed: where each value of it stands. Nothing is converted: a number stays the digits that were written, so money is
// exact. The text must outlive the index. One thread at a time.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

class JsonText
{
public:
    enum class Kind : std::uint8_t
    {
        null,
        boolean,
        number,
        string,
        array,
        object
    };
    static constexpr int k_none = -1;
    static constexpr unsigned k_max_depth = 64;
    static constexpr std::size_t k_max_bytes = std::size_t{16} << 20;

    /// Reads one document; false where it is none, and fault() then says why. Memory: 24 bytes a value.
    bool parse(std::string_view text);
    std::string const &fault() const noexcept { return m_fault; } // Portuguese, with the 1-based byte

    // Values are numbers; the document is 0. k_none is taken everywhere and gives k_none, null or "".
    Kind kind(int value) const noexcept;
    /// The value as it is written, a string with its quotes.
    std::string_view text(int value) const noexcept;
    /// What a string holds, in `scratch` where it has escapes. A lone surrogate comes out as bytes that are no UTF-8.
    std::string_view string(int value, std::string &scratch) const;
    /// A member (the last of that name) or, by its 0-based number, an element.
    int find(int value, std::string_view name) const;
    /// The same along a path.
    int find(int value, std::vector<std::string> const &path, std::size_t first = 0) const;
    std::vector<int> elements(int array) const;
    std::size_t longest_list() const; // the elements or members of the one that has most

private:
    struct Node
    {
        std::uint32_t begin, end;   // of the value
        std::uint32_t key, key_end; // of a member's name, without its quotes
        std::uint32_t next;         // the first node that is not inside
        Kind kind;
    };
    bool read_value(unsigned depth);
    bool read_members(unsigned depth, bool named, char close);
    bool read_string(std::uint32_t &begin, std::uint32_t &end);
    bool read_escape();
    bool read_number();
    bool read_word(std::string_view word);
    bool refuse(std::string_view why);
    void skip_blanks() noexcept;
    bool at(char c) const noexcept { return m_at < m_text.size() && m_text[m_at] == c; }
    bool has_name(Node const &node, std::string_view name) const;

    std::string_view m_text;
    std::size_t m_at = 0;
    std::vector<Node> m_nodes;
    std::string m_fault;
};

/// The tokens of a JSON pointer ("/a/b~1c" = {"a", "b/c"}; "" = {}); false if it is none.
bool read_json_pointer(std::string_view pointer, std::vector<std::string> &tokens);

/// From `from` to the `,` or bracket that ends what stands there, strings and brackets inside passed over. Lexical: what stands there may
/// be no JSON. The text's size if nothing ends it.
std::size_t json_item_end(std::string_view text, std::size_t from) noexcept;

/// Behind the bracket that closes the one at `open`; npos if none does. Lexical.
std::size_t json_list_end(std::string_view text, std::size_t open) noexcept;

} // namespace atom
