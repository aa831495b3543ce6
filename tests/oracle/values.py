"""Single values as the domain page and the contract define them. Nothing here is shared with the engine.

Every parse function gives (value, ok): (None, True) is an empty field, (None, False) a value that the type refuses.
"""

import datetime
import re
import unicodedata

BLANKS = " \t"
FIXED_HOLIDAYS = {(1, 1), (21, 4), (1, 5), (7, 9), (12, 10), (2, 11), (15, 11), (25, 12)}
AREA = re.compile(r"(?:[14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-579])\Z")


# ---- days ---------------------------------------------------------------------------------------------------------------------


def easter(year):
    """Anonymous Gregorian algorithm (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return datetime.date(year, month, day + 1)


def is_business_day(day):
    if day.weekday() >= 5 or (day.day, day.month) in FIXED_HOLIDAYS:
        return False
    if (day.day, day.month) == (20, 11) and day.year >= 2024:
        return False
    return (day - easter(day.year)).days not in (-48, -47, -2, 60)


def previous_business_day(day):
    day -= datetime.timedelta(days=1)
    while not is_business_day(day):
        day -= datetime.timedelta(days=1)
    return day


def business_days(a, b):
    """Business days after a, up to and with b; negative the other way round."""
    if b < a:
        return -business_days(b, a)
    count = 0
    while a < b:
        a += datetime.timedelta(days=1)
        count += is_business_day(a)
    return count


# ---- text, numbers, dates -------------------------------------------------------------------------------------------------------


def parse_text(s, strip_zeros=False):
    s = s.strip(BLANKS)
    if strip_zeros:
        s = s.lstrip("0")
    return (s or None), True


def parse_digits(s):
    """Digits with a sign at either end. Gives an integer; of a fixed decimal that is its units."""
    s = s.strip(BLANKS)
    if not s:
        return None, True
    match = re.fullmatch(r"([+-]?)([0-9]+)", s) or re.fullmatch(r"([0-9]+)([+-])", s)
    if not match:
        return None, False
    value = int(re.sub(r"[+-]", "", s))
    value = -value if "-" in s else value
    return (value, True) if -(2**63) <= value < 2**63 else (None, False)


def parse_comma_decimal(s, scale):
    s = s.strip(BLANKS)
    if not s:
        return None, True
    match = re.fullmatch(r"([+-]?)([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]+))?\s*%?([+-]?)", s)
    if not match or (match[1] and match[4]) or len(match[3] or "") > scale:
        return None, False
    value = int(match[2].replace(".", "") + (match[3] or "").ljust(scale, "0"))
    return (-value if "-" in (match[1], match[4]) else value), True


def real_date(year, month, day):
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def parse_packed_date(s):
    s = s.strip(BLANKS)
    if not s.strip("0"):
        return None, True
    iso = real_date(s[:4], s[4:6], s[6:]) if re.fullmatch(r"[0-9]{8}", s) else None
    return iso, iso is not None


def parse_slashed_date(s):
    s = s.strip(BLANKS)
    if not s.strip("0/: "):
        return None, True
    match = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})(?: ([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?", s)
    if not match or int(match[4] or 0) > 23 or int(match[5] or 0) > 59 or int(match[6] or 0) > 59:
        return None, False
    iso = real_date(match[3], match[2], match[1])
    return iso, iso is not None


def parse_slashed_datetime(s):
    iso, ok = parse_slashed_date(s)
    if iso is None:
        return None, ok
    time = s.strip(BLANKS)[11:]
    return (f"{iso} {time}:00"[:19], True) if time else (None, False)


# ---- documents and phones ---------------------------------------------------------------------------------------------------------


def check_digit(values, weights):
    rest = sum(v * w for v, w in zip(values, weights)) % 11
    return 0 if rest < 2 else 11 - rest


def is_cpf(s):
    if not re.fullmatch(r"[0-9]{11}", s) or len(set(s)) == 1:
        return False
    d = [int(c) for c in s]
    return check_digit(d[:9], range(10, 1, -1)) == d[9] and check_digit(d[:10], range(11, 1, -1)) == d[10]


def is_cnpj(s):
    if not re.fullmatch(r"[0-9A-Z]{12}[0-9]{2}", s):
        return False
    v = [ord(c) - 48 for c in s]
    weights = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
    return check_digit(v[:12], weights) == v[12] and check_digit(v[:13], [6] + weights) == v[13]


def parse_document(s):
    s = re.sub(r"[./\- \t]", "", s).upper().lstrip("0")
    if not s:
        return None, True
    if len(s) <= 11 and is_cpf(s.rjust(11, "0")):
        return s.rjust(11, "0"), True
    if len(s) <= 14 and is_cnpj(s.rjust(14, "0")):
        return s.rjust(14, "0"), True
    return None, False


def parse_phone(s):
    """(area, number) or None when nobody answers there."""
    s = re.sub(r"[()\-+./ \t]", "", s or "")
    if not re.fullmatch(r"[0-9]+", s):
        return None
    if len(s) in (12, 13) and s.startswith("55"):
        s = s[2:]
    if s.startswith("0"):
        s = s[1:]
    area, number = s[:2], s[2:]
    if not AREA.match(area):
        return None
    if len(number) == 9 and number[0] == "9":
        return area, number
    if len(number) != 8 or number[:3] in ("300", "400"):
        return None
    if number[0] in "6789":
        return area, "9" + number
    return (area, number) if number[0] in "2345" else None


def header_key(s):
    s = unicodedata.normalize("NFD", s).lower()
    return "".join(c for c in s if not unicodedata.combining(c) and c not in " \t_")
