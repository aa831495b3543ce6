#include "engine/job/workspace.hpp"

#include "engine/base/clock.hpp"
#include "engine/base/duration.hpp"
#include "engine/base/environment.hpp"
#include "engine/base/file.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

template <typename T> T const *named(std::vector<T> const &all, std::string_view name)
{
    auto const it = std::find_if(all.begin(), all.end(), [&](T const &x) { return x.name == name; });
    return it == all.end() ? nullptr : &*it;
}

template <typename T> std::vector<std::string> names_of(std::vector<T> const &all)
{
    std::vector<std::string> out;
    for (auto const &x : all) {
        out.push_back(x.name);
    }
    return out;
}

class WorkspaceReader
{
public:
    explicit WorkspaceReader(std::filesystem::path const &root) : m_shown(root)
    {
        m_out.root = std::filesystem::absolute(root).lexically_normal();
    }

    Workspace read()
    {
        std::error_code unseen;
        if (!std::filesystem::exists(m_out.root / "atom.toml", unseen)) {
            if (unseen) {
                m_faults.add({"atom.toml", 0, 0}, fmt::format("cannot be seen in {}: {}; its folder must be open to this user",
                                                              m_shown.string(), unseen.message()));
                m_faults.throw_if_any();
            }
            m_faults.add({"atom.toml", 0, 0},
                         fmt::format("is not in {}; -C DIR or ATOM_HOME names a workspace, atom init DIR makes one", m_shown.string()));
            m_faults.throw_if_any();
        }
        auto const settings = parse_toml_file(m_out.root / "atom.toml", "atom.toml", m_faults);
        if (settings) {
            read_settings(*settings);
        }
        m_layouts = load_layouts(m_out.root / "layouts", "layouts", m_faults);
        m_out.layouts.insert(m_layouts.begin(), m_layouts.end());
        read_jobs();
        mark_keys();
        check_names();
        m_faults.throw_if_any();
        return std::move(m_out);
    }

private:
    void read_settings(TomlValue const &root)
    {
        TomlTable top(root, m_faults);
        TomlValue const none;
        auto base = top.table("base");
        TomlTable absent(none, m_faults);
        auto &b = base ? *base : absent;
        m_out.base = path(expanded(b, "base", "path", "data/base.db"));
        m_out.online = path(expanded(b, "base", "online", "data/online.db"));
        m_out.timezone = expanded(b, "base", "timezone", "America/Sao_Paulo");
        m_out.spool = m_out.base.parent_path() / "spool";
        try {
            system_clock()->set_timezone(m_out.timezone);
        } catch (std::invalid_argument const &e) {
            b.fault("timezone", e.what());
        }
        if (base) {
            base->finish("[base]");
        }
        if (auto schedule = top.table("schedule")) {
            read_schedule(*schedule);
        }
        if (auto log = top.table("log")) {
            m_out.log_as_json = log->choice("format", {"text", "json"}) == "json";
            log->finish("[log]");
        }
        if (auto replica = top.table("replica")) {
            read_replica(*replica);
        }
        for (auto &t : top.tables("source")) {
            read_source(t);
        }
        for (auto &t : top.tables("target")) {
            read_target(t);
        }
        read_proxy(top);
        if (auto serve = top.table("serve")) {
            read_serve(*serve);
        }
        top.finish("atom.toml");
    }

    void read_schedule(TomlTable &t)
    {
        auto const text = t.text_or("every", "1m");
        auto const every = parse_duration(text);
        if (!every || *every < std::chrono::seconds(1) || *every > std::chrono::hours(24)) {
            t.fault("every", fmt::format("\"{}\" is no time between looks; allowed: 1s to 1d, as \"30s\" or \"5m\"", text));
        } else {
            m_out.every = *every;
        }
        t.finish("[schedule]");
    }

