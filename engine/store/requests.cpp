#include "engine/store/requests.hpp"

namespace atom {

void note_request(Database &online, Request const &request, std::string const &at)
{
    online.prepare("insert into atom_request(kind, target, by, at) values(?1, ?2, ?3, ?4)")
        .bind(1, request.kind)
        .bind(2, request.target)
        .bind(3, request.by)
        .bind(4, at)
        .run();
}

} // namespace atom
