// Logging in: SshSession's side of it (engine/remote/ssh_session.hpp). What
// fails is noted, and the next way is tried; in the end all are told, each with
// what to do about it.

#include "engine/base/text.hpp"
#include "engine/remote/key_file.hpp"
#include "engine/remote/ssh_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include <sys/stat.h>

namespace atom {

namespace {

struct Offer
{
    char const *method;
    unsigned bit;
};

/// In the order in which they are tried.
constexpr Offer k_methods[] = {{"publickey", SSH_AUTH_METHOD_PUBLICKEY},
                               {"password", SSH_AUTH_METHOD_PASSWORD},
                               {"keyboard-interactive", SSH_AUTH_METHOD_INTERACTIVE}};

std::string offered(ssh_session session)
{
    auto const list = static_cast<unsigned>(ssh_userauth_list(session, nullptr));
    std::vector<std::string> names;
    for (auto const &m : k_methods)
        if ((list & m.bit) != 0)
            names.emplace_back(m.method);
    return names.empty() ? "no way that we know" : join(names, ", ");
}

/// Why a key's file cannot be used, which the library does not tell; "" if it
/// might be.
std::string fault_of(std::string const &path, KeyFile const &file, bool has_passphrase)
{
    constexpr std::string_view k_usable[] = {"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};
    if (file.format == KeyFile::Format::putty)
        return fmt::format("the private key {0} is in PuTTY's format; puttygen {0} -O "
                           "private-openssh -o {0}.openssh writes it in OpenSSH's",
                           path);
    if (file.format == KeyFile::Format::unknown)
        return fmt::format("{} holds no private key, neither in OpenSSH's format nor as PEM", path);
    if (!file.kind.empty() && std::find(std::begin(k_usable), std::end(k_usable), file.kind) == std::end(k_usable))
        return fmt::format("the private key {} is of the kind {}; ed25519, ecdsa "
                           "and rsa can be used",
                           path, file.kind);
    if (file.cipher.find("gcm") != std::string::npos || file.cipher.find("poly1305") != std::string::npos)
        return fmt::format("the private key {0} is encrypted with {1}, which cannot be read here; "
                           "ssh-keygen -p -Z aes256-ctr -f {0} "
                           "encrypts it anew",
                           path, file.cipher);
    if (file.is_encrypted && !has_passphrase)
        return fmt::format("the private key {} has a passphrase, and none is set: "
                           "key_passphrase_env names the variable that holds it",
                           path);
    return {};
}

} // namespace

void SshSession::log_in()
{
    int result = until_done([&] { return ssh_userauth_none(m_session.get(), nullptr); }, SSH_AUTH_AGAIN);
    std::set<std::string> tried;
    while (result != SSH_AUTH_SUCCESS) {
        auto const method = next_method(tried);
        if (ssh_is_connected(m_session.get()) == 0 || method.empty())
            refuse_login();
        tried.insert(method);
        result = try_method(method);
        if (result == SSH_AUTH_PARTIAL)
            m_refused.push_back(fmt::format("the server takes the {}, and wants {} too", method == "publickey" ? "key" : "password",
                                            offered(m_session.get())));
    }
}

/// The first one that the server offers, that is configured and that was not
/// tried; "" if there is none.
std::string SshSession::next_method(std::set<std::string> const &tried) const
{
    auto const list = static_cast<unsigned>(ssh_userauth_list(m_session.get(), nullptr));
    for (auto const &m : k_methods) {
        bool const is_configured = m.bit == SSH_AUTH_METHOD_PUBLICKEY ? !m_login.key.empty() : !m_login.password.empty();
        if ((list & m.bit) != 0 && is_configured && tried.count(m.method) == 0)
            return m.method;
    }
    return {};
}

int SshSession::try_method(std::string const &method)
{
    return method == "publickey" ? try_key() : method == "password" ? try_password() : try_answers();
}

int SshSession::try_key()
{
    auto const key = read_key();
    if (!key)
        return SSH_AUTH_DENIED;
    int const result = until_done([&] { return ssh_userauth_publickey(m_session.get(), nullptr, key.get()); }, SSH_AUTH_AGAIN);
    if (result == SSH_AUTH_DENIED || result == SSH_AUTH_ERROR) {
        char *base64 = nullptr;
        bool const is_exported = ssh_pki_export_pubkey_base64(key.get(), &base64) == SSH_OK;
        auto const shown = is_exported ? base64_decoded(base64) : std::string();
        ssh_string_free_char(base64);
        m_refused.push_back(fmt::format("the server refuses the key {}, {} ({}): its public half must be among "
                                        "the login's authorized keys "
                                        "there",
                                        m_login.key.string(), key_fingerprint(shown), key_kind(shown)));
    }
    return result;
}

/// Null, and the reason noted, if it cannot be used.
SshSession::Key SshSession::read_key()
{
    auto const path = m_login.key.string();
    std::ifstream in(m_login.key, std::ios::binary);
    std::string const bytes{std::istreambuf_iterator<char>(in), {}};
    if (!in.is_open() || in.bad()) {
        m_refused.push_back(fmt::format("the private key {} cannot be read", path));
        return nullptr;
    }
    auto const file = read_key_file(bytes);
    auto why = fault_of(path, file, !m_login.key_passphrase.empty());
    ssh_key key = nullptr;
    char const *const passphrase = m_login.key_passphrase.empty() ? nullptr : m_login.key_passphrase.c_str();
    if (why.empty() && ssh_pki_import_privkey_base64(bytes.c_str(), passphrase, nullptr, nullptr, &key) != SSH_OK)
        why = file.is_encrypted ? fmt::format("the passphrase of the private key {} is not right "
                                              "(key_passphrase_env)",
                                              path)
                                : fmt::format("the private key {} cannot be used; ed25519, ecdsa "
                                              "and rsa can, in OpenSSH's format or as PEM",
                                              path);
    if (!why.empty())
        m_refused.push_back(why);
    return Key(key);
}

int SshSession::try_password()
{
    int const result =
        until_done([&] { return ssh_userauth_password(m_session.get(), nullptr, m_login.password.c_str()); }, SSH_AUTH_AGAIN);
    if (result == SSH_AUTH_DENIED || result == SSH_AUTH_ERROR)
        m_refused.emplace_back("the server refuses the password");
    return result;
}

/// keyboard-interactive: what is asked for is the password, once. Who asks for
/// more asks a person.
int SshSession::try_answers()
{
    bool is_given = false;
    for (;;) {
        int const result = until_done([&] { return ssh_userauth_kbdint(m_session.get(), nullptr, nullptr); }, SSH_AUTH_AGAIN);
        if (result == SSH_AUTH_DENIED || result == SSH_AUTH_ERROR)
            m_refused.emplace_back("the server refuses the password (keyboard-interactive)");
        if (result != SSH_AUTH_INFO)
            return result;
        int const count = ssh_userauth_kbdint_getnprompts(m_session.get());
        if (count > 1 || (count == 1 && is_given)) {
            std::string asked;
            for (int i = 0; i < count; ++i) {
                char echo = 0;
                auto const *const prompt = ssh_userauth_kbdint_getprompt(m_session.get(), static_cast<unsigned>(i), &echo);
                asked += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", printable(prompt == nullptr ? "" : prompt));
            }
            m_refused.push_back(fmt::format("the server asks for more than a password, which only a "
                                            "person could answer: {}",
                                            asked));
            return SSH_AUTH_DENIED;
        }
        if (count == 1 && ssh_userauth_kbdint_setanswer(m_session.get(), 0, m_login.password.c_str()) != 0)
            return SSH_AUTH_ERROR;
        is_given = is_given || count == 1;
    }
}

void SshSession::refuse_login()
{
    auto const why = words();
    bool const is_alive = ssh_is_connected(m_session.get()) != 0;
    if (!is_alive && why.find("oo many authentication") == std::string::npos)
        fail_lost("log in");
    if (m_refused.empty()) {
        bool const has_any = !m_login.key.empty() || !m_login.password.empty();
        m_refused.push_back(fmt::format("the server wants one of {}, {}", offered(m_session.get()),
                                        !has_any                   ? "and neither a key nor a password is configured"
                                        : m_login.key.empty()      ? "and only a password is configured"
                                        : m_login.password.empty() ? "and only a key is configured"
                                                                   : "and none of them can be used"));
    }
    fail(RemoteCause::denied, "cannot log in: " + join(m_refused, "; ") + (is_alive ? "" : "; it then hung up"));
}

} // namespace atom
