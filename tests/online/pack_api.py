#!/usr/bin/env python3
"""The shipped pack's calls, over HTTP, as docs/api.md describes them.

    pack_api.py --atom build/atom              every call
    pack_api.py --atom build/atom --drop       each rule of an endpoint's or a taking job is taken out in turn; one that no check misses is a fault
"""

import argparse
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from served import Seeded, Served, same

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "golden"))
from drop_rule import without_rule  # noqa: E402

TABULACAO = {"idCampanha": 1, "idCrm": 2, "telefoneTrabalhado": "19987650001", "resultado": 12, "usuario": "ana", "idTipoCanal": 1,
             "obs": "disse que pagou", "attendanceId": "A-1", "protocolo": "P1", "ticketId": "T1", "dataInicioAtendimento": "2026-11-03 09:59:00"}


def fault(answer, status, code, field=None):
    same((answer.status, answer.json["error"].get("code"), answer.json["error"].get("field")), (status, code, field), "fault")


def check_client(s):
    a = s.get("/api/ConsultaCliente", cpf="529.982.247-25")
    same(a.status, 200, "by document")
    clients = a.json["clientes"]
    same([c["mailing"]["contrato"] for c in clients], ["900200", "900100"], "the active one first")
    c = clients[0]
    same(c["mailing"], {
        "nome": "MARIA EXEMPLO", "cpf": "52998224725", "contrato": "900200", "idCrm": 2, "carteira": "VEICULOS", "status": "ATIVO",
        "acionamentos": 1, "boletos": 0, "valorParcela": 595.37, "datasDePagamento": None, "resumoPagamento": None, "qtdParcelas": None,
        "valorEntrada": None, "jornada": None, "valorAPagar": None, "envioBoleto": None,
        "bemFinanciado": {"marca": "FIAT", "modelo": "UNO", "ano": "2019/2020"}}, "mailing")
    same(c["telefonesDisponiveis"], [{"tipo": "CELULAR", "ddd": "19", "fone": "987650001", "score": 80},
                                     {"tipo": "RESIDENCIAL", "ddd": "19", "fone": "32345678", "score": None}], "phones")
    same((len(c["parcelas"]), len(c["parcelas"][0]), c["parcelas"][0]["valor_parcela"]), (3, 18, 595.37), "instalments")
    same('"valor_parcela":595.37' in a.text, True, "money with two decimals")
    same([(len(g), g["tipo_registro"]) for g in c["garantias"]], [(20, "1"), (8, "2"), (12, "3")], "collateral")
    same((len(c["dadosRefin"][0]), c["dadosRefin"][0]["total_refinanciado"], c["dadosRefin"][0]["juro_mensal"]), (18, 23814.8, 1.66), "offers")
    same(c["historicoAtendimento"], [{"dataCadastro": "2026-11-01", "horario": "09:30:00", "ocorrencia": "RECADO", "numeroDiscado": "19987650001",
         "telefoneAgendado": None, "contrato": "900200", "parcela": None, "usuarioCadastro": "op1", "idTipoCanal": 1}], "history")
    same(c["enderecosDisponiveis"][0]["logradouro"], "Rua das Acácias", "address")
    same(c["historicoMassivoEmail"], [{"protocolo": "PE1", "email": "maria@exemplo.com.br", "dataEnvio": "2026-11-01"}], "mass e-mail")
    same(c["historicoMassivoSms"], [{"protocolo": "PS1", "dataEnvio": "2026-11-02", "telefone": "19987650001", "mensagem": "Oi"}], "mass SMS")
    same(s.get("/api/ConsultaCliente", idCrm=3).json["clientes"][0]["mailing"]["contrato"], "900300", "by id_crm")
    same(s.get("/api/ConsultaCliente", contrato="000900300").json["clientes"][0]["mailing"]["idCrm"], 3, "by contract")
    fault(s.get("/api/ConsultaCliente", cpf="111.444.777-36"), 422, "VALOR_INVALIDO", "cpf")
    fault(s.get("/api/ConsultaCliente", idCrm=99), 404, "CLIENTE_NAO_ENCONTRADO")
    fault(s.get("/api/ConsultaCliente"), 422, "CRITERIO_AUSENTE")
    trail = s.online("select quem, chamada, chave from trilha order by id")
    same(trail[:2], [("ana", "ConsultaCliente", "900100"), ("ana", "ConsultaCliente", "900200")], "trail")


