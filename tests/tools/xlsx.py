#!/usr/bin/env python3
"""Spreadsheets for tests, with nothing but the standard library: the same description gives the same parts.

A description is text. Words of a first line `with …` are settings (`sheet=NAME`, `date1904`, `hidden=NAME` for a sheet in front of it). Every
other line is a row: cells parted by |, blanks around them dropped, a blank line is a row without cells. The first character says what a cell is:

    plain text     a shared string                    'text     an inline string
    #0.0166        a number                           %0.0166   a number with the format 0.00%
    @45265.5       a number with the format dd/mm/yyyy hh:mm      ~0.5   with hh:mm:ss
    !#N/A          an error                           ?1        a boolean
    =FORMULA       a formula without a result       =FORMULA -> RESULT   one with a result
    <r>…</r>       rich text, as XML                (empty)   no cell

    xlsx.py [--check] CASE…   makes CASE/in/NAME from CASE/sheets/in/NAME.txt; --check compares the parts
"""

import io
import re
import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = HEAD + f"""<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm;@"/><numFmt numFmtId="165" \
formatCode="[$-416]0.00%"/></numFmts><cellStyleXfs count="1"><xf numFmtId="9"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/>\
<xf numFmtId="165"/><xf numFmtId="164"/><xf numFmtId="21"/></cellXfs></styleSheet>"""
PERCENT, MOMENT, CLOCK = 1, 2, 3


def column(i):
    name = ""
    i += 1
    while i:
        i, rest = divmod(i - 1, 26)
        name = chr(65 + rest) + name
    return name


class Book:
    def __init__(self):
        self.shared, self.rows, self.sheet, self.hidden, self.date1904 = [], [], "Plan1", "", False

    def string(self, xml):
        if xml not in self.shared:
            self.shared.append(xml)
        return self.shared.index(xml)

    def cell(self, place, text):
        kind, rest = text[:1], escape(text[1:])
        styled = {"#": 0, "%": PERCENT, "@": MOMENT, "~": CLOCK}
        if kind in styled:
            return f'<c r="{place}" s="{styled[kind]}"><v>{rest}</v></c>'
        if kind == "'":
            return f'<c r="{place}" t="inlineStr"><is><t>{rest}</t></is></c>'
        if kind in "!?":
            return f'<c r="{place}" t="{"e" if kind == "!" else "b"}"><v>{rest}</v></c>'
        if kind == "=":
            formula, arrow, result = rest.partition(" -&gt; ")
            value = f"<v>{result}</v>" if arrow else ""
            return f'<c r="{place}"{" t=%sstr%s" % (chr(34), chr(34)) if arrow and not re.fullmatch(r"[-0-9.E+]+", result) else ""}><f>{formula}</f>{value}</c>'
        xml = text if text.startswith("<r>") else f'<t xml:space="preserve">{escape(text)}</t>'
        return f'<c r="{place}" t="s"><v>{self.string(xml)}</v></c>'

    def row(self, number, cells):
        inside = "".join(self.cell(column(i) + str(number), c) for i, c in enumerate(cells) if c)
        self.rows.append(f'<row r="{number}">{inside}</row>')

    def parts(self):
        names = ([self.hidden] if self.hidden else []) + [self.sheet]
        sheets = "".join(f'<sheet name={quoteattr(n)} sheetId="{i}" r:id="rId{i}"{" state=%shidden%s" % (chr(34), chr(34)) if n == self.hidden else ""}/>'
                         for i, n in enumerate(names, 1))
        links = "".join(f'<Relationship Id="rId{i}" Type="{DOCUMENT}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(names) + 1))
        out = {
            "[Content_Types].xml": HEAD + f'<Types xmlns="{PACKAGE}content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
            "_rels/.rels": HEAD + f'<Relationships xmlns="{PACKAGE}relationships"><Relationship Id="rId1" Type="{DOCUMENT}/officeDocument" '
                                  'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": HEAD + f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><workbookPr{" date1904=%s1%s" % (chr(34), chr(34)) if self.date1904 else ""}/>'
                                      f"<sheets>{sheets}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": HEAD + f'<Relationships xmlns="{PACKAGE}relationships">{links}<Relationship Id="rId8" Type="{DOCUMENT}/styles" '
                                                 f'Target="styles.xml"/><Relationship Id="rId9" Type="{DOCUMENT}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>',
            "xl/styles.xml": STYLES,
        }
        for i, name in enumerate(names, 1):
            rows = "".join(self.rows) if name == self.sheet else '<row r="1"><c r="A1" t="inlineStr"><is><t>hidden</t></is></c></row>'
            out[f"xl/worksheets/sheet{i}.xml"] = HEAD + f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        out["xl/sharedStrings.xml"] = HEAD + f'<sst xmlns="{MAIN}">' + "".join(f"<si>{s}</si>" for s in self.shared) + "</sst>"
        return out


def book_of(description):
    book = Book()
    lines = description.rstrip("\n").split("\n")
    if lines[0].startswith("with "):
        for word in lines.pop(0).split()[1:]:
            name, _, value = word.partition("=")
            setattr(book, name, value or True)
    for number, line in enumerate(lines, 1):
        if line.strip():
            book.row(number, [c.strip() for c in line.split("|")])
    return book


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, text)
    return out.getvalue()


def workbook(description):
    return zipped(book_of(description).parts())


def parts_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return {i.filename: z.read(i) for i in z.infolist()}


def main():
    words = sys.argv[1:]
    check = words[:1] == ["--check"]
    failed = 0
    for case in map(Path, words[check:]):
        for source in sorted((case / "sheets").rglob("*.txt")):
            target = case / source.relative_to(case / "sheets").with_suffix("")
            parts = book_of(source.read_text(encoding="utf-8")).parts()
            if not check:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(zipped(parts))
            elif not target.is_file() or parts_of(target.read_bytes()) != {n: t.encode() for n, t in parts.items()}:
                failed = 1
                print(f"{target}: is not what {source} makes")
    return failed


if __name__ == "__main__":
    sys.exit(main())
