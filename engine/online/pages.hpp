#pragma once
// Reports over HTTP: pages for signed-in people, and the same as .json, .csv and .xlsx.
//
// Who asks is known by a token (`Authorization: Bearer`), by the cookie that signing in with a token sets, or by a proxy that atom.toml
// trusts to name the user. A form carries a key that only a page of this process can have given to this user, and must come from this site.

namespace atom {

class Service;

/// Adds /relatorios and all that is below it.
void add_pages(Service &service);

} // namespace atom