    void read_replica(TomlTable &t)
    {
        Replica r;
        t.required_text("path");
        r.path = path(expanded(t, "replica", "path", ""));
        auto const every = expanded(t, "replica", "every", "10m");
        if (auto const span = parse_duration(every)) {
            r.every = *span;
        } else {
            t.fault("every", fmt::format("\"{}\" is no span of time; write it as 30s, 10m or 1h", every));
        }
        if (r.path == m_out.base || r.path == m_out.online) {
            t.fault("path", "is a base itself; the replica needs a file of its own");
        }
        t.finish("[replica]");
        m_out.replica = std::move(r);
    }

    void read_proxy(TomlTable &top)
    {
        auto t = top.table("proxy");
        if (!t) {
            return;
        }
        m_out.proxy_pos = t->pos();
        m_out.proxy.user_header = t->required_text("user_header");
        m_out.proxy.secret_header = t->text_or("secret_header", m_out.proxy.secret_header);
        m_out.proxy.secret_env = t->text_or("secret_env", "");
        m_out.proxy.from = t->has("from") ? t->texts("from") : std::vector<std::string>{"127.0.0.1", "::1", "unix"};
        m_out.proxy.scope = t->texts("scope");
        if (m_out.proxy.scope.empty()) {
            t->faults().add(t->pos(), "scope is missing; it says what a user whom the proxy names may do, as [\"backoffice\"]");
        }
        t->finish("[proxy]");
    }

    void read_serve(TomlTable &t)
    {
        auto const text = t.text_or("report_deadline", "30s");
        auto const span = parse_duration(text);
        if (!span || *span < std::chrono::seconds(1) || *span > std::chrono::minutes(10)) {
            t.fault("report_deadline", fmt::format("\"{}\" is no time for a report; allowed: 1s to 10m, as \"30s\"", text));
        } else {
            m_out.report_deadline = *span;
        }
        t.finish("[serve]");
    }

    void read_source(TomlTable &t)
    {
        Source s;
        read_endpoint(t, s, "[[source]]");
        s.done = expanded(t, s, "done", "lidos");
        s.errors = expanded(t, s, "errors", "erros");
        auto const ready = expanded(t, s, "ready", "stable");
        if (ready == "immediate") {
            s.ready = Ready::immediate;
        } else if (ready.compare(0, 7, "marker:") == 0 && ready.size() > 7) {
            s.ready = Ready::marker;
            s.marker = ready.substr(7);
        } else if (ready != "stable") {
            t.fault("ready", unknown_word("ready", ready, {"stable", "immediate", "marker:.ok"}));
        }
        t.finish("[[source]]");
        m_out.sources.push_back(std::move(s));
    }

    void read_target(TomlTable &t)
    {
        Target target;
        read_endpoint(t, target, "[[target]]");
        target.staging = expanded(t, target, "staging", ".tmp");
        t.finish("[[target]]");
        m_out.targets.push_back(std::move(target));
    }

    void read_endpoint(TomlTable &t, Endpoint &e, char const *)
    {
        e.pos = t.pos();
        e.name = t.required_text("name");
        t.required_text("url");
        e.url = expanded(t, e, "url", "");
        e.url = with_absolute_path(std::move(e.url));
        auto const known = {"sftp://", "ftp://", "ftps://", "file:///"};
        if (e.off.empty() && !e.url.empty() &&
            std::none_of(known.begin(), known.end(), [&](char const *p) { return e.url.compare(0, std::string_view(p).size(), p) == 0; })) {
            t.fault("url",
                    fmt::format("\"{}\" is no folder's address; allowed: sftp://, ftp://, ftps://, file:///path, and file:path, which "
                                "is relative to atom.toml",
                                e.url));
        }
        e.password_env = t.text_or("password_env", "");
        e.insecure = t.flag("insecure");
        e.key_passphrase_env = t.text_or("key_passphrase_env", "");
        e.key = optional_path(expanded(t, e, "key", ""));
        e.known_hosts = optional_path(expanded(t, e, "known_hosts", ""));
        e.ca_file = optional_path(expanded(t, e, "ca_file", ""));
        if (e.url.compare(0, 7, "sftp://") == 0 && e.known_hosts.empty() && e.off.empty()) {
            m_faults.add(t.pos(), "known_hosts is missing; an sftp server's key is always checked");
        }
    }