def check_outcome(s):
    first = s.post("/api/InsertTabulacao", TABULACAO)
    same((first.status, list(first.json)), (201, ["id"]), "made")
    again = s.post("/api/InsertTabulacao", TABULACAO)
    same((again.status, again.json), (200, first.json), "the same again")
    blank = {k: v for k, v in TABULACAO.items() if k != "attendanceId"}
    same([s.post("/api/InsertTabulacao", blank).status for _ in range(2)], [201, 201], "without an attendanceId nothing is the same")
    fault(s.post("/api/InsertTabulacao", TABULACAO | {"idCrm": 99}), 404, "CLIENTE_NAO_ENCONTRADO", "idCrm")
    fault(s.post("/api/InsertTabulacao", TABULACAO | {"idCampanha": 99}), 422, "CAMPANHA_DESCONHECIDA", "idCampanha")
    fault(s.post("/api/InsertTabulacao", TABULACAO | {"resultado": 999}), 422, "RESULTADO_DESCONHECIDO", "resultado")
    fault(s.post("/api/InsertTabulacao", TABULACAO | {"resultado": "12"}), 422, "VALOR_INVALIDO", "resultado")
    fault(s.post("/api/InsertTabulacao", TABULACAO | {"idTipoCanal": 4}), 422, "VALOR_INVALIDO", "idTipoCanal")
    same(s.client("900200")["mailing"]["acionamentos"], 4, "outcomes count")
    same(s.post("/api/InsertTabulacao", TABULACAO | {"resultado": 4, "idTipoCanal": 5, "attendanceId": "A-2"}).status, 201, "a boleto")
    m = s.client("900200")["mailing"]
    same((m["boletos"], m["envioBoleto"]), (1, "WhatsApp"), "boletos")
    results = s.get("/api/ListagemTabulacoesCampanha", idCampanha=1).json["tabulacoes"]
    same(results[0], {"id": 1, "grupo": "Acordo", "texto": "Acordo Fechado - Quitação", "workflow": "N"}, "results")
    fault(s.get("/api/ListagemTabulacoesCampanha", idCampanha=9), 422, "CAMPANHA_DESCONHECIDA", "idCampanha")


