-- One item of the back office's queue. All of it is read as it is now; only observacao is what the agent wrote then.
-- The columns are those of workflow_list.sql, word for word: SQLite has no view of one base that reads another.
select json_object(
    'id', w.id, 'status', w.status, 'contrato', w.contrato, 'idCrm', w.id_crm, 'nome', f.nome, 'cpf', f.cpf_cnpj,
    'telefones', (select json_group_array(json_object('tipo', tipo, 'ddd', ddd, 'fone', fone, 'score', score))
      from (select t.* from telefone t where t.contrato = w.contrato and t.posicao is not null order by t.posicao)),
    'email', (select m.email from email m where m.contrato = w.contrato and m.email is not null order by m.ordem limit 1),
    'endereco', (select json_object('tipo', d.tipo, 'logradouro', d.logradouro, 'numero', d.numero, 'complemento', d.complemento,
        'bairro', d.bairro, 'cidade', d.cidade, 'uf', d.uf, 'cep', d.cep)
      from endereco d where d.contrato = w.contrato and d.logradouro is not null order by d.ordem limit 1),
    'prazo', r.prazo, 'parcelasPagas', r.qtd_parcelas_pagas, 'valorParcela', decimal_json(f.valor_parcela, 2),
    'aVencer', r.qtd_parcelas_a_vencer, 'vencidas', f.qtd_parcelas_vencidas,
    'parcelasVencidas', (select json_group_array(numero_parcela)
      from (select p.numero_parcela from parcela p
        where p.contrato = w.contrato and p.data_vencimento < :data and p.data_pagamento is null order by p.numero_parcela)),
    'diasAtraso', f.dias_atraso,
    'marca', coalesce(v.marca, r.bem_marca), 'modelo', coalesce(v.modelo, r.bem_modelo),
    'ano', coalesce(v.ano_fabricacao || '/' || v.ano_modelo, r.bem_ano_fabricacao || '/' || r.bem_ano_modelo),
    'tabulacao', w.tabulacao, 'observacao', w.observacao, 'em', w.em, 'usuario', w.usuario, 'obs', w.obs, 'decididoEm', w.decidido_em)
from workflow w join e
  left join ficha f on f.contrato = w.contrato
  left join remessa_assessoria r on r.contrato = w.contrato
  left join garantia_veiculo v on v.contrato = w.contrato
    and v.sequencia_garantia = (select min(g.sequencia_garantia) from garantia_veiculo g where g.contrato = w.contrato)
where w.id = e.id
