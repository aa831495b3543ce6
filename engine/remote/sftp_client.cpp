#include "engine/remote/sftp_client.hpp"

#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include <sys/stat.h>

namespace atom {

namespace {

enum Type : std::uint8_t
{
    k_init = 1,
    k_version = 2,
    k_open = 3,
    k_close = 4,
    k_read = 5,
    k_write = 6,
    k_lstat = 7,
    k_fstat = 8,
    k_opendir = 11,
    k_readdir = 12,
    k_remove = 13,
    k_mkdir = 14,
    k_stat = 17,
    k_rename = 18,
    k_status = 101,
    k_handle = 102,
    k_data = 103,
    k_name = 104,
    k_attrs = 105,
    k_extended = 200,
    k_extended_reply = 201
};

enum OpenFlag : std::uint32_t
{
    k_for_reading = 0x01,
    k_for_writing = 0x02,
    k_make = 0x08,
    k_empty = 0x10
};

enum AttributeFlag : std::uint32_t
{
    k_has_size = 0x1,
    k_has_owner = 0x2,
    k_has_mode = 0x4,
    k_has_times = 0x8,
    k_has_more = 0x80000000U
};

constexpr std::uint32_t k_piece = 32768;       // bytes that every server reads or writes at once
constexpr std::size_t k_at_once = 64;          // pieces under way
constexpr std::uint32_t k_longest = 1U << 20U; // bytes of an answer
constexpr std::uint32_t k_end = 1;             // status: end of the file, or of the folder

void add32(std::string &out, std::uint32_t n)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(n >> static_cast<unsigned>(shift));
}

void add64(std::string &out, std::uint64_t n)
{
    add32(out, static_cast<std::uint32_t>(n >> 32U));
    add32(out, static_cast<std::uint32_t>(n));
}

void add_text(std::string &out, std::string_view text)
{
    add32(out, static_cast<std::uint32_t>(text.size()));
    out += text;
}

std::string text_field(std::string_view text)
{
    std::string out;
    add_text(out, text);
    return out;
}

std::uint32_t number_at(char const *bytes)
{
    std::uint32_t n = 0;
    for (int i = 0; i < 4; ++i)
        n = n << 8U | static_cast<unsigned char>(bytes[i]);
    return n;
}

/// An answer's fields, one after the other. What lacks is empty or 0, and
/// is_short() then.
class Fields
{
public:
    explicit Fields(std::string_view bytes) : m_bytes(bytes) {}
    bool is_short() const noexcept { return m_is_short; }
    bool is_over() const noexcept { return m_bytes.empty(); }

    std::uint32_t number()
    {
        auto const bytes = take(4);
        return bytes.size() == 4 ? number_at(bytes.data()) : 0;
    }
    std::uint64_t long_number()
    {
        auto const high = std::uint64_t{number()};
        return high << 32U | number();
    }
    std::string_view text() { return take(number()); }

    SftpAttributes attributes()
    {
        SftpAttributes out;
        auto const flags = number();
        if ((flags & k_has_size) != 0)
            out.size = long_number();
        if ((flags & k_has_owner) != 0)
            (void)long_number();
        if ((flags & k_has_mode) != 0)
            out.mode = number();
        if ((flags & k_has_times) != 0) {
            (void)number(); // of the last access
            out.time = number();
        }
        for (auto more = (flags & k_has_more) != 0 ? number() : 0; more > 0 && !m_is_short; --more) {
            (void)text();
            (void)text();
        }
        return out;
    }

private:
    std::string_view take(std::size_t count)
    {
        m_is_short = m_is_short || m_bytes.size() < count;
        auto const out = m_is_short ? std::string_view() : m_bytes.substr(0, count);
        m_bytes.remove_prefix(out.size());
        return out;
    }

    std::string_view m_bytes;
    bool m_is_short = false;
};

/// The status of an answer, and the server's words for it.
SftpRefusal status_of(std::string_view body)
{
    Fields fields(body);
    SftpRefusal out{fields.number(), {}};
    out.words = printable(fields.text());
    if (out.words.empty())
        out.words = fmt::format("status {}", out.code);
    return out;
}

} // namespace

/// A part of a file that was asked for.
struct SftpClient::Piece
{
    std::uint32_t id = 0;
    std::uint64_t offset = 0;
    std::string bytes; // that came
    bool is_whole = false;
    bool is_end = false; // the file has no more
};

bool SftpAttributes::is_kind_told() const noexcept { return mode && (*mode & S_IFMT) != 0; }

bool SftpAttributes::is_file() const noexcept { return is_kind_told() && S_ISREG(*mode); }

