#pragma once
// A private key's file, as far as it can be told without its passphrase. No
// network, no library: only what stands in front.

#include <string>
#include <string_view>

namespace atom {

struct KeyFile
{
    enum class Format
    {
        openssh,
        pem,
        putty,
        unknown
    };
    Format format = Format::unknown;
    std::string kind;          // "ssh-ed25519"; empty where the file does not say it openly
    std::string cipher;        // that it is encrypted with, "aes256-ctr"; empty where
                               // the file does not say it openly
    bool is_encrypted = false; // it needs a passphrase
};

KeyFile read_key_file(std::string_view bytes);

} // namespace atom