def check_additions(s):
    known = s.post("/api/InclusaoTelefone", {"idCrm": 2, "ddd": "19", "fone": "3234-5678", "tipo": "Casa", "score": 33})
    same(known.status, 200, "a phone that the ficha has")
    new = s.post("/api/InclusaoTelefone", {"idCrm": 2, "ddd": "11", "fone": "91234-5678", "tipo": "Celular", "score": 70})
    same(new.status, 201, "a new phone")
    again = s.post("/api/InclusaoTelefone", {"idCrm": 2, "ddd": "11", "fone": "912345678", "tipo": "Celular", "score": 70})
    same((again.status, again.json), (200, new.json), "the same phone again")
    fault(s.post("/api/InclusaoTelefone", {"idCrm": 2, "ddd": "20", "fone": "912345678"}), 422, "TELEFONE_INVALIDO", "fone")
    fault(s.post("/api/InclusaoTelefone", {"idCrm": 99, "ddd": "11", "fone": "912345678"}), 404, "CLIENTE_NAO_ENCONTRADO", "idCrm")
    same(s.post("/api/InsertEmail", {"idCrm": 2, "email": "MARIA@exemplo.com.br"}).status, 200, "an e-mail that the ficha has")
    new = s.post("/api/InsertEmail", {"idCrm": 2, "email": "m.exemplo@exemplo.com"})
    same((new.status, s.post("/api/InsertEmail", {"idCrm": 2, "email": "M.exemplo@exemplo.com"}).json), (201, new.json), "an e-mail")
    fault(s.post("/api/InsertEmail", {"idCrm": 2, "email": "maria"}), 422, "EMAIL_INVALIDO", "email")
    fault(s.post("/api/InsertEmail", {"idCrm": 99, "email": "a@b.com"}), 404, "CLIENTE_NAO_ENCONTRADO", "idCrm")
    home = {"idCrm": 2, "logradouro": "RUA DAS ACACIAS", "numero": 12, "cep": "13010-000"}
    same(s.post("/api/InsertEndereco", home).status, 200, "an address that the ficha has")
    new = s.post("/api/InsertEndereco", home | {"numero": 14, "tipo": "COMERCIAL", "cidade": "Campinas", "uf": "SP"})
    same((new.status, s.post("/api/InsertEndereco", home | {"numero": "14"}).json), (201, new.json), "an address")
    fault(s.post("/api/InsertEndereco", home | {"idCrm": 99}), 404, "CLIENTE_NAO_ENCONTRADO", "idCrm")
    phones = [("CELULAR", "987650001", 80), ("Casa", "32345678", 33), ("Celular", "912345678", 70)]
    shown = lambda: [(p["tipo"], p["fone"], p["score"]) for p in s.client("900200")["telefonesDisponiveis"]]  # noqa: E731
    same(shown(), phones, "seen before the base has them")
    code, lines, err = s.work.poll("2026-11-03 10:30")
    same((code, err), (0, ""), "the poll that takes them")
    taken = {f["job"]: (f["file"], f["status"], f["read"], f["rejected"]) for f in lines if "job" in f}
    same(taken["telefones_portal"], ("online:telefone_incluido", "done", 2, 0), "the ledger")
    same(shown(), phones, "and after")
    same(s.base("select ordem, posicao, origem, tipo, ddd, fone, score from telefone where contrato = '900200' and ordem > 100"),
         [(101, 3, "PORTAL", "Celular", "11", "912345678", 70)], "the new phone in the base")
    same(s.base("select ordem, origem, email from email where contrato = '900200' and ordem > 100"), [(101, "PORTAL", "m.exemplo@exemplo.com")], "e-mail")
    same(s.base("select ordem, tipo, numero from endereco where contrato = '900200' and ordem > 100"), [(101, "COMERCIAL", "14")], "address")
    mailing = s.work.target
    sent = b"".join(p.read_bytes() for p in Path(mailing).glob("*.csv")).decode("iso-8859-1")
    same("912345678;70" in sent, True, "the new phone goes to the dialer, with its score")
    code, lines, _ = s.work.poll("2026-11-03 10:31")
    same([f["file"] for f in lines if f.get("file", "").startswith("online:")], [], "nothing is taken twice")
    s.online("insert into telefone_incluido(id_crm, ddd, fone, em) values (77, '11', '912345678', '2026-11-03 10:32:00')")
    code, lines, _ = s.work.poll("2026-11-03 10:33")
    same([(f["rejected"], f["rejects"]) for f in lines if f.get("job") == "telefones_portal"], [(1, {"CLIENTE_NAO_ENCONTRADO": 1})], "a row that is passed")


def check_proposal(s):
    proposal = {"contrato": "900200", "usuario": "ana", "ticketPan": "T-9", "valorProposto": 15230.50, "tipoAcordo": "Quitacao", "qtdParcelas": 3,
                "valorEntrada": 500, "parcelasContratos": [21, 22], "primeiroVencimento": "2026-11-10", "rndRefin": True, "negParcelas": [{"n": 1}],
                "valorComDesc": 12.5, "ofertaMinima": 100.01}
    first = s.post("/api/AtualizarProposta", proposal)
    same(first.status, 201, "made")
    again = s.post("/api/AtualizarProposta", proposal | {"valorProposto": 1})
    same((again.status, again.json), (200, first.json), "the same ticketPan again")
    m = s.client("900200")["mailing"]
    same([m[k] for k in ("datasDePagamento", "resumoPagamento", "qtdParcelas", "valorEntrada", "jornada", "valorAPagar")],
         ["2026-11-10", "Quitação", 3, 500, "jornada1", 15230.5], "the last proposal")
    fault(s.post("/api/AtualizarProposta", proposal | {"contrato": "1"}), 404, "CONTRATO_NAO_ENCONTRADO", "contrato")
    fault(s.post("/api/AtualizarProposta", proposal | {"valorProposto": 1.005}), 422, "VALOR_INVALIDO", "valorProposto")
    fault(s.post("/api/AtualizarProposta", proposal | {"tipoAcordo": "Outro"}), 422, "VALOR_INVALIDO", "tipoAcordo")


