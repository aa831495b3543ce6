// Makes files as the bank sends them, of invented people. Everything is a pure function of the seed, the contract's number in the
// file and (where asked) the day: the same arguments give the same bytes, and files of several kinds speak of the same contracts.
// A test tool: it shares no code with the engine.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#ifndef ATOM_TABLES_DIR
#define ATOM_TABLES_DIR "tests/tools/tables"
#endif

namespace {

char const *const k_usage = R"(usage: generate KIND --contracts N --seed S --day YYYY-MM-DD --out FILE [options]
KIND: remessa, parcelas, telefones, acordos, acordos_baixados_csv, exclusao
  --first K         number of the first contract (1)
  --bad SHARE       share of bad lines (0)            --bad-seed S     other lines are bad (the seed)
  --change SHARE    share of the contracts that differ from the file without --change; others per --day (0)
  --daily-arrears   dias_atraso grows with --day, on every line
  --new SHARE       contracts that follow the N       --gone SHARE     contracts left out; both include those of a smaller share
  --share SHARE     contracts named (telefones 0.3, acordos and acordos_baixados_csv 0.05, exclusao 0.02; others per --day)
  --dense           8 phones, 4 addresses, 3 e-mails on each line of a remessa
  --lf              line ends are LF, not CRLF        --utf8, --bom    encoding of a CSV (ISO-8859-1)
  --tables DIR      the field tables
)";

// ---- chance ------------------------------------------------------------------------------------------------------------------

std::uint64_t scramble(std::uint64_t x) // splitmix64, public domain
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

std::uint64_t mix(std::initializer_list<std::uint64_t> parts)
{
    std::uint64_t h = 0x243f6a8885a308d3ULL;
    for (auto const p : parts) {
        h = scramble(h ^ p);
    }
    return h;
}

class Dice
{
public:
    explicit Dice(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t next() { return scramble(m_state++); }
    std::uint64_t below(std::uint64_t n) { return next() % n; }
    std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
    bool chance(double share) { return static_cast<double>(next() >> 11) * 0x1p-53 < share; }

    template <typename Container> auto const &pick(Container const &c) { return c[static_cast<std::size_t>(below(c.size()))]; }

private:
    std::uint64_t m_state;
};

// What a number is drawn for, so that no two draws share a stream.
enum Purpose : std::uint64_t
{
    for_person = 1,
    for_contract,
    for_field,
    for_phone,
    for_change,
    for_bad,
    for_gone,
    for_sample,
    for_row
};

// ---- words, kept in ISO-8859-1 -------------------------------------------------------------------------------------------------

std::string latin1(std::string_view utf8)
{
    std::string out;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        auto const c = static_cast<unsigned char>(utf8[i]);
        if (c < 0x80) {
            out += utf8[i];
        } else {
            ++i;
            out += static_cast<char>(((c & 0x03) << 6) | (static_cast<unsigned char>(utf8[i]) & 0x3f));
        }
    }
    return out;
}

std::string utf8(std::string_view bytes)
{
    std::string out;
    for (char const ch : bytes) {
        auto const c = static_cast<unsigned char>(ch);
        if (c < 0x80) {
            out += ch;
        } else {
            out += static_cast<char>(0xc0 | (c >> 6));
            out += static_cast<char>(0x80 | (c & 0x3f));
        }
    }
    return out;
}

std::vector<std::string> words(std::string_view list)
{
    std::vector<std::string> out;
    std::istringstream in(latin1(list));
    for (std::string word; std::getline(in, word, ',');) {
        out.push_back(word);
    }
    return out;
}

struct Place
{
    std::string city, uf;
    int area;
};

struct Words
{
    std::vector<std::string> given =
        words("JOSÉ,MARIA,JOÃO,ANTÔNIO,FRANCISCA,CARLOS,PAULO,LÚCIA,MÁRCIA,LUÍS,RAFAEL,BEATRIZ,CECÍLIA,FÁBIO,INÊS,"
              "VINÍCIUS,TÂNIA,SÉRGIO,ROGÉRIO,CLÁUDIA,PATRÍCIA,OTÁVIO,HELENA,TIAGO,ESTÊVÃO,ÂNGELA,ÉRICA,NATÁLIA");
    std::vector<std::string> family =
        words("DA SILVA,DOS SANTOS,GONÇALVES,ARAÚJO,CONCEIÇÃO,DE OLIVEIRA,MAGALHÃES,GUIMARÃES,ASSUNÇÃO,BRANDÃO,"
              "FARIAS,PEREIRA,NOGUEIRA,TEIXEIRA,CÂMARA,FALCÃO,SIMÕES,LEÃO,MUÑOZ,VIEIRA,CORRÊA,D'ÁVILA,ESTRÊLA,PAIXÃO");
    std::vector<std::string> firm =
        words("AUTO PEÇAS,TRANSPORTES,COMÉRCIO DE GÁS,PANIFICADORA,CONSTRUÇÕES,DISTRIBUIDORA,MECÂNICA,LOCAÇÕES");
    std::vector<std::string> street =
        words("RUA DAS ACÁCIAS,AVENIDA SÃO JOÃO DO VALE,RUA CORONEL INVENTADO,TRAVESSA DA CONCEIÇÃO,ALAMEDA DOS IPÊS,"
              "RUA PROFESSORA IRACEMA,AVENIDA DAS NAÇÕES,ESTRADA DO CAFÉ,RUA MARECHAL FICTÍCIO,PRAÇA DA ESTAÇÃO");
    std::vector<std::string> quarter =
        words("CENTRO,JARDIM AMÉRICA,VILA ESPERANÇA,SÃO JOSÉ,BOA VISTA,CONJUNTO ALVORADA,PARQUE DAS ÁGUAS,SANTA LÚCIA");
    std::vector<std::string> job =
        words("MOTORISTA DE CAMINHÃO,PROFESSORA DE MATEMÁTICA,VENDEDOR AUTÔNOMO,ENFERMEIRA,MECÂNICO DE AUTOMÓVEIS,"
              "TÉCNICO EM ELETRÔNICA,COMERCIANTE VAREJISTA,AGRICULTOR FAMILIAR");
    std::vector<std::string> plain =
        words("CONTRATO,CLIENTE,PAGAMENTO,RETORNO,NEGOCIAÇÃO,PARCELA,ACORDO,LIGAÇÃO,AGUARDA,VEÍCULO,PROPOSTA,PRAZO,"
              "ENTRADA,CONFIRMADO,PENDENTE,SITUAÇÃO,ENDEREÇO,CONTATO,RECADO,PROMESSA");
    std::vector<std::string> make = words("AURORA,CRUZEIRO,BANDEIRANTE,TUPÃ,MINUANO");
    std::vector<std::string> phone_type = words("RESIDENCIAL,COMERCIAL,CELULAR,RECADO");
    std::vector<std::string> kin = words("IRMÃO,MÃE,PAI,CÔNJUGE,AMIGO,VIZINHA");
    std::vector<std::string> reason = words("QUITAÇÃO,ACORDO À VISTA,RENEGOCIAÇÃO,PAGAMENTO PARCIAL,ACORDO PARCELADO");
    std::vector<std::string> withdrawal = words("PAGAMENTO DIRETO,CESSÃO DE CRÉDITO,AÇÃO JUDICIAL,TROCA DE ASSESSORIA,LIQUIDADO");
    std::vector<Place> place = {{latin1("SÃO PAULO"), "SP", 11},
                                {"CAMPINAS", "SP", 19},
                                {"RIO DE JANEIRO", "RJ", 21},
                                {latin1("VITÓRIA"), "ES", 27},
                                {"BELO HORIZONTE", "MG", 31},
                                {latin1("UBERLÂNDIA"), "MG", 34},
                                {"CURITIBA", "PR", 41},
                                {latin1("FLORIANÓPOLIS"), "SC", 48},
                                {"PORTO ALEGRE", "RS", 51},
                                {"SANTA MARIA", "RS", 55},
                                {latin1("BRASÍLIA"), "DF", 61},
                                {latin1("GOIÂNIA"), "GO", 62},
                                {latin1("CUIABÁ"), "MT", 65},
                                {"SALVADOR", "BA", 71},
                                {"RECIFE", "PE", 81},
                                {latin1("MACEIÓ"), "AL", 82},
                                {"FORTALEZA", "CE", 85},
                                {latin1("BELÉM"), "PA", 91},
                                {"MANAUS", "AM", 92},
                                {latin1("SÃO LUÍS"), "MA", 98}};
};

