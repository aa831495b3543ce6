"""The days' smaller files, made of contracts that a remessa brought. `dice` decides who is in them, and what is wrong."""

import formats

CPF = "11144477735"
ACTIONS = {"massiva_whatsapp": formats.MASSIVA_WHATSAPP, "massiva_email": formats.MASSIVA_EMAIL, "massiva_sms": formats.MASSIVA_SMS}


def fixed_line(layout, **given):
    """A line of a fixed layout: text to the left, all else to the right and zero-filled."""
    line = [" "] * layout.length
    for f in layout.fields:
        text = str(given.get(f.name, "1" if f.name == "tipo_registro" else ""))
        text = text.rjust(f.length, "0") if f.kind in ("integer", "decimal", "date", "document") else text.ljust(f.length)
        line[f.at - 1 : f.at - 1 + f.length] = text[: f.length]
    return "".join(line)


def csv_file(layout, rows):
    return "".join(";".join(cells) + "\r\n" for cells in [[f.column for f in layout.fields], *rows]).encode("latin-1")


def zero_filled(dice, contract):
    return contract.zfill(dice.choice((0, 12, 20)))


def batimento(dice, contracts, day, share=0.97, bad=0.05, carteira=None, unreadable=False):
    """contracts: contrato -> the remessa's values. Names most of them, and a few that nobody knows."""
    rows = []
    for contract, v in contracts.items():
        if dice.random() >= share:
            continue
        cells = [zero_filled(dice, contract), "1", f"{day:%d/%m/%Y}", carteira or v["carteira"] or "", "528", "ASSESSORIA EXEMPLO", "CDC", "61"]
        way = dice.randrange(6) if dice.random() < bad else None
        if way == 0:
            cells[2] = "31/02/2026"
        elif way == 1:
            cells[7] = "6I"
        elif way == 2:
            cells[1] = "1,5"
        elif way == 3:
            cells = cells[: dice.randrange(1, 7)]
        elif way == 4:
            cells.append("A MAIS")
        elif way == 5:
            cells = ["88" + contract.zfill(12)] + cells[1:]
        rows.append(cells)
    if unreadable:
        rows[len(rows) // 2][0] = dice.choice(("", "0000", "  "))
    return csv_file(formats.BATIMENTO, rows)


def refin(dice, contracts, day, share=0.3, bad=0.05):
    rows = []
    for contract in contracts:
        if dice.random() >= share:
            continue
        for n in range(1, dice.randrange(2, 5)):
            cells = [zero_filled(dice, contract), "61 A 90", "VAREJO", "3", "27", "30", "48", "595,37", "1.250,00", "60", "60"]
            cells += [f"{dice.randrange(300, 900)},{dice.randrange(100):02}", "23.814,80", "1,66%", "21,84%"]
            cells += [f"05/{1 + n:02}/2027", f"05/{1 + n:02}/2031 00:00:00", "528", str(n)]
            way = dice.randrange(7) if dice.random() < bad else None
            if way == 0:
                cells[11] = "12,345"
            elif way == 1:
                cells[15] = "30/02/2027"
            elif way == 2:
                cells[0] = "000"
            elif way == 3:
                cells[0] = "99" + contract.zfill(12)
            elif way == 4:
                cells.pop()
            elif way == 5:
                cells.append("")
            elif way == 6:
                cells[13] = "-0,99"
            rows.append(cells)
    return csv_file(formats.REFIN, rows)


def garantias(dice, contracts, day, share=0.3, bad=0.05):
    lines = []
    for contract in contracts:
        if dice.random() >= share:
            continue
        for record, count in (("1", 2), ("2", 1), ("3", 2)):
            for n in range(1, dice.randrange(count + 2)):
                lines.append(garantia(dice, contract, record, n, dice.randrange(8) if dice.random() < bad else None))
    return "".join(line + "\r\n" for line in lines).encode("latin-1")


def garantia(dice, contract, record, n, way):
    given = {"tipo_registro": record, "contrato": contract.zfill(20), "cpf_cnpj": CPF, "sequencia_garantia": n, "placa": f"ABC{dice.randrange(10)}D{n}3"}
    given |= {"ano_modelo": 2020, "valor_bem": dice.randrange(10**7), "cpf_cnpj_garantidor": CPF, "nome_garantidor": "JOÃO", "cidade": "CAMPINAS"}
    if way == 0:
        given["cpf_cnpj"] = "12345678900"
    elif way == 1:
        given["cpf_cnpj_garantidor"] = "12345678900"
    elif way == 2:
        given["sequencia_garantia"] = "0X1"
    elif way == 3:
        given["contrato"] = "77" + contract.zfill(18)
    elif way == 4:
        given["sequencia_garantia"] = 1  # perhaps for the second time
    line = fixed_line(formats.GARANTIAS.records[record], **given)
    if way == 5:
        return line[: dice.choice((10, 30, 100))]
    if way == 6:
        return line + " "
    return "7" + line[1:] if way == 7 else line


def action(dice, contracts, day, kind, share=0.1):
    """A mass action; some lines come twice, some are of people or phones that nobody has."""
    rows = []
    for contract, v in contracts.items():
        if dice.random() >= share:
            continue
        phone = (v["fone1_ddd"] or "11") + (v["fone1_numero"] or "987650000")
        sent = dice.choice((f"{day:%d/%m/%Y}", f"{day:%d/%m/%Y} 09:30:00", ""))
        if kind == "massiva_whatsapp":
            row = [zero_filled(dice, contract), phone, v["nome"] or "", dice.choice(("jornada1", "jornada2"))]
        elif kind == "massiva_email":
            row = ["P" + contract, v["cpf_cnpj"] or CPF, "x@example.com", sent]
        else:
            row = ["S" + contract, phone, "OLÁ", sent]
        way = dice.randrange(8) if dice.random() < 0.2 else None
        if way is not None and way < 4:
            row[way] = ""
        elif way == 4:
            row[0], row[1] = "66" + row[0], "11 4004-1234"
        elif way == 5:
            row[3] = "jornada9"
        elif way == 6:
            row.append("")
        rows += [row] * (2 if way == 7 else 1)
    return csv_file(ACTIONS[kind], rows)


def retorno(dice, contracts, day, share=0.1):
    rows = []
    for n, contract in enumerate(c for c in contracts if dice.random() < share):
        row = [f"{day:%d}{n}", "7", zero_filled(dice, contract), "11987650000", f"{day:%d/%m/%Y} 10:{n % 60:02}", "200", "ATENDIDA", "5", "", "61", "ANA"]
        way = dice.randrange(5) if dice.random() < 0.2 else None
        if way == 0:
            row[0] = ""
        elif way == 1:
            row[2] = "55" + contract
        elif way == 2:
            row[4] = "10:30"
        elif way == 3:
            row[9] = "1:01"
        rows += [row] * (2 if way == 4 else 1)
    return csv_file(formats.RETORNO, rows)