def check_workflow(s):
    indication = TABULACAO | {"resultado": 6, "attendanceId": "W-1", "obs": "quer refinanciar"}
    same(s.post("/api/InsertTabulacao", indication).status, 201, "an indication")
    same(s.post("/api/InsertTabulacao", indication | {"attendanceId": "W-2"}).status, 201, "another one")
    items = s.get("/api/Workflow", "bia", status="ABERTO").json["itens"]
    same(len(items), 1, "one open item a contract and result")
    item = items[0]
    wanted = {"status": "ABERTO", "contrato": "900200", "nome": "MARIA EXEMPLO", "cpf": "52998224725", "email": "maria@exemplo.com.br", "prazo": 48,
              "parcelasPagas": 20, "valorParcela": 595.37, "aVencer": 26, "vencidas": 2, "parcelasVencidas": [21, 22], "diasAtraso": 61,
              "marca": "FIAT", "modelo": "UNO", "ano": "2019/2020", "tabulacao": "Indicação ao Refinanciamento", "observacao": "quer refinanciar"}
    same({k: item[k] for k in wanted}, wanted, "an item")
    same((item["telefones"][0]["fone"], item["endereco"]["logradouro"]), ("987650001", "Rua das Acácias"), "its phones and address")
    path = f"/api/Workflow/{item['id']}"
    same(s.get(path, "bia").json, item, "one item")
    fault(s.get("/api/Workflow/999", "bia"), 404, "ITEM_NAO_ENCONTRADO", "id")
    fault(s.post(path + "/status", {"status": "Outro"}, "bia"), 422, "VALOR_INVALIDO", "status")
    fault(s.post("/api/Workflow/999/status", {"status": "Acordo Realizado"}, "bia"), 404, "ITEM_NAO_ENCONTRADO", "id")
    decision = {"status": "Sem condições de Pagamento - Doença", "usuario": "bia", "obs": "internado", "id": 999}
    for _ in range(2):
        a = s.post(path + "/status", decision, "bia")
        same((a.status, a.json), (200, {"id": item["id"], "status": decision["status"]}), "decided")
    same(s.online("select status, usuario, obs from workflow_decisao where id_item = ?", item["id"]), [(decision["status"], "bia", "internado")], "decisions")
    same(s.get("/api/Workflow", "bia", status="ABERTO").json["itens"], [], "open no more")
    same([i["status"] for i in s.get("/api/Workflow", "bia").json["itens"]], [decision["status"]], "all")
    same(s.post("/api/InsertTabulacao", indication).status, 200, "the first call again")
    same(s.get("/api/Workflow", "bia", status="ABERTO").json["itens"], [], "opens nothing")


def event(s, body):
    a = s.post("/api/webhook", body, "bot")
    same(a.status, 200, f"webhook {a.text}")


def attendance(number, **info):
    return {"webhook_type": "attendance", "id": number, "date_entry": "2026-11-03 09:00:00", "date_terminated": "0000-00-00 00:00:00", "channel": "whatsapp",
            "visitor_id": f"V{number}", "reopened": False, "info": info, "custom": {"custom_1": "x"},
            "messages": [{"id": 1, "date_entry": "2026-11-03 09:00:01", "message": "Oi"}, {"id": 2, "message": {"uri": "u", "extension": "ogg", "name": "n"}}],
            "occurrences": [{"id": 5, "group": "g", "occurrence": "o"}]}


def link(s, number):
    return s.online("select vinculo, id_crm from atendimento where attendance_id = ?", str(number))


