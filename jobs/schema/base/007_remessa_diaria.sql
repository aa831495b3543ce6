-- What each day's remessa asks of all its lines, in an index of the few that it may find.

-- Who was closed or taken back, by the day (rule arquivo-anterior).
create index ficha_fechada on ficha(status_desde, contrato) where status in ('RETIRADO', 'TODOS CONTRATOS BAIXADOS');
-- Phones that no remessa brought (rule demais-telefones-depois).
create index telefone_demais on telefone(contrato, ordem) where ordem > 100;
