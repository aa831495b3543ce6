-- Who was closed or taken back, by the day: what a remessa asks of its lines, all at once (rule arquivo-anterior).
create index ficha_fechada on ficha(status_desde, contrato) where status in ('RETIRADO', 'TODOS CONTRATOS BAIXADOS');