def check_links(s):
    for body in (attendance(101, crm="2", document="11144477735"), attendance(102, document="529.982.247-25"),
                 attendance(103, whatsapp="5521987650003"), attendance(104, phone="(21) 98765-0003"), attendance(105, mail="jose@EXEMPLO.com.br"),
                 attendance(106, name="ninguém")):
        event(s, body)
        event(s, body)
    same([link(s, n) for n in range(101, 107)], [[("CRM", 2)], [("DOCUMENTO", 2)], [("TELEFONE", 3)], [("TELEFONE", 3)], [("EMAIL", 3)], [(None, None)]],
         "the chain")
    made = s.online("select tipo, id_crm from tabulacao where attendance_id in ('101', '102') order by attendance_id")
    same(made, [("AÇÃO MASSIVA", 2), ("GENÉRICA", 2)], "made outcomes")
    same(s.online("select ordem, message from mensagem where attendance_id = '101' order by ordem"),
         [(1, "Oi"), (2, '{"uri":"u","extension":"ogg","name":"n"}')], "messages, once")
    same(s.online("select occurrence_id, occurrence_group from atendimento_ocorrencia where attendance_id = '101'"), [("5", "g")], "occurrences")
    same(s.online("select date_terminated, reopened, custom_1 from atendimento where attendance_id = '101'"), [(None, "false", "x")], "fields")
    same([r for r in s.online("select tipo, id_evento from sem_vinculo") if r[0] == "attendance"], [("attendance", "106")], "the unlinked")
    event(s, attendance(107, crm="77") | {"occurrences": [{"id": 6, "crm_id": 3}]})
    same(link(s, 107), [("CRM", 3)], "by an occurrence's crm_id")
    before = s.client("900300")["mailing"]["acionamentos"]
    same(s.post("/api/InsertTabulacao", TABULACAO | {"idCrm": 3, "attendanceId": "106"}).status, 201, "the outcome comes later")
    same(link(s, 106), [("TABULACAO", 3)], "and takes the attendance over")
    same(s.post("/api/InsertTabulacao", TABULACAO | {"idCrm": 3, "attendanceId": "101"}).status, 201, "also from another ficha")
    same(s.online("select tipo, id_crm from tabulacao where attendance_id = '101'"), [("AGENTE", 3)], "the made one goes")
    same(s.client("900300")["mailing"]["acionamentos"], before + 2, "each counts once")
    same(s.post("/api/InsertTabulacao", TABULACAO | {"idCrm": 2, "attendanceId": "108"}).status, 201, "the outcome comes first")
    event(s, attendance(108, crm="3"))
    same((link(s, 108), s.online("select tipo from tabulacao where attendance_id = '108'")), ([("TABULACAO", 2)], [("AGENTE",)]), "first of the chain")
    event(s, {"webhook_type": "attendance", "date_entry": "2026-11-03 09:00:00", "info": {"crm": "3"}})
    event(s, {"webhook_type": "attendance", "date_entry": "2026-11-03 09:00:00", "info": {"crm": "3"}})
    same(s.online("select count(*) from atendimento where attendance_id is null"), [(1,)], "without an id the body tells")