Words const &lexicon()
{
    static Words const s_words;
    return s_words;
}

// ---- dates -----------------------------------------------------------------------------------------------------------------------

std::int64_t day_number(int y, unsigned m, unsigned d) // Howard Hinnant's days_from_civil, public domain
{
    y -= m <= 2;
    std::int64_t const era = (y >= 0 ? y : y - 399) / 400;
    auto const yoe = static_cast<unsigned>(y - era * 400);
    unsigned const doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    unsigned const doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

struct Date
{
    int year;
    unsigned month, day;
};

Date date_of(std::int64_t z)
{
    z += 719468;
    std::int64_t const era = (z >= 0 ? z : z - 146096) / 146097;
    auto const doe = static_cast<unsigned>(z - era * 146097);
    unsigned const yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned const doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned const mp = (5 * doy + 2) / 153;
    unsigned const month = mp < 10 ? mp + 3 : mp - 9;
    return {static_cast<int>(yoe + era * 400) + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}

std::string print(char const *format, auto... values)
{
    std::array<char, 96> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format, values...); // NOLINT: formats are constants of this file
    return buffer.data();
}

std::string packed_date(std::int64_t day)
{
    auto const d = date_of(day);
    auto rest = static_cast<unsigned>(d.year) * 10'000 + d.month * 100 + d.day;
    std::string s(8, '0');
    for (auto it = s.rbegin(); it != s.rend(); ++it, rest /= 10) {
        *it = static_cast<char>('0' + rest % 10);
    }
    return s;
}

std::string slashed_date(std::int64_t day)
{
    auto const d = date_of(day);
    return print("%02u/%02u/%04d", d.day, d.month, d.year);
}

// ---- documents -------------------------------------------------------------------------------------------------------------------

std::string make_cpf(Dice &dice)
{
    std::string s = print("%09llu", static_cast<unsigned long long>(dice.between(1'000'003, 999'999'998)));
    for (int weight = 10; weight <= 11; ++weight) {
        int sum = 0;
        for (std::size_t i = 0; i < s.size(); ++i) {
            sum += (s[i] - '0') * (weight - static_cast<int>(i));
        }
        int const rest = sum % 11;
        s += static_cast<char>(rest < 2 ? '0' : '0' + 11 - rest);
    }
    return s;
}

std::string make_cnpj(Dice &dice, bool letters)
{
    static constexpr std::string_view k_digits = "0123456789", k_all = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::string s(1, k_digits[dice.between(1, 9)]);
    while (s.size() < 8) {
        s += letters ? dice.pick(k_all) : dice.pick(k_digits);
    }
    s += letters ? print("0%c%02u", 'A' + static_cast<int>(dice.below(26)), static_cast<unsigned>(dice.below(100))) : "0001";
    for (int round = 0; round < 2; ++round) {
        int sum = 0, weight = 2;
        for (auto it = s.rbegin(); it != s.rend(); ++it) {
            sum += (*it - '0') * weight;
            weight = weight == 9 ? 2 : weight + 1;
        }
        int const rest = sum % 11;
        s += static_cast<char>(rest < 2 ? '0' : '0' + 11 - rest);
    }
    return s;
}

// As a fixed field of 15 has it: digits zero-filled; a CNPJ with letters now with a zero in front, now left-aligned.
std::string document_field(std::string const &document, std::uint64_t odd)
{
    bool const letters = document.find_first_not_of("0123456789") != std::string::npos;
    return letters && odd % 2 == 0 ? document : std::string(15 - document.size(), '0') + document;
}

std::string masked_document(std::string const &d)
{
    if (d.size() == 11) {
        return d.substr(0, 3) + "." + d.substr(3, 3) + "." + d.substr(6, 3) + "-" + d.substr(9);
    }
    return d.substr(0, 2) + "." + d.substr(2, 3) + "." + d.substr(5, 3) + "/" + d.substr(8, 4) + "-" + d.substr(12);
}

std::string drop_zeros(std::string const &s)
{
    auto const at = s.find_first_not_of('0');
    return at == std::string::npos ? "" : s.substr(at);
}

// ---- options and tables ------------------------------------------------------------------------------------------------------------

struct Options
{
    std::string kind, out, tables = ATOM_TABLES_DIR, line_end = "\r\n";
    std::uint64_t contracts = 0, seed = 1, first = 1;
    std::optional<std::uint64_t> bad_seed;
    std::int64_t day = 0;
    double bad = 0, change = 0, fresh = 0, gone = 0;
    std::optional<double> share;
    bool daily_arrears = false, dense = false, utf8 = false, bom = false;
};

std::int64_t parse_day(std::string const &s)
{
    int y = 0;
    unsigned m = 0, d = 0;
    if (std::sscanf(s.c_str(), "%4d-%2u-%2u", &y, &m, &d) != 3 || m < 1 || m > 12 || d < 1 || d > 31) {
        throw std::invalid_argument("--day takes YYYY-MM-DD, not " + s);
    }
    return day_number(y, m, d);
}

Options parse_options(std::vector<std::string> const &args)
{
    if (args.empty() || args[0] == "--help") {
        throw std::invalid_argument("");
    }
    Options o;
    o.kind = args[0] == "acordos_baixados" ? "acordos" : args[0];
    std::map<std::string, bool *> const flags = {
        {"--daily-arrears", &o.daily_arrears}, {"--dense", &o.dense}, {"--utf8", &o.utf8}, {"--bom", &o.bom}};
    std::map<std::string, std::string *> const texts = {{"--out", &o.out}, {"--tables", &o.tables}};
    std::map<std::string, std::uint64_t *> const counts = {{"--contracts", &o.contracts}, {"--seed", &o.seed}, {"--first", &o.first}};
    std::map<std::string, double *> const shares = {{"--bad", &o.bad}, {"--change", &o.change}, {"--new", &o.fresh}, {"--gone", &o.gone}};
    for (std::size_t i = 1; i < args.size(); ++i) {
        auto const &name = args[i];
        if (flags.contains(name)) {
            *flags.at(name) = true;
            continue;
        }
        if (name == "--lf") {
            o.line_end = "\n";
            continue;
        }
        if (++i == args.size()) {
            throw std::invalid_argument(name + ": unknown, or its value is missing");
        }
        auto const &value = args[i];
        if (texts.contains(name)) {
            *texts.at(name) = value;
        } else if (counts.contains(name)) {
            *counts.at(name) = std::stoull(value);
        } else if (shares.contains(name)) {
            *shares.at(name) = std::stod(value);
        } else if (name == "--bad-seed") {
            o.bad_seed = std::stoull(value);
        } else if (name == "--share") {
            o.share = std::stod(value);
        } else if (name == "--day") {
            o.day = parse_day(value);
        } else {
            throw std::invalid_argument(name + ": unknown option");
        }
    }
    if (o.contracts == 0 || o.out.empty() || o.day == 0) {
        throw std::invalid_argument("--contracts, --day and --out are needed");
    }
    return o;
}

enum class Type
{
    text,
    integer,
    decimal,
    date,
    document
};

struct Field
{
    std::string name, stem; // the stem is the name without its digits: fone3_ddd -> fone_ddd
    std::size_t at = 0, len = 0;
    Type type = Type::text;
    int scale = 0;
    std::uint64_t number = 0; // the digits in the name: 3
    std::uint64_t position = 0;
};

class Table
{
public:
    explicit Table(std::string const &path)
    {
        static std::map<std::string, Type> const s_types = {{"text", Type::text},
                                                            {"integer", Type::integer},
                                                            {"decimal", Type::decimal},
                                                            {"date", Type::date},
                                                            {"document", Type::document}};
        std::ifstream in(path);
        std::string row;
        if (!std::getline(in, row)) {
            throw std::runtime_error("cannot read " + path);
        }
        while (std::getline(in, row)) {
            std::istringstream cells(row);
            std::string at, len, type, scale;
            Field f;
            std::getline(cells, f.name, ',');
            std::getline(cells, at, ',');
            std::getline(cells, len, ',');
            std::getline(cells, type, ',');
            std::getline(cells, scale, ',');
            f.at = std::stoul(at) - 1;
            f.len = std::stoul(len);
            f.type = s_types.at(type);
            f.scale = scale.empty() ? 0 : std::stoi(scale);
            for (char const c : f.name) {
                if (c >= '0' && c <= '9') {
                    f.number = f.number * 10 + static_cast<std::uint64_t>(c - '0');
                } else {
                    f.stem += c;
                }
            }
            f.position = m_fields.size();
            m_length = std::max(m_length, f.at + f.len);
            m_fields.push_back(f);
        }
    }

    std::vector<Field> const &fields() const { return m_fields; }
    std::size_t length() const { return m_length; }

    Field const &field(std::string_view name) const
    {
        for (auto const &f : m_fields) {
            if (f.name == name) {
                return f;
            }
        }
        throw std::runtime_error("no field " + std::string(name));
    }

private:
    std::vector<Field> m_fields;
    std::size_t m_length = 0;
};

class Line
{
public:
    explicit Line(std::size_t length) : m_bytes(length, ' ') {}

    void clear() { std::fill(m_bytes.begin(), m_bytes.end(), ' '); }

    void text(Field const &f, std::string_view s)
    {
        auto const n = std::min(f.len, s.size());
        std::copy_n(s.data(), n, m_bytes.data() + f.at);
        std::fill_n(m_bytes.data() + f.at + n, f.len - n, ' ');
    }

    void number(Field const &f, std::uint64_t value)
    {
        for (std::size_t i = f.len; i-- > 0; value /= 10) {
            m_bytes[f.at + i] = static_cast<char>('0' + value % 10);
        }
    }

    std::string const &bytes() const { return m_bytes; }
    std::string get(Field const &f) const { return m_bytes.substr(f.at, f.len); }
    bool is_blank(Field const &f) const { return get(f).find_first_not_of(' ') == std::string::npos; }

    std::size_t filled() const { return m_bytes.size() - static_cast<std::size_t>(std::count(m_bytes.begin(), m_bytes.end(), ' ')); }

private:
    std::string m_bytes;
};

class Output
{
public:
    Output(std::string const &path, std::string line_end) : m_file(std::fopen(path.c_str(), "wb"), &std::fclose), m_end(std::move(line_end))
    {
        if (!m_file) {
            throw std::runtime_error("cannot write " + path);
        }
        std::setvbuf(m_file.get(), nullptr, _IOFBF, 1U << 20U);
    }

    void raw(std::string_view s)
    {
        if (std::fwrite(s.data(), 1, s.size(), m_file.get()) != s.size()) {
            throw std::runtime_error("write failed");
        }
    }

    void line(std::string_view s)
    {
        raw(s);
        raw(m_end);
    }

    void close()
    {
        if (std::fflush(m_file.get()) != 0) {
            throw std::runtime_error("write failed");
        }
    }

private:
    std::unique_ptr<std::FILE, int (*)(std::FILE *)> m_file;
    std::string m_end;
};

// ---- people and contracts ------------------------------------------------------------------------------------------------------------

std::string person_name(Dice &dice)
{
    auto const &w = lexicon();
    std::string s = dice.pick(w.given) + " ";
    if (dice.chance(0.4)) {
        s += dice.pick(w.given) + " ";
    }
    s += dice.pick(w.family);
    if (dice.chance(0.8)) {
        s += " " + dice.pick(w.family);
    }
    return s;
}

std::string phrase(Dice &dice, std::size_t length)
{
    auto const &w = lexicon();
    std::string s;
    while (s.size() < length) {
        s += s.empty() ? "" : " ";
        s += dice.pick(w.plain);
    }
    s.resize(length);
    while (!s.empty() && s.back() == ' ') {
        s.back() = '.';
    }
    return s;
}

std::string digits(Dice &dice, std::size_t length)
{
    std::string s(length, '0');
    for (std::size_t i = 0; i < length;) {
        auto draw = dice.next();
        for (std::size_t const end = std::min(length, i + 12); i < end; ++i, draw /= 10) {
            s[i] = static_cast<char>('0' + draw % 10);
        }
    }
    return s;
}

enum class Change
{
    none,
    money,
    phones,
    address,
    remark // nothing that a mailing shows
};

struct Phone
{
    std::string area, number; // as they stand in the fields; blank number: there is none
    bool usable = false;
};

class Contract
{
public:
    Contract(Options const &o, std::uint64_t k) : m_options(o), m_k(k)
    {
        auto const person = k % 10 == 0 ? k - 1 : k; // one in ten is the second contract of the one before
        Dice dice(mix({o.seed, for_person, person}));
        firm = dice.chance(0.1);
        document = firm ? make_cnpj(dice, dice.chance(0.4)) : make_cpf(dice);
        name = firm ? dice.pick(lexicon().firm) + " " + dice.pick(lexicon().family) + " LTDA" : person_name(dice);
        place = &dice.pick(lexicon().place);
        // A bijection below a prime: no two contracts of a seed share a number.
        auto const number = (k * 387'420'489ULL + o.seed * 7'919ULL) % 999'999'937ULL;
        contract = print("%012llu", static_cast<unsigned long long>(number + 1'000'000'000ULL * (o.seed % 7)));
        Dice day(mix({o.seed, for_change, k, static_cast<std::uint64_t>(o.day)}));
        if (o.change > 0 && day.chance(o.change)) {
            static constexpr std::array k_kinds = {Change::money,  Change::money,   Change::money, Change::phones,
                                                   Change::phones, Change::address, Change::remark};
            change = day.pick(k_kinds);
        }
    }

    // A stream of its own for each field; of a changed field another one on that day.
    Dice dice(std::uint64_t what, bool changed = false) const
    {
        return Dice(mix({m_options.seed, for_field, m_k, what, changed ? static_cast<std::uint64_t>(m_options.day) : 0}));
    }

    std::uint64_t count_phones() const
    {
        static constexpr std::array<std::uint64_t, 20> k_weights = {0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 5, 5, 7};
        return m_options.dense ? 8 : Dice(mix({m_options.seed, for_phone, m_k})).pick(k_weights);
    }

    Phone phone(std::uint64_t n) const
    {
        if (n > count_phones()) {
            return {};
        }
        bool const changed = change == Change::phones && n == 1 + mix({m_k, static_cast<std::uint64_t>(m_options.day)}) % count_phones();
        Dice dice(mix({m_options.seed, for_phone, m_k, n, changed ? static_cast<std::uint64_t>(m_options.day) : 0}));
        auto const kind = dice.below(100);
        if (n > 1 && kind < 3) { // the same again
            return phone(n - 1);
        }
        auto const area = std::to_string(dice.chance(0.85) ? place->area : dice.pick(lexicon().place).area);
        Phone p{m_k % 2 == 0 ? "0" + area : area, "", true};
        if (kind < 6) { // no one's
            p.usable = false;
            auto const way = dice.below(4);
            p.area = way == 0 ? "020" : p.area;
            p.number = way == 1   ? "4004" + digits(dice, 4)
                       : way == 2 ? digits(dice, 6)
                       : way == 3 ? "1" + digits(dice, 7)
                                  : "9" + digits(dice, 8);
        } else if (kind < 11) { // an old mobile
            p.number = std::to_string(dice.between(6, 9)) + digits(dice, 7);
        } else if (kind < 33) {
            p.number = std::to_string(dice.between(2, 5)) + std::to_string(dice.between(1, 9)) + digits(dice, 6);
        } else {
            p.number = "9" + digits(dice, 8);
        }
        return p;
    }

    std::uint64_t arrears() const
    {
        auto const base = 5 + mix({m_options.seed, m_k, for_contract}) % 400;
        auto const grown = m_options.day - day_number(2026, 1, 1);
        return m_options.daily_arrears && grown > 0 ? base + static_cast<std::uint64_t>(grown) : base;
    }

    std::string plain_contract() const { return drop_zeros(contract); }
    std::uint64_t number() const { return m_k; }

    std::string contract, document, name;
    Place const *place = nullptr;
    bool firm = false;
    Change change = Change::none;

private:
    Options const &m_options;
    std::uint64_t m_k;
};

// Which contracts a file speaks of.
template <typename Function> void for_each_contract(Options const &o, Function &&work)
{
    auto const extra = static_cast<std::uint64_t>(std::llround(static_cast<double>(o.contracts) * o.fresh));
    for (std::uint64_t k = o.first; k < o.first + o.contracts + extra; ++k) {
        if (o.gone > 0 && k < o.first + o.contracts && Dice(mix({o.seed, for_gone, k})).chance(o.gone)) {
            continue;
        }
        work(Contract(o, k));
    }
}

bool is_sampled(Options const &o, Contract const &c, double usual)
{
    return Dice(mix({o.seed, for_sample, c.number(), static_cast<std::uint64_t>(o.day)})).chance(o.share.value_or(usual));
}

Dice bad_dice(Options const &o, std::uint64_t k, std::uint64_t row) { return Dice(mix({o.bad_seed.value_or(o.seed), for_bad, k, row})); }

// ---- remessa -----------------------------------------------------------------------------------------------------------------------

class Remessa
{
public:
    explicit Remessa(Options const &o)
        : m_options(o), m_table(o.tables + "/remessa_assessoria.csv"), m_line(m_table.length()), m_out(o.out, o.line_end)
    {
        for (auto const &f : m_table.fields()) {
            m_makers.push_back(maker_of(f));
        }
        for (std::string_view const stem : {"observacao", "livre", "acionamento_descricao", "descricao_produto", "nome_loja", "advogado",
                                            "comarca", "seguradora", "nome_campanha", "naturalidade"}) {
            for (auto const &f : m_table.fields()) {
                if (f.stem == stem) {
                    m_fillers.push_back(&f);
                }
            }
        }
        for (auto const &f : m_table.fields()) {
            if (m_makers[f.position] == &Remessa::make_text) {
                m_fillers.push_back(&f);
            }
        }
    }

    void write()
    {
        for_each_contract(m_options, [this](Contract const &c) {
            m_line.clear();
            for (auto const &f : m_table.fields()) {
                (this->*m_makers[f.position])(f, c);
            }
            if (c.change != Change::none) {
                m_line.text(m_table.field("observacao"),
                            "ALTERADO " + packed_date(m_options.day) + " " + m_line.get(m_table.field("observacao")));
            }
            fill_up(c);
            put(c);
        });
        m_out.close();
    }

private:
    using Maker = void (Remessa::*)(Field const &, Contract const &);

    static Maker maker_of(Field const &f)
    {
        static std::map<std::string, Maker> const s_by_stem = {{"tipo_registro", &Remessa::make_type},
                                                               {"contrato", &Remessa::make_contract},
                                                               {"cpf_cnpj", &Remessa::make_client_document},
                                                               {"tipo_pessoa", &Remessa::make_person_kind},
                                                               {"nome", &Remessa::make_client_name},
                                                               {"dias_atraso", &Remessa::make_arrears},
                                                               {"email", &Remessa::make_email},
                                                               {"carteira", &Remessa::make_carteira},
                                                               {"produto", &Remessa::make_produto},
                                                               {"cod_assessoria", &Remessa::make_agency},
                                                               {"nome_assessoria", &Remessa::make_agency_name},
                                                               {"sequencial", &Remessa::make_sequence},
                                                               {"bem_placa", &Remessa::make_plate},
                                                               {"faixa_atraso", &Remessa::make_range},
                                                               {"profissao", &Remessa::make_job},
                                                               {"empresa_cargo", &Remessa::make_job}};
        if (auto const it = s_by_stem.find(f.stem); it != s_by_stem.end()) {
            return it->second;
        }
        if (f.name.starts_with("fone")) {
            return &Remessa::make_phone_part;
        }
        if (f.name.starts_with("end_")) {
            return &Remessa::make_address_part;
        }
        if (f.name.starts_with("avalista")) {
            return &Remessa::make_guarantor_part;
        }
        if (f.name.ends_with("_ddd") || f.name.ends_with("_fone")) {
            return &Remessa::make_other_phone;
        }
        if (f.name.starts_with("nome_") || f.name.ends_with("_nome") || f.name == "advogado") {
            return &Remessa::make_name;
        }
        switch (f.type) {
        case Type::document: return &Remessa::make_shop;
        case Type::date: return &Remessa::make_date;
        case Type::integer: return &Remessa::make_integer;
        case Type::decimal: return &Remessa::make_decimal;
        case Type::text: break;
        }
        return f.len <= 3 || f.name.starts_with("indicador") ? &Remessa::make_code : &Remessa::make_text;
    }

    void make_type(Field const &f, Contract const &) { m_line.text(f, "1"); }
    void make_contract(Field const &f, Contract const &c) { m_line.text(f, c.number() % 3 == 0 ? c.plain_contract() : c.contract); }
    void make_client_document(Field const &f, Contract const &c) { m_line.text(f, document_field(c.document, c.number())); }
    void make_person_kind(Field const &f, Contract const &c) { m_line.text(f, c.firm ? "J" : "F"); }
    void make_client_name(Field const &f, Contract const &c) { m_line.text(f, c.name); }
    void make_arrears(Field const &f, Contract const &c) { m_line.number(f, c.arrears()); }
    void make_agency(Field const &f, Contract const &) { m_line.text(f, "528"); }
    void make_agency_name(Field const &f, Contract const &) { m_line.text(f, latin1("ASSESSORIA DE COBRANÇA EXEMPLO LTDA")); }
    void make_sequence(Field const &f, Contract const &c) { m_line.number(f, c.number()); }
    void make_job(Field const &f, Contract const &c)
    {
        auto d = c.dice(f.position);
        m_line.text(f, d.pick(lexicon().job));
    }
    void make_range(Field const &f, Contract const &c)
    {
        m_line.text(f, print("FAIXA DE ATRASO %03llu", static_cast<unsigned long long>(c.number() % 9)));
    }
    void make_carteira(Field const &f, Contract const &c) { m_line.text(f, c.number() % 4 == 0 ? "VEICLEVES" : "VEICPESADO"); }
    void make_produto(Field const &f, Contract const &c) { m_line.text(f, c.number() % 5 == 0 ? "LEASING" : "CDCVEICULO"); }

    void make_plate(Field const &f, Contract const &c)
    {
        auto d = c.dice(f.position);
        m_line.text(f, print("%c%c%c%llu%c%02llu", 'A' + static_cast<int>(d.below(26)), 'A' + static_cast<int>(d.below(26)),
                             'A' + static_cast<int>(d.below(26)), static_cast<unsigned long long>(d.below(10)),
                             'A' + static_cast<int>(d.below(10)), static_cast<unsigned long long>(d.below(100))));
    }

    void make_email(Field const &f, Contract const &c)
    {
        auto d = c.dice(f.position, c.change == Change::address && f.number == 1);
        if (m_options.dense || d.chance(f.number == 1 ? 0.8 : 0.3)) {
            m_line.text(f, print("pessoa.%llu.%llu@exemplo.com.br", static_cast<unsigned long long>(c.number()),
                                 static_cast<unsigned long long>(d.below(100'000))));
        }
    }

    void make_phone_part(Field const &f, Contract const &c)
    {
        if (f.name.ends_with("_tipo")) {
            m_phone = c.phone(f.number);
        }
        auto const &p = m_phone; // a phone's four fields stand together, the type first
        if (p.number.empty()) {
            return;
        }
        if (f.name.ends_with("_ddd")) {
            m_line.text(f, p.area);
        } else if (f.name.ends_with("_numero")) {
            m_line.text(f, p.number);
        } else if (f.name.ends_with("_tipo")) {
            auto d = c.dice(f.position);
            m_line.text(f, d.pick(lexicon().phone_type));
        } else if (c.number() % 7 == 0) {
            m_line.text(f, print("%03llu", static_cast<unsigned long long>(c.number() % 1000)));
        }
    }

    void make_address_part(Field const &f, Contract const &c)
    {
        auto const word = f.name.substr(4, f.name.rfind('_') - 4);
        auto const which = word == "residencial" ? 0U : word == "comercial" ? 1U : word == "correspondencia" ? 2U : 3U;
        static constexpr std::array<double, 4> k_shares = {1.0, 0.5, 0.35, 0.15};
        if (!m_options.dense && !Dice(mix({m_options.seed, c.number(), 7000 + which})).chance(k_shares[which])) {
            return;
        }
        auto d = c.dice(f.position, c.change == Change::address && which == 0);
        auto const part = f.name.substr(f.name.rfind('_') + 1);
        if (part == "logradouro") {
            m_line.text(f, d.pick(lexicon().street));
        } else if (part == "numero") {
            m_line.text(f, std::to_string(d.between(1, 9999)));
        } else if (part == "complemento") {
            m_line.text(f, d.chance(0.6) ? print("APTO %llu BLOCO %c", static_cast<unsigned long long>(d.between(1, 200)),
                                                 'A' + static_cast<int>(d.below(6)))
                                         : "");
        } else if (part == "bairro") {
            m_line.text(f, d.pick(lexicon().quarter));
        } else if (part == "cidade") {
            m_line.text(f, c.place->city);
        } else if (part == "uf") {
            m_line.text(f, c.place->uf);
        } else {
            m_line.text(f, digits(d, 8));
        }
    }

    void make_guarantor_part(Field const &f, Contract const &c)
    {
        Dice there(mix({m_options.seed, c.number(), 8000 + f.number}));
        bool const present = there.chance(f.number == 1 ? 0.35 : 0.15);
        if (f.type == Type::document) {
            m_line.text(f, present ? document_field(make_cpf(there), 1) : std::string(f.len, '0'));
            return;
        }
        if (!present) {
            return;
        }
        auto d = c.dice(f.position);
        if (f.name.ends_with("_nome")) {
            m_line.text(f, person_name(d));
        } else if (f.name.ends_with("_logradouro")) {
            m_line.text(f, d.pick(lexicon().street));
        } else if (f.name.ends_with("_bairro")) {
            m_line.text(f, d.pick(lexicon().quarter));
        } else if (f.name.ends_with("_cidade")) {
            m_line.text(f, c.place->city);
        } else if (f.name.ends_with("_uf")) {
            m_line.text(f, c.place->uf);
        } else if (f.name.ends_with("_ddd")) {
            m_line.text(f, print("%03d", c.place->area));
        } else {
            m_line.text(f, digits(d, f.name.ends_with("_numero") ? 4 : f.len));
        }
    }

    void make_other_phone(Field const &f, Contract const &c)
    {
        auto d = c.dice(f.position);
        m_line.text(f, f.name.ends_with("_ddd") ? print("%03d", c.place->area) : "9" + digits(d, 8));
    }

    void make_name(Field const &f, Contract const &c)
    {
        auto d = c.dice(f.position);
        m_line.text(f, person_name(d));
    }

    void make_shop(Field const &f, Contract const &c)
    {
        Dice shop(mix({m_options.seed, 9000 + c.number() % 200}));
        m_line.text(f, document_field(make_cnpj(shop, c.number() % 200 < 20), c.number() % 200));
    }

    void make_date(Field const &f, Contract const &c)
    {
        auto d = c.dice(f.position, c.change == Change::remark && f.name == "acionamento1_data");
        bool const birth = f.name == "data_nascimento";
        if (!birth && d.chance(0.15)) {
            m_line.number(f, 0);
            return;
        }
        auto const low = birth ? day_number(1945, 1, 1) : day_number(2021, 1, 1),
                   high = birth ? day_number(2005, 1, 1) : day_number(2026, 6, 30);
        m_line.text(f, packed_date(low + static_cast<std::int64_t>(d.below(static_cast<std::uint64_t>(high - low)))));
    }

    void make_integer(Field const &f, Contract const &c)
    {
        auto d = c.dice(f.position, c.change == Change::money && f.name == "qtd_parcelas_vencidas");
        if (f.name.starts_with("bem_ano")) {
            m_line.number(f, d.between(2008, 2026));
        } else if (f.name.starts_with("score")) {
            m_line.number(f, d.below(1000));
        } else {
            m_line.number(f, d.below(f.len <= 2 ? 6 : 48));
        }
    }

    void make_decimal(Field const &f, Contract const &c)
    {
        static constexpr std::array<std::string_view, 4> k_change = {"valor_atraso", "saldo_devedor", "valor_juros", "valor_quitacao"};
        bool const changed = c.change == Change::money && std::find(k_change.begin(), k_change.end(), f.name) != k_change.end();
        auto d = c.dice(f.position, changed);
        if (f.len == 9) {
            m_line.number(f, d.below(f.scale == 4 ? 59'999 : 3'000));
            return;
        }
        auto const value = d.chance(0.1) ? 0 : d.between(101, d.chance(0.3) ? 9'999'999 : 299'999);
        m_line.number(f, value);
        if (f.name == "valor_desconto_maximo" && c.number() % 97 == 0) { // a sign, at either end
            auto const s = print("%014llu", static_cast<unsigned long long>(value));
            m_line.text(f, c.number() % 2 == 0 ? "-" + s : s + "-");
        }
    }

    void make_code(Field const &f, Contract const &c)
    {
        auto d = c.dice(f.position);
        if (f.name.starts_with("indicador")) {
            m_line.text(f, d.chance(0.5) ? "S" : "N");
        } else {
            m_line.text(f, digits(d, f.len));
        }
    }

    void make_text(Field const &f, Contract const &c)
    {
        auto d = c.dice(f.position);
        if (f.len > 25) {
            m_line.text(f, phrase(d, f.len * 3 / 5 + d.below(f.len * 2 / 5)));
        } else if (!d.chance(0.1)) {
            m_line.text(f, digits(d, f.len * 3 / 5 + d.below(f.len * 2 / 5) + 1));
        }
    }

    // At least 61 of 100 bytes are filled.
    void fill_up(Contract const &c)
    {
        auto const goal = m_table.length() * 61 / 100;
        auto have = m_line.filled();
        for (auto const *f : m_fillers) {
            if (have >= goal) {
                return;
            }
            auto d = c.dice(f->position);
            auto const old = m_line.get(*f);
            auto text = old.substr(0, old.find_last_not_of(' ') + 1);
            text += text.size() < f->len ? phrase(d, f->len - text.size()) : "";
            std::replace(text.begin(), text.end(), ' ', '-');
            have += static_cast<std::size_t>(std::count(old.begin(), old.end(), ' '));
            m_line.text(*f, text);
        }
    }

    Field const &any_field(Dice &dice, Type a, Type b) const
    {
        for (;;) {
            auto const &f = dice.pick(m_table.fields());
            if (f.type == a || f.type == b) {
                return f;
            }
        }
    }

    void spoil_date(Dice &dice)
    {
        static constexpr std::array<std::string_view, 5> k_dates = {"20230230", "20261301", "19990431", "2026AB01", "31122025"};
        m_line.text(any_field(dice, Type::date, Type::date), dice.pick(k_dates));
    }

    void spoil_number(Dice &dice)
    {
        auto const &f = any_field(dice, Type::integer, Type::decimal);
        auto s = m_line.get(f);
        s[s.size() - 1 - static_cast<std::size_t>(dice.below(std::min<std::uint64_t>(2, f.len)))] = dice.chance(0.5) ? 'X' : 'O';
        m_line.text(f, s);
    }

    void spoil_document(Field const &f, Dice &dice)
    {
        auto cpf = make_cpf(dice);
        cpf[10] = static_cast<char>(cpf[10] == '9' ? '0' : cpf[10] + 1);
        m_line.text(f, dice.chance(0.2) ? "000011111111111" : "0000" + cpf);
    }

    void put(Contract const &c)
    {
        auto dice = bad_dice(m_options, c.number(), 0);
        if (m_options.bad <= 0 || !dice.chance(m_options.bad)) {
            m_out.line(m_line.bytes());
            return;
        }
        switch (dice.below(14)) {
        case 0: m_out.line(m_line.bytes().substr(0, m_line.bytes().size() - dice.between(1, 40))); return;
        case 1: m_out.line(m_line.bytes() + phrase(dice, dice.between(1, 20))); return;
        case 2: spoil_date(dice); break;
        case 3: spoil_number(dice); break;
        case 4: m_line.text(m_table.field("contrato"), dice.chance(0.5) ? "" : "00000000"); break;
        case 5: // a repeated key, the second with other zeros
            m_out.line(m_line.bytes());
            m_line.text(m_table.field("contrato"), "000" + c.plain_contract());
            m_line.number(m_table.field("valor_atraso"), 77'777);
            break;
        case 6: spoil_document(m_table.field("cpf_cnpj"), dice); break;
        case 7: m_line.text(m_table.field("tipo_registro"), dice.chance(0.5) ? "9" : "A"); break;
        case 8: m_line.text(m_table.field("nome"), ""); break;
        case 9:
            spoil_date(dice);
            spoil_number(dice);
            break;
        case 10: spoil_document(m_table.field("avalista1_cpf_cnpj"), dice); break; // only a warning
        case 11:                                                                   // a warning in a line that is refused
            spoil_document(m_table.field("cnpj_loja"), dice);
            spoil_date(dice);
            break;
        case 12: m_out.line(""); break; // a blank line is nothing
        default: {                      // the first of two is bad, the second good: no repeated key
            Line const good = m_line;
            spoil_number(dice);
            m_out.line(m_line.bytes());
            m_line = good;
            break;
        }
        }
        m_out.line(m_line.bytes());
    }

    Options const &m_options;
    Table m_table;
    Line m_line;
    Output m_out;
    Phone m_phone;
    std::vector<Maker> m_makers;
    std::vector<Field const *> m_fillers;
};

// ---- the smaller fixed files
// -------------------------------------------------------------------------------------------------------------

// Ways in which a line of a smaller fixed file goes wrong; false: it is written already.
bool spoil_small(Table const &table, Line &line, Contract const &c, Dice &dice, Output &out)
{
    auto const &contract = table.field("contrato");
    auto const pick = [&](Type a, Type b) -> Field const * {
        std::vector<Field const *> all;
        for (auto const &f : table.fields()) {
            if (f.type == a || f.type == b) {
                all.push_back(&f);
            }
        }
        return all.empty() ? nullptr : dice.pick(all);
    };
    switch (dice.below(9)) {
    case 0: out.line(line.bytes().substr(0, line.bytes().size() - dice.between(1, 10))); return false;
    case 1: out.line(line.bytes() + "."); return false;
    case 2: line.text(*pick(Type::date, Type::date), "20260231"); break;
    case 3:
        if (auto const *f = pick(Type::integer, Type::decimal)) {
            line.text(*f, line.get(*f).substr(1) + "X");
        } else {
            line.text(table.field("cpf_cnpj"), "000012345678900");
        }
        break;
    case 4: line.text(contract, ""); break;
    case 5: out.line(line.bytes()); break;                 // twice
    case 6: line.text(contract, "88" + c.contract); break; // one that nobody knows
    case 7:
        if (table.fields()[0].name == "tipo_registro") {
            line.text(table.fields()[0], "7");
        } else {
            line.text(contract, "000");
        }
        break;
    default: out.line("   "); break;
    }
    return true;
}

void put_small(Options const &o, Table const &table, Line &line, Contract const &c, std::uint64_t row, Output &out)
{
    auto dice = bad_dice(o, c.number(), 100 + row);
    if (o.bad <= 0 || !dice.chance(o.bad) || spoil_small(table, line, c, dice, out)) {
        out.line(line.bytes());
    }
}

void write_parcelas(Options const &o)
{
    Table const t(o.tables + "/remessa_parcelas.csv");
    Line line(t.length());
    Output out(o.out, o.line_end);
    for_each_contract(o, [&](Contract const &c) {
        auto dice = c.dice(for_row);
        auto const first = dice.between(1, 30), count = dice.between(2, o.dense ? 24 : 7);
        auto const parcel = dice.between(30'000, 250'000);
        auto const start = day_number(2026, 1, 1) + static_cast<std::int64_t>(dice.below(60)) - 60;
        for (std::uint64_t i = 0; i < count; ++i) {
            bool const paid = i == 0 && dice.chance(0.4);
            auto const due = start + static_cast<std::int64_t>(30 * i);
            auto const extra = c.change == Change::money ? static_cast<std::uint64_t>(o.day % 1000) + 1 : 0;
            std::array<std::uint64_t, 5> const part = {parcel, parcel / 50, parcel / 100 + extra, dice.below(2'000), dice.below(500)};
            line.clear();
            line.text(t.field("contrato"), i % 2 == 0 ? c.contract : c.plain_contract());
            line.number(t.field("numero_parcela"), first + i);
            line.number(t.field("qtd_parcelas"), 48);
            line.text(t.field("data_vencimento"), packed_date(due));
            line.number(t.field("valor_principal"), parcel * 7 / 10);
            line.number(t.field("valor_parcela"), part[0]);
            line.number(t.field("valor_multa"), part[1]);
            line.number(t.field("valor_mora"), part[2]);
            line.number(t.field("valor_encargos"), part[3]);
            line.number(t.field("valor_desconto"), part[4]);
            line.number(t.field("valor_total"), part[0] + part[1] + part[2] + part[3] - part[4]);
            line.text(t.field("data_pagamento"), paid ? packed_date(due + 3) : "00000000");
            line.number(t.field("valor_pago"), paid ? parcel : 0);
            line.text(t.field("situacao"), paid ? "PG" : "AB");
            line.number(t.field("dias_atraso"), paid || !o.daily_arrears || o.day < due ? 0 : static_cast<std::uint64_t>(o.day - due));
            line.text(t.field("nosso_numero"), digits(dice, 17));
            line.text(t.field("linha_digitavel"), digits(dice, 5) + "." + digits(dice, 5) + " " + digits(dice, 5) + "." + digits(dice, 6) +
                                                      " " + digits(dice, 5) + "." + digits(dice, 6) + " " + digits(dice, 1) + " " +
                                                      digits(dice, 14));
            line.text(t.field("carteira"), c.number() % 4 == 0 ? "VEICLEVES" : "VEICPESADO");
            put_small(o, t, line, c, i, out);
        }
    });
    out.close();
}

void write_acordos(Options const &o)
{
    Table const t(o.tables + "/remessa_acordo.csv");
    Line line(t.length());
    Output out(o.out, o.line_end);
    std::uint64_t sequence = 0;
    for_each_contract(o, [&](Contract const &c) {
        if (!is_sampled(o, c, 0.05)) {
            return;
        }
        auto dice = c.dice(for_row, true);
        auto const count = dice.chance(0.2) ? 2U : 1U;
        auto const number = digits(dice, 12);
        for (unsigned i = 0; i < count; ++i) {
            auto const value = dice.between(10'000, 900'000);
            line.clear();
            line.text(t.field("tipo_registro"), "1");
            line.text(t.field("contrato"), c.number() % 2 == 0 ? c.contract : c.plain_contract());
            line.text(t.field("cpf_cnpj"), document_field(c.document, c.number()));
            line.text(t.field("nome"), c.name);
            line.text(t.field("numero_acordo"), "7" + number);
            line.number(t.field("numero_parcela"), i + 1);
            line.number(t.field("qtd_parcelas_acordo"), count);
            line.text(t.field("data_acordo"), packed_date(o.day - 5));
            line.text(t.field("data_vencimento"), packed_date(o.day + 30 * static_cast<std::int64_t>(i)));
            line.text(t.field("data_pagamento"), dice.chance(0.5) ? packed_date(o.day - 1) : "00000000");
            line.text(t.field("data_movimento"), packed_date(o.day - 1));
            line.number(t.field("valor_acordo"), value * count);
            line.number(t.field("valor_parcela"), value);
            line.number(t.field("valor_pago"), value);
            line.number(t.field("valor_desconto"), dice.below(5'000));
            line.number(t.field("valor_honorarios"), value / 10);
            line.text(t.field("codigo_baixa"), digits(dice, 3));
            line.text(t.field("motivo_baixa"), dice.pick(lexicon().reason));
            line.text(t.field("nosso_numero"), digits(dice, 17));
            line.text(t.field("local_recebimento"), latin1("AGÊNCIA"));
            line.text(t.field("cod_assessoria"), "528");
            line.text(t.field("carteira"), c.number() % 4 == 0 ? "VEICLEVES" : "VEICPESADO");
            line.number(t.field("sequencial"), ++sequence);
            put_small(o, t, line, c, i, out);
        }
    });
    out.close();
}

void write_exclusao(Options const &o)
{
    Table const t(o.tables + "/remessa_exclusao.csv");
    Line line(t.length());
    Output out(o.out, o.line_end);
    for_each_contract(o, [&](Contract const &c) {
        if (!is_sampled(o, c, 0.02)) {
            return;
        }
        auto dice = c.dice(for_row, true);
        line.clear();
        line.text(t.field("contrato"), c.number() % 2 == 0 ? c.contract : c.plain_contract());
        line.text(t.field("cpf_cnpj"), document_field(c.document, c.number()));
        line.text(t.field("data_exclusao"), packed_date(o.day - 1));
        line.text(t.field("codigo_motivo"), digits(dice, 3));
        line.text(t.field("motivo"), dice.pick(lexicon().withdrawal));
        put_small(o, t, line, c, 0, out);
    });
    out.close();
}

// ---- CSV -----------------------------------------------------------------------------------------------------------------------------

std::string comma_money(std::uint64_t cents, bool grouped)
{
    auto whole = std::to_string(cents / 100);
    if (grouped && whole.size() > 3) {
        whole.insert(whole.size() - 3, ".");
    }
    return whole + print(",%02u", static_cast<unsigned>(cents % 100));
}

std::string quoted(std::string const &s)
{
    std::string out = "\"";
    for (char const c : s) {
        out += c == '"' ? "\"\"" : std::string(1, c);
    }
    return out + "\"";
}

class Csv
{
public:
    Csv(Options const &o, std::string_view header) : m_options(o), m_out(o.out, o.line_end)
    {
        m_out.raw(o.bom ? "\xef\xbb\xbf" : "");
        m_out.line(header);
    }

    void row(std::vector<std::string> const &cells)
    {
        std::string s;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            s += i == 0 ? "" : ";";
            s += cells[i];
        }
        text(s);
    }

    void text(std::string const &s) { m_out.line(m_options.utf8 ? utf8(s) : s); }
    void close() { m_out.close(); }

private:
    Options const &m_options;
    Output m_out;
};

// The last tenth of a bad CSV begins with a quote that nothing closes, and has no other quotes.
class OpenQuote
{
public:
    explicit OpenQuote(Options const &o) : m_from(o.bad > 0 ? o.first + o.contracts * 9 / 10 : UINT64_MAX) {}

    bool may_quote(Contract const &c) const { return c.number() < m_from; }
    bool is_due(Contract const &c) { return !m_done && c.number() >= m_from && (m_done = true); }

private:
    std::uint64_t m_from;
    bool m_done = false;
};

std::string phone_text(Dice &dice, std::string area, std::string const &number)
{
    area = drop_zeros(area);
    switch (dice.below(5)) {
    case 0: return "(" + area + ") " + number.substr(0, number.size() - 4) + "-" + number.substr(number.size() - 4);
    case 1: return "0" + area + number;
    case 2: return "+55 " + area + " " + number;
    case 3: return "55" + area + number;
    default: return area + number;
    }
}

void write_telefones(Options const &o)
{
    Csv csv(o, "CPF;CONTRATO;TELEFONE1;SCORE1;TELEFONE2;SCORE2;TELEFONE3;SCORE3");
    OpenQuote open(o);
    for_each_contract(o, [&](Contract const &c) {
        if (!is_sampled(o, c, 0.3)) {
            return;
        }
        auto dice = c.dice(for_row, true);
        auto bad = bad_dice(o, c.number(), 200);
        bool const is_bad = o.bad > 0 && bad.chance(o.bad);
        auto const way = is_bad ? bad.below(10) : 99;
        std::vector<std::string> cells = {dice.chance(0.3)   ? masked_document(c.document)
                                          : dice.chance(0.5) ? drop_zeros(c.document)
                                                             : c.document,
                                          dice.chance(0.5) ? c.plain_contract() : c.contract};
        auto const count = dice.between(1, 3);
        for (std::uint64_t i = 0; i < 3; ++i) {
            auto const known = c.phone(dice.between(1, 3));
            std::string phone;
            if (i < count) {
                phone = known.usable && dice.chance(0.25) ? phone_text(dice, known.area, known.number)
                                                          : phone_text(dice, std::to_string(c.place->area), "9" + digits(dice, 8));
            }
            cells.push_back(phone);
            cells.push_back(phone.empty() || dice.chance(0.2) ? "" : std::to_string(dice.below(101)));
        }
        switch (way) {
        case 0: cells[2] = "20" + cells[2].substr(cells[2].size() - 9); break; // no such area code
        case 1: cells[2] = "11 4004-1234"; break;
        case 2: cells[2] = cells[4] = cells[6] = "0800 123 4567"; break;
        case 3: cells[2] = cells[3] = cells[4] = cells[5] = cells[6] = cells[7] = ""; break;
        case 4: cells[0] = make_cpf(bad); break;
        case 5: cells[0] = ""; break;
        case 6: cells[0] = "123.456.789-00"; break;
        case 7: cells[1] = "77" + c.contract; break;
        case 8: cells[1] = bad.chance(0.5) ? "" : "000"; break;
        default: break;
        }
        if (open.may_quote(c) && dice.chance(0.05)) {
            cells[1] = quoted(cells[1]);
        }
        if (open.is_due(c)) {
            csv.text("\"" + cells[0] + ";" + cells[1] + ";" + cells[2] + ";1;;;;");
        }
        if (way == 9 && bad.chance(0.5)) {
            cells.emplace_back("9");
        } else if (way == 9) {
            cells.resize(1);
        } else if (count < 3 && dice.chance(0.3)) {
            cells.resize(2 + 2 * count); // the rest may be absent
        }
        csv.row(cells);
    });
    csv.close();
}

void write_acordos_baixados_csv(Options const &o)
{
    Csv csv(
        o,
        "Cobrador;NomeCobrador;NumAcordo;NumParcela;NossoNum;DtVcto;DtMovto;VlrMovt;TotDiv;Motivo;LocalRecebimento;NumCpfCgc;NomeCliente;"
        "OperOriginal;ParcNegociadas");
    OpenQuote open(o);
    for_each_contract(o, [&](Contract const &c) {
        if (!is_sampled(o, c, 0.05)) {
            return;
        }
        auto dice = c.dice(for_row, true);
        auto bad = bad_dice(o, c.number(), 300);
        auto const way = o.bad > 0 && bad.chance(o.bad) ? bad.below(8) : 99;
        auto const value = dice.between(5'000, 900'000);
        auto name = c.name;
        if (open.may_quote(c) && dice.chance(0.1)) {
            name = quoted(dice.chance(0.5) ? name + "; ESPOSO" : dice.chance(0.5) ? name + o.line_end + "E OUTRO" : name + " \"NECO\"");
        }
        std::vector<std::string> cells = {"528",
                                          latin1("ASSESSORIA DE COBRANÇA EXEMPLO"),
                                          "7" + digits(dice, 9),
                                          std::to_string(dice.between(1, 12)),
                                          "1" + digits(dice, 10),
                                          slashed_date(o.day + 2),
                                          slashed_date(o.day - 1) + (dice.chance(0.3) ? " 23:15:00" : ""),
                                          comma_money(value, dice.chance(0.5)),
                                          comma_money(value * 2, true),
                                          dice.pick(lexicon().reason),
                                          "BANCO",
                                          dice.chance(0.5) ? masked_document(c.document) : drop_zeros(c.document),
                                          name,
                                          dice.chance(0.7) ? c.plain_contract() : c.contract,
                                          "1/12"};
        switch (way) {
        case 0: cells[5] = "31/02/2026"; break;
        case 1: cells[7] = "1.2345,00"; break;
        case 2: cells[8] = "ABC"; break;
        case 3: cells[11] = "12345678900"; break;
        case 4: cells[13] = bad.chance(0.5) ? "" : "0"; break;
        case 5: cells[13] = "66" + c.contract; break;
        case 6: cells.pop_back(); break;
        case 7: cells.emplace_back("X"); break;
        default: break;
        }
        if (open.is_due(c)) {
            csv.text("528;\"" + cells[1] + ";1;1;1;;;;;;;;;" + c.plain_contract() + ";");
        }
        csv.row(cells);
    });
    csv.close();
}

int run(std::vector<std::string> const &args)
{
    auto const o = parse_options(args);
    if (o.kind == "remessa") {
        Remessa(o).write();
    } else if (o.kind == "parcelas") {
        write_parcelas(o);
    } else if (o.kind == "telefones") {
        write_telefones(o);
    } else if (o.kind == "acordos") {
        write_acordos(o);
    } else if (o.kind == "acordos_baixados_csv") {
        write_acordos_baixados_csv(o);
    } else if (o.kind == "exclusao") {
        write_exclusao(o);
    } else {
        throw std::invalid_argument("unknown kind " + o.kind);
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    try {
        return run({argv + 1, argv + argc});
    } catch (std::invalid_argument const &e) {
        std::cerr << (*e.what() ? std::string("generate: ") + e.what() + "\n" : "") << k_usage;
        return 2;
    } catch (std::exception const &e) {
        std::cerr << "generate: " << e.what() << "\n";
        return 1;
    }
}