SftpClient::SftpClient(SshSession &session, std::string label) : m_session(session), m_label(std::move(label))
{
    constexpr std::uint32_t k_our_version = 3;
    std::string hello;
    add32(hello, 5);
    hello += static_cast<char>(k_init);
    add32(hello, k_our_version);
    m_session.write(hello);
    auto const answer = next(); // its version stands in the id's place
    if (answer.type != k_version || answer.id > k_our_version)
        fail_garbled(fmt::format("an answer of type {} to the greeting", answer.type));
    for (Fields fields(answer.body); !fields.is_over() && !fields.is_short();) {
        auto const name = fields.text();
        (void)fields.text();
        m_tells_space = m_tells_space || name == "statvfs@openssh.com";
    }
}

void SftpClient::fail_garbled(std::string const &what) const
{
    throw RemoteError(RemoteCause::protocol, fmt::format("{}: the server does not speak SFTP as it should: {}", m_label, what));
}

// ---- requests and answers
// -----------------------------------------------------------------------------------------------------------------

std::uint32_t SftpClient::send(std::uint8_t type, std::string const &body)
{
    std::string request;
    request.reserve(body.size() + 9);
    add32(request, static_cast<std::uint32_t>(body.size() + 5));
    request += static_cast<char>(type);
    add32(request, ++m_last_id);
    request += body;
    m_session.write(request);
    return m_last_id;
}

SftpClient::Answer SftpClient::next()
{
    char head[9];
    m_session.read(head, sizeof head);
    auto const size = number_at(head);
    Answer out{static_cast<std::uint8_t>(head[4]), number_at(head + 5), {}};
    if (size < 5 || size > k_longest)
        fail_garbled(fmt::format("\"{}\" came; is it what a program prints at the login?", printable({head, sizeof head})));
    out.body.resize(size - 5);
    m_session.read(out.body.data(), out.body.size());
    return out;
}

SftpClient::Answer SftpClient::call(std::uint8_t type, std::string const &body)
{
    auto const id = send(type, body);
    auto answer = next();
    if (answer.id != id)
        fail_garbled(fmt::format("an answer to request {} came for {}", answer.id, id));
    return answer;
}

void SftpClient::expect(std::uint8_t type, Answer const &answer) const
{
    if (answer.type == k_status)
        throw status_of(answer.body);
    if (answer.type != type)
        fail_garbled(fmt::format("an answer of type {} in place of {}", answer.type, type));
}

void SftpClient::expect_ok(Answer const &answer) const
{
    if (answer.type != k_status)
        fail_garbled(fmt::format("an answer of type {} in place of a status", answer.type));
    auto status = status_of(answer.body);
    if (status.code != 0)
        throw status;
}

std::string SftpClient::open(std::uint8_t type, std::string const &body)
{
    auto const answer = call(type, body);
    expect(k_handle, answer);
    return std::string(Fields(answer.body).text());
}

// ---- what they are for
// --------------------------------------------------------------------------------------------------------------------

void SftpClient::list(std::string const &path, std::function<void(std::string name, SftpAttributes const &)> const &entry)
{
    auto const folder = text_field(open(k_opendir, text_field(path)));
    for (;;) {
        auto const answer = call(k_readdir, folder);
        if (answer.type == k_status) {
            auto const status = status_of(answer.body);
            expect_ok(call(k_close, folder));
            if (status.code == k_end)
                return;
            throw status;
        }
        expect(k_name, answer);
        Fields fields(answer.body);
        for (auto count = fields.number(); count > 0; --count) {
            std::string name(fields.text());
            (void)fields.text(); // the line that `ls -l` would show: for people
            auto const attributes = fields.attributes();
            if (fields.is_short())
                fail_garbled("half an entry of a listing");
            entry(std::move(name), attributes);
        }
    }
}

std::optional<std::uint64_t> SftpClient::read(std::string const &path, std::function<void(std::string_view)> const &sink)
{
    auto body = text_field(path);
    add32(body, k_for_reading);
    add32(body, 0);
    auto const file = text_field(open(k_open, body));
    auto const state = call(k_fstat, file);
    auto const size = state.type == k_attrs ? Fields(state.body).attributes().size : std::nullopt;
    auto const refusal = read_pieces(file, size.value_or(0), sink);
    auto const closed = call(k_close, file);
    if (refusal)
        throw *refusal;
    expect_ok(closed);
    return size;
}