    /// "file:in" and "file://in" are folders of the workspace.
    std::string with_absolute_path(std::string url) const
    {
        constexpr std::string_view k_file = "file:";
        if (url.compare(0, k_file.size(), k_file) != 0 || url.compare(0, 8, "file:///") == 0) {
            return url;
        }
        auto const given = url.substr(url.compare(0, 7, "file://") == 0 ? 7 : k_file.size());
        if (given.empty()) {
            return url;
        }
        return "file://" + (std::filesystem::path(root_in_url()) / given).lexically_normal().string();
    }

    /// A '%' in a URL begins an escape.
    std::string root_in_url() const { return replaced(m_out.root.string(), "%", "%25"); }

    /// `${WORKSPACE}` is the folder of atom.toml, all else the environment's.
    std::string filled_in(std::string const &key, std::string const &text, std::string &unset) const
    {
        auto const root = key == "url" ? root_in_url() : m_out.root.string();
        return with_environment(replaced(text, "${WORKSPACE}", root), unset);
    }

    std::filesystem::path path(std::string const &p) const { return (m_out.root / p).lexically_normal(); }
    std::filesystem::path optional_path(std::string const &p) const { return p.empty() ? std::filesystem::path() : path(p); }

    std::string expanded(TomlTable &t, std::string const &, std::string const &key, std::string fallback)
    {
        std::string unset;
        auto const out = filled_in(key, t.text_or(key, std::move(fallback)), unset);
        if (!unset.empty()) {
            t.fault(key, fmt::format("the environment has no {}", unset));
        }
        return out;
    }

    /// In a source or target an unset variable is a fault only if somebody uses it: check_names() decides.
    std::string expanded(TomlTable &t, Endpoint &e, std::string const &key, std::string fallback)
    {
        std::string unset;
        auto const out = filled_in(key, t.text_or(key, std::move(fallback)), unset);
        if (!unset.empty()) {
            e.off = fmt::format("the environment has no {}", unset);
            e.pos = t.pos_of(key);
        }
        return out;
    }

    void read_jobs()
    {
        auto const folder = m_out.root / "jobs";
        for (auto const &file : files_with_extension(folder, ".toml")) {
            auto const root = parse_toml_file(file, "jobs/" + file.filename().string(), m_faults);
            if (!root) {
                continue;
            }
            TomlTable top(*root, m_faults);
            if (root->find("send") != nullptr) {
                m_out.sends.push_back(read_send(top, folder));
            } else if (root->find("export") != nullptr) {
                m_out.exports.push_back(read_export(top, m_out.layouts, folder));
            } else if (root->find("subject") != nullptr && root->find("job") == nullptr &&
                       root->find("report") == nullptr) { // theirs is a select
                m_out.subjects.push_back(read_subject(top));
            } else if (root->find("job") != nullptr) {
                m_out.jobs.push_back(read_job(top, m_out.layouts, folder));
            } else if (root->find("report") != nullptr) {
                m_out.reports.push_back(read_report(top, folder));
            } else {
                m_faults.add(root->pos, "this file declares nothing; it must begin with job = \"name\", export = \"name\", send = "
                                        "\"name\", subject = \"name\" or report = \"name\"");
            }
        }
        std::stable_sort(m_out.jobs.begin(), m_out.jobs.end(), [](Job const &a, Job const &b) { return a.order < b.order; });
    }

    /// What a key names must be read whole or not at all, so a layout is to know what its jobs do with it.
    void mark_keys()
    {
        for (auto const &j : m_out.jobs) {
            for (auto const &used : j.layouts()) {
                auto const &layout = m_layouts.find(used->name)->second;
                for (auto const &rule : j.rules) {
                    for (auto const &column : rule.key) {
                        mark_key(*layout, column);
                    }
                }
            }
        }
    }

