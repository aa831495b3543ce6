-- What the export discagem would hold now: the active fichas with a usable phone.
-- Ten joins on a stored place, each a seek on the primary key of telefone: for one ficha as quick as for all. Places have no gaps, so
-- each join starts from the one before it and stops where the phones do.
create view mailing as
select f.id_crm, f.contrato, f.cpf_cnpj, f.nome, f.carteira, f.produto, f.dias_atraso, f.qtd_parcelas_vencidas,
  f.valor_parcela, f.valor_atraso, f.uf,
  case when exists (select 1 from refin r where r.contrato = f.contrato) then 'S' else 'N' end refin,
  t1.tipo tipo1, t1.ddd ddd1, t1.fone fone1, t1.score score1,
  t2.tipo tipo2, t2.ddd ddd2, t2.fone fone2, t2.score score2,
  t3.tipo tipo3, t3.ddd ddd3, t3.fone fone3, t3.score score3,
  t4.tipo tipo4, t4.ddd ddd4, t4.fone fone4, t4.score score4,
  t5.tipo tipo5, t5.ddd ddd5, t5.fone fone5, t5.score score5,
  t6.tipo tipo6, t6.ddd ddd6, t6.fone fone6, t6.score score6,
  t7.tipo tipo7, t7.ddd ddd7, t7.fone fone7, t7.score score7,
  t8.tipo tipo8, t8.ddd ddd8, t8.fone fone8, t8.score score8,
  t9.tipo tipo9, t9.ddd ddd9, t9.fone fone9, t9.score score9,
  t10.tipo tipo10, t10.ddd ddd10, t10.fone fone10, t10.score score10
from ficha f
join telefone t1 on t1.contrato = f.contrato and t1.posicao = 1
left join telefone t2 on t2.contrato = t1.contrato and t2.posicao = 2
left join telefone t3 on t3.contrato = t2.contrato and t3.posicao = 3
left join telefone t4 on t4.contrato = t3.contrato and t4.posicao = 4
left join telefone t5 on t5.contrato = t4.contrato and t5.posicao = 5
left join telefone t6 on t6.contrato = t5.contrato and t6.posicao = 6
left join telefone t7 on t7.contrato = t6.contrato and t7.posicao = 7
left join telefone t8 on t8.contrato = t7.contrato and t8.posicao = 8
left join telefone t9 on t9.contrato = t8.contrato and t9.posicao = 9
left join telefone t10 on t10.contrato = t9.contrato and t10.posicao = 10
where f.status = 'ATIVO';