/// All answers have come when it returns. A file that tells its size ends
/// there; of one that tells none, or 0 as those of /proc do, a piece is asked
/// for at a time until the server says that it ends.
std::optional<SftpRefusal> SftpClient::read_pieces(std::string const &file, std::uint64_t size,
                                                   std::function<void(std::string_view)> const &sink)
{
    std::deque<Piece> pieces; // under way, in order
    std::optional<SftpRefusal> refusal;
    std::uint64_t asked = 0;
    bool is_over = false;
    auto const ask = [&](Piece &piece) {
        auto request = file;
        add64(request, piece.offset + piece.bytes.size());
        add32(request, static_cast<std::uint32_t>(k_piece - piece.bytes.size()));
        piece.id = send(k_read, request);
    };
    for (;;) {
        for (; !is_over && pieces.size() < k_at_once && (size == 0 ? pieces.empty() : asked < size); asked += k_piece)
            ask(pieces.emplace_back(Piece{0, asked, {}, false, false}));
        if (pieces.empty())
            return refusal;
        auto answer = next();
        auto const piece = std::find_if(pieces.begin(), pieces.end(), [&](Piece const &p) { return p.id == answer.id && !p.is_whole; });
        if (piece == pieces.end())
            fail_garbled(fmt::format("an answer to request {}, which was none", answer.id));
        if (answer.type == k_status) {
            auto const status = status_of(answer.body);
            piece->is_end = piece->is_whole = true;
            if (status.code != k_end && !refusal)
                refusal = status;
            is_over = is_over || refusal;
        } else {
            take_data(*piece, std::move(answer));
            piece->is_whole = is_over || piece->bytes.size() == k_piece || piece->offset + piece->bytes.size() == size;
            if (!piece->is_whole)
                ask(*piece);
        }
        for (; !pieces.empty() && pieces.front().is_whole; pieces.pop_front()) {
            if (!is_over && !pieces.front().bytes.empty())
                sink(pieces.front().bytes);
            is_over = is_over || pieces.front().is_end;
        }
    }
}

void SftpClient::take_data(Piece &piece, Answer answer) const
{
    expect(k_data, answer);
    auto const bytes = Fields(answer.body).text();
    if (bytes.empty() || piece.bytes.size() + bytes.size() > k_piece)
        fail_garbled(fmt::format("{} bytes in answer to a read", bytes.size()));
    if (!piece.bytes.empty()) {
        piece.bytes += bytes;
        return;
    }
    answer.body.erase(0, 4); // their count
    answer.body.resize(bytes.size());
    piece.bytes = std::move(answer.body);
}

void SftpClient::write(std::string const &path, std::function<std::size_t(char *, std::size_t, std::uint64_t)> const &source)
{
    auto body = text_field(path);
    add32(body, k_for_writing | k_make | k_empty);
    add32(body, 0);
    auto const file = text_field(open(k_open, body));
    std::deque<std::size_t> sizes; // of the pieces under way
    std::optional<SftpRefusal> refusal;
    auto const take_answer = [&] {
        auto const answer = next();
        if (answer.type != k_status)
            fail_garbled(fmt::format("an answer of type {} to a write", answer.type));
        auto const status = status_of(answer.body);
        m_session.note_taken(sizes.front());
        sizes.pop_front();
        if (status.code != 0 && !refusal)
            refusal = status;
    };
    std::uint64_t offset = 0;
    std::string buffer(k_piece, '\0');
    while (!refusal) {
        auto const count = source(buffer.data(), buffer.size(), offset);
        if (count == 0)
            break;
        auto request = file;
        add64(request, offset);
        add_text(request, std::string_view(buffer).substr(0, count));
        send(k_write, request);
        sizes.push_back(count);
        offset += count;
        if (sizes.size() >= k_at_once)
            take_answer();
    }
    while (!sizes.empty())
        take_answer();
    auto const closed = call(k_close, file);
    if (refusal)
        throw *refusal;
    expect_ok(closed);
}

std::optional<SftpAttributes> SftpClient::stat(std::string const &path, bool follows_links)
{
    auto const answer = call(follows_links ? k_stat : k_lstat, text_field(path));
    if (answer.type == k_status) {
        auto const code = status_of(answer.body).code;
        if (code == SftpRefusal::no_such_file || code == SftpRefusal::no_such_path)
            return std::nullopt;
    }
    expect(k_attrs, answer);
    return Fields(answer.body).attributes();
}

void SftpClient::rename(std::string const &from, std::string const &to) { expect_ok(call(k_rename, text_field(from) + text_field(to))); }

void SftpClient::make_folder(std::string const &path)
{
    auto body = text_field(path);
    add32(body, 0);
    expect_ok(call(k_mkdir, body));
}

void SftpClient::remove(std::string const &path) { expect_ok(call(k_remove, text_field(path))); }

std::optional<std::uint64_t> SftpClient::free_bytes(std::string const &path)
{
    if (!m_tells_space)
        return std::nullopt;
    auto const answer = call(k_extended, text_field("statvfs@openssh.com") + text_field(path));
    if (answer.type != k_extended_reply)
        return std::nullopt;
    Fields fields(answer.body);
    (void)fields.long_number(); // the block's size
    auto const unit = fields.long_number();
    (void)fields.long_number(); // blocks
    (void)fields.long_number(); // free ones
    auto const free = fields.long_number();
    return unit * free;
}

} // namespace atom
