// What a person let through: which reasons, and up to how many rows of a brake.

#include "engine/store/ledger.hpp"

#include <catch2/catch.hpp>

using namespace atom;

TEST_CASE("an approval passes its own kind of reason, whatever the numbers where none were told", "[ledger]")
{
    FileRow row;
    row.reason = "CHAVE_ILEGIVEL: as chaves de 3 linhas não podem ser lidas";
    row.approve(0);
    CHECK(row.is_approved("CHAVE_ILEGIVEL: a chave da linha 7 não pode ser lida"));
    CHECK(row.is_approved("CHAVE_ILEGIVEL", 1000));
    CHECK_FALSE(row.is_approved("fora de data: orders de 2026-11-03 já foi processado"));
}

TEST_CASE("an approved brake passes a tenth more rows than were told, and no more", "[ledger]")
{
    FileRow row;
    row.reason = "freio da regra close: mudaria 100 de 200 (50,0%); o limite é 20%";
    row.approve(100);
    CHECK(row.is_approved(row.reason, 110));
    CHECK_FALSE(row.is_approved(row.reason, 111));
    CHECK_FALSE(row.is_approved("freio da regra other: mudaria 1 de 2 (50,0%)", 1));

    row.approve(111); // the same again, with what it had grown to
    CHECK(row.is_approved(row.reason, 122));
    CHECK_FALSE(row.is_approved(row.reason, 123));
}

TEST_CASE("what an older version approved, and what is released, passes any number", "[ledger]")
{
    FileRow row;
    row.approved = "freio da regra close";
    CHECK(row.is_approved("freio da regra close: mudaria 9 de 9 (100,0%)", 9));
    row.approved = "*";
    CHECK(row.is_approved("anything", 1000000));
}