def check_events(s):
    event(s, {"webhook_type": "occurrence", "id": 9, "attendance_id": 101, "occurrence": "Promessa", "money": "10.00"})
    event(s, {"webhook_type": "occurrence", "id": 9, "attendance_id": 101, "occurrence": "outra"})
    event(s, {"webhook_type": "visitor", "id": "V101", "city": "Campinas", "lat_long": "1,2"})
    event(s, {"webhook_type": "visitor", "id": "V101", "city": "Outra"})
    days = [{"webhook_type": "resume_users", "date": "2026-11-03", "user_id": 4, "login": "08:00:00", "break": "00:10:00"},
            {"webhook_type": "resume_users", "date": "2026-11-03", "user_id": 5, "login": "08:00:00"}]
    event(s, days)
    event(s, days)
    event(s, {"webhook_type": "resume_users", "resume_users": [{"date": "2026-11-04", "user_id": 4, "login": "08:00:00"}]})
    same(s.online("select date, user_id, break from resumo_usuario order by id"),
         [("2026-11-03", "4", "00:10:00"), ("2026-11-03", "5", None), ("2026-11-04", "4", None)], "users' days")
    event(s, [{"date": "2026-11-05", "user_id": 6}, {"user_name": "ana", "login": "08:00:00"}])
    event(s, [{"user_name": "bia", "login": "08:00:00"}, {"date": "2026-11-05", "user_id": 6}])
    same(s.online("select chave, user_id from resumo_usuario where id > 3 order by id"),
         [("2026-11-05|6|", "6"), ('doc:{"user_name":"ana","login":"08:00:00"}', None), ('doc:{"user_name":"bia","login":"08:00:00"}', None)],
         "without a type it is a user's day, without a date or a user its document tells")
    fault(s.post("/api/webhook", [{"date": "2026-11-05", "user_id": 6}, 7], "bot"), 422, "JSON_INVALIDO")
    event(s, {"webhook_type": "resume_users", "user_name": "eva"})
    same(s.online("select count(*) from resumo_usuario where user_name = 'eva'"), [(1,)], "one alone")
    for other in ({"webhook_type": "hsm", "id": 80}, {"webhook_type": "attendance", "id": 300}, {"webhook_type": "outro"}):
        fault(s.post("/api/webhook", [{"date": "2026-11-06", "user_id": 4}, other], "bot"), 422, "VALOR_INVALIDO", "webhook_type")
    same(s.online("select count(*) from resumo_usuario where date = '2026-11-06'"), [(0,)], "a list with another event is refused, whole")
    w = s.client("900300")["historicoWhatsapp"]
    same((w["ocorrencia"][0]["occurrence"], w["widget"][0]["city"], len(w["ocorrencia"]), len(w["widget"])), ("Promessa", "Campinas", 1, 1), "WhatsApp history")
    same(w["atendimento"][0]["messages"][1]["message"]["uri"], "u", "every field that came")
    event(s, {"webhook_type": "hsm", "id": 70, "status": "error", "destiny": "5521987650003", "date_status": "2026-11-03 10:05:00"})
    event(s, {"webhook_type": "hsm", "id": 71, "status": "delivered", "destiny": "5519987650001", "date_status": "2026-11-03 10:05:00"})
    event(s, {"webhook_type": "hsm", "id": 71, "status": "error", "destiny": "5519987650001", "date_status": "2026-11-03 10:06:00"})
    same([h["id"] for h in s.client("900300")["historicoWhatsapp"]["hsm"]], [70], "hsm by phone")
    code, _, err = s.work.poll("2026-11-03 10:40")
    same((code, err), (0, ""), "the poll that takes them")
    same(s.base("select id, situacao from acao_massiva order by id"), [(1, "FALHOU"), (2, "ENVIADA")], "what became of the messages")
    same(s.base("select contrato, tipo from marcacao order by contrato"),
         [("900200", "Massiva WhatsApp enviada com sucesso"), ("900300", "Massiva WhatsApp enviada sem sucesso")], "their marks")
    fault(s.post("/api/webhook", {"webhook_type": "outro", "id": 1}, "bot"), 422, "REGISTRO_DESCONHECIDO")


CHECKS = (check_client, check_outcome, check_additions, check_proposal, check_workflow, check_links, check_events)


def run(atom, change=None):
    with Served(atom, change) as server:
        for check in CHECKS:
            try:
                check(server)
            except AssertionError as error:
                raise AssertionError(f"{check.__name__}: {error}") from error


def is_missed(atom, path, less):
    try:
        run(atom, lambda home: (home / "jobs" / path.name).write_text(less, encoding="utf-8"))
    except (AssertionError, KeyError, IndexError):
        return True
    return False


def drop(atom, pack):
    found = []
    for path in sorted((pack / "jobs").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        job = tomllib.loads(text)
        if "endpoint" in job or "take" in job:
            found += [(f"{path.stem}/{rule['name']}", path, without_rule(text, n)) for n, rule in enumerate(job.get("rule", []))]
    Seeded.of(atom)
    with ThreadPoolExecutor(2) as pool:
        missed = list(pool.map(lambda rule: is_missed(atom, *rule[1:]), found))
    unnoticed = [name for (name, _, _), is_it in zip(found, missed) if not is_it]
    print(*(f"{name}: no check notices that it is gone" for name in unnoticed), f"{len(found)} rules, {len(unnoticed)} that no check misses", sep="\n")
    return 1 if unnoticed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atom", required=True)
    parser.add_argument("--drop", action="store_true")
    options = parser.parse_args()
    if options.drop:
        return drop(options.atom, Path(__file__).resolve().parent.parent.parent)
    run(options.atom)
    print(f"{len(CHECKS)} checks hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
