#pragma once
// What a console may show: personal data is masked unless somebody asks to see it. What is personal, layouts say (`sensitive`).

#include "engine/job/workspace.hpp"
#include "engine/layout/fault.hpp"
#include "engine/store/ledger.hpp"

#include <set>
#include <string>

namespace atom {

/// Of rejected and warned lines: a value of a sensitive field is masked, and so it is in a message; the raw line is left out.
class RejectMasker
{
public:
    RejectMasker(Workspace const &workspace, bool reveal) : m_workspace(workspace), m_reveal(reveal) {}
    void apply(Reject &r, FileRow const &file) const;

private:
    void mask_message(Reject &r, FileRow const &file) const;
    bool is_sensitive(FileRow const &file, std::string const &field) const;

    Workspace const &m_workspace;
    bool m_reveal;
};

/// Of columns of the base: one that bears the name of a sensitive field of any layout, numbers at its end aside, is masked; and so is a
/// text that no layout knows and that looks like a document, a phone or an e-mail address.
class ColumnMasker
{
public:
    ColumnMasker(Workspace const &workspace, bool reveal);
    std::string text(std::string const &column, std::string const &value) const;
    bool masks(std::string const &column, std::string const &value) const;

private:
    bool m_reveal;
    std::set<std::string> m_sensitive, m_known;
};

} // namespace atom