    template <typename T> void check_twice(std::vector<T> const &all, char const *kind)
    {
        std::set<std::string> seen;
        for (auto const &x : all) {
            if (!x.name.empty() && !seen.insert(x.name).second) {
                m_faults.add(x.pos, fmt::format("{} \"{}\" is declared twice", kind, x.name));
            }
        }
    }

    /// Two endpoints that take the same calls: {id} and {name} are the same.
    void check_routes()
    {
        std::map<std::string, std::string> seen;
        for (auto const &j : m_out.jobs) {
            if (!j.endpoint) {
                continue;
            }
            auto shape = j.endpoint->method;
            for (auto const &part : split(j.endpoint->path, '/')) {
                shape += "/" + (part.empty() || part.front() != '{' ? part : "{}");
            }
            auto const [it, fresh] = seen.emplace(shape, j.name);
            if (!fresh) {
                m_faults.add(j.endpoint->pos, fmt::format("{} is already the endpoint of job {}", j.endpoint->text(), it->second));
            }
        }
    }

    void check_names()
    {
        check_twice(m_out.sources, "source");
        check_twice(m_out.targets, "target");
        check_twice(m_out.jobs, "job");
        check_twice(m_out.exports, "export");
        check_twice(m_out.sends, "send");
        check_twice(m_out.reports, "report");
        check_twice(m_out.subjects, "subject");
        check_routes();
        auto const jobs = names_of(m_out.jobs);
        for (auto const &x : m_out.exports) {
            for (auto const &after : x.after) {
                if (m_out.job(after) == nullptr) {
                    m_faults.add(x.pos, unknown_word("job in after", after, jobs));
                }
            }
        }
        auto const exports = names_of(m_out.exports);
        for (auto const &j : m_out.jobs) {
            auto needed = j.stale_after;
            for (auto const &r : j.needs) {
                needed.push_back(r.job);
            }
            for (auto const &name : needed) {
                if (m_out.job(name) == nullptr) {
                    m_faults.add(j.pos, unknown_word("job in requires or stale_after", name, jobs));
                }
            }
            for (auto const &name : j.holds) {
                if (m_out.export_named(name) == nullptr) {
                    m_faults.add(j.pos, unknown_word("export in holds", name, exports));
                }
            }
        }
        for (auto const &send : m_out.sends) {
            if (!send.held_with.empty() && m_out.export_named(send.held_with) == nullptr) {
                m_faults.add(send.pos, unknown_word("export in held_with", send.held_with, exports));
            }
        }
        for (auto const &s : m_out.sources) {
            bool const used = std::any_of(m_out.jobs.begin(), m_out.jobs.end(), [&](Job const &j) { return j.source == s.name; });
            if (!s.off.empty() && used) {
                m_faults.add(s.pos, s.off);
            }
        }
        for (auto const &t : m_out.targets) {
            bool const used = std::any_of(m_out.exports.begin(), m_out.exports.end(), [&](Export const &x) { return x.target == t.name; });
            if (!t.off.empty() && used) {
                m_faults.add(t.pos, t.off);
            }
        }
    }

    std::filesystem::path m_shown; // as the user named it
    Workspace m_out;
    Faults m_faults;
    std::map<std::string, std::shared_ptr<Layout>> m_layouts; // those of m_out, while they may change
};

} // namespace

bool TrustedProxy::is_proven() const noexcept
{
    return user_header.empty() || !secret_env.empty() || std::all_of(from.begin(), from.end(), [](auto const &f) { return f == "unix"; });
}

Source const *Workspace::source(std::string_view name) const noexcept { return named(sources, name); }
Target const *Workspace::target(std::string_view name) const noexcept { return named(targets, name); }
Job const *Workspace::job(std::string_view name) const noexcept { return named(jobs, name); }
Export const *Workspace::export_named(std::string_view name) const noexcept { return named(exports, name); }
Report const *Workspace::report(std::string_view name) const noexcept { return named(reports, name); }
std::vector<std::string> Workspace::job_names() const { return names_of(jobs); }

Workspace load_workspace(std::filesystem::path const &root) { return WorkspaceReader(root).read(); }

} // namespace atom
