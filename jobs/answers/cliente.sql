-- The client's document: a contract each, an ATIVO one first. docs/api.md describes it.
with alvo as materialized (
  select f.* from e join ficha f on f.cpf_cnpj = e.cpf
  union select f.* from e join ficha f on f.id_crm = e.id_crm
  union select f.* from e join ficha f on f.contrato = e.contrato
),
-- what of the portal's additions the base has not taken yet
tomado as materialized (
  select coalesce((select last_id from atom_taken where name = 'take:telefones_portal'), 0) telefone,
    coalesce((select last_id from atom_taken where name = 'take:enderecos_portal'), 0) endereco
),
-- outcomes, dialer results and omnichannel attendances; an attendance that an outcome stands for counts once
historico as materialized (
  select t.contrato, t.em, t.resultado ocorrencia, t.telefone_trabalhado numero, t.usuario, t.id_tipo_canal canal
  from alvo f join tabulacao t on t.contrato = f.contrato
  union all
  select c.contrato, c.data_hora, coalesce(c.desc_negocio, c.desc_telefonia), c.telefone, c.operador, 1
  from alvo f join chamada c on c.contrato = f.contrato
  union all
  select a.contrato, coalesce(a.date_entry, a.em), coalesce(a.occurrence_last, a.status), coalesce(a.info_whatsapp, a.info_phone),
    coalesce(a."user", a.bot_name),
    case when lower(a.channel) like '%whats%' then 5 when lower(a.channel) like '%mail%' then 2 when lower(a.channel) like '%sms%' then 3
      when lower(a.channel) like '%fone%' or lower(a.channel) like '%phone%' then 1 end
  from alvo f join atendimento a on a.contrato = f.contrato
  where not exists (select 1 from tabulacao t where t.attendance_id = a.attendance_id)
),
proposta_atual as materialized (
  select p.* from proposta p where p.id in (select max(x.id) from alvo f join proposta x on x.contrato = f.contrato group by x.contrato)
)
select json_object('clientes', json_group_array(json(cliente)))
from (
  select json_object(
    'mailing', json_object(
      'nome', f.nome, 'cpf', f.cpf_cnpj, 'contrato', f.contrato, 'idCrm', f.id_crm, 'carteira', f.carteira, 'status', f.status,
      'acionamentos', (select count(*) from historico h where h.contrato = f.contrato),
      'boletos', (select count(*) from tabulacao t join resultado_tabulacao r on r.id = t.id_resultado
        where t.contrato = f.contrato and r.envia_boleto = 'S'),
      'valorParcela', decimal_json(f.valor_parcela, 2),
      'datasDePagamento', p.primeiro_vencimento, 'resumoPagamento', p.tipo_acordo, 'qtdParcelas', p.qtd_parcelas,
      'valorEntrada', decimal_json(p.valor_entrada, 2),
      'jornada', case when p.id is null then null when p.rnd_refin = 1 then 'jornada1' else 'jornada2' end,
      'valorAPagar', decimal_json(p.valor_proposto, 2),
      'envioBoleto', (select case t.id_tipo_canal when 1 then 'telefone' when 2 then 'e-mail' when 3 then 'SMS' when 5 then 'WhatsApp' end
        from tabulacao t join resultado_tabulacao r on r.id = t.id_resultado
        where t.contrato = f.contrato and r.envia_boleto = 'S' order by t.id desc limit 1),
      'bemFinanciado', (select json_object('marca', g.marca, 'modelo', g.modelo, 'ano', g.ano_fabricacao || '/' || g.ano_modelo)
        from garantia_veiculo g where g.contrato = f.contrato order by g.sequencia_garantia limit 1)),
    'telefonesDisponiveis', (select json_group_array(json_object('tipo', tipo, 'ddd', ddd, 'fone', fone, 'score', score)) from (
      select 1 parte, t.posicao lugar, coalesce(i.tipo, t.tipo) tipo, t.ddd, t.fone, coalesce(i.score, t.score) score
      from telefone t left join telefone_incluido i on i.id = (select max(n.id) from telefone_incluido n
        where n.id_crm = f.id_crm and n.ddd = t.ddd and n.fone = t.fone and n.id > (select telefone from tomado))
      where t.contrato = f.contrato and t.posicao is not null
      union all
      select 2, max(i.id), i.tipo, i.ddd, i.fone, i.score from telefone_incluido i
      where i.id_crm = f.id_crm and i.id > (select telefone from tomado)
        and not exists (select 1 from telefone t where t.contrato = f.contrato and t.ddd = i.ddd and t.fone = i.fone and t.posicao is not null)
      group by i.ddd, i.fone
      order by 1, 2)),
    'parcelas', (select json_group_array(json_object(
        'contrato', p.contrato, 'numero_parcela', p.numero_parcela, 'qtd_parcelas', p.qtd_parcelas,
        'data_vencimento', p.data_vencimento, 'valor_principal', decimal_json(p.valor_principal, 2),
        'valor_parcela', decimal_json(p.valor_parcela, 2), 'valor_multa', decimal_json(p.valor_multa, 2),
        'valor_mora', decimal_json(p.valor_mora, 2), 'valor_encargos', decimal_json(p.valor_encargos, 2),
        'valor_desconto', decimal_json(p.valor_desconto, 2), 'valor_total', decimal_json(p.valor_total, 2),
        'data_pagamento', p.data_pagamento, 'valor_pago', decimal_json(p.valor_pago, 2), 'situacao', p.situacao,
        'dias_atraso', p.dias_atraso, 'nosso_numero', p.nosso_numero, 'linha_digitavel', p.linha_digitavel, 'carteira', p.carteira))
      from (select * from parcela x where x.contrato = f.contrato order by x.numero_parcela) p),
    'enderecosDisponiveis', (select json_group_array(json_object('tipo', tipo, 'logradouro', logradouro, 'numero', numero,
        'complemento', complemento, 'bairro', bairro, 'cidade', cidade, 'uf', uf, 'cep', cep)) from (
      select 1 parte, d.ordem lugar, d.tipo, d.logradouro, d.numero, d.complemento, d.bairro, d.cidade, d.uf, d.cep
      from endereco d where d.contrato = f.contrato
      union all
      select 2, i.id, i.tipo, i.logradouro, i.numero, i.complemento, i.bairro, i.cidade, i.uf, i.cep
      from endereco_incluido i where i.id_crm = f.id_crm and i.id > (select endereco from tomado)
      order by 1, 2)),
    'historicoAtendimento', (select json_group_array(json_object('dataCadastro', substr(em, 1, 10), 'horario', substr(em, 12, 8),
        'ocorrencia', ocorrencia, 'numeroDiscado', numero, 'telefoneAgendado', null, 'contrato', contrato, 'parcela', null,
        'usuarioCadastro', usuario, 'idTipoCanal', canal))
      from (select * from historico h where h.contrato = f.contrato order by h.em)),
    'garantias', (select json_group_array(json(g)) from (
      select 1 tipo, sequencia_garantia, json_object(
        'tipo_registro', v.tipo_registro, 'contrato', v.contrato, 'cpf_cnpj', v.cpf_cnpj, 'sequencia_garantia', v.sequencia_garantia,
        'tipo_garantia', v.tipo_garantia, 'descricao_garantia', v.descricao_garantia, 'marca', v.marca, 'modelo', v.modelo,
        'versao', v.versao, 'ano_fabricacao', v.ano_fabricacao, 'ano_modelo', v.ano_modelo, 'cor', v.cor,
        'combustivel', v.combustivel, 'placa', v.placa, 'uf_placa', v.uf_placa, 'chassi', v.chassi, 'renavam', v.renavam,
        'valor_bem', decimal_json(v.valor_bem, 2), 'codigo_fipe', v.codigo_fipe, 'observacao', v.observacao) g
      from garantia_veiculo v where v.contrato = f.contrato
      union all
      select 2, sequencia_garantia, json_object(
        'tipo_registro', v.tipo_registro, 'contrato', v.contrato, 'cpf_cnpj', v.cpf_cnpj, 'sequencia_garantia', v.sequencia_garantia,
        'nome_garantidor', v.nome_garantidor, 'cpf_cnpj_garantidor', v.cpf_cnpj_garantidor, 'relacao', v.relacao,
        'email_garantidor', v.email_garantidor)
      from garantia_garantidor v where v.contrato = f.contrato
      union all
      select 3, sequencia_garantia, json_object(
        'tipo_registro', v.tipo_registro, 'contrato', v.contrato, 'cpf_cnpj', v.cpf_cnpj, 'sequencia_garantia', v.sequencia_garantia,
        'logradouro', v.logradouro, 'numero', v.numero, 'complemento', v.complemento, 'bairro', v.bairro, 'cidade', v.cidade,
        'uf', v.uf, 'cep', v.cep, 'referencia', v.referencia)
      from garantia_local v where v.contrato = f.contrato
      order by 1, 2)),
    'dadosRefin', (select json_group_array(json_object(
        'fx_atraso', o.fx_atraso, 'collection', o.collection, 'qtd_parcelas_vencidas', o.qtd_parcelas_vencidas,
        'qtd_parcelas_vencer', o.qtd_parcelas_vencer, 'qtd_parcelas_aberto', o.qtd_parcelas_aberto,
        'plano_original', o.plano_original, 'parcela_original', decimal_json(o.parcela_original, 2),
        'entrada_refin', decimal_json(o.entrada_refin, 2), 'plano_refin', o.plano_refin, 'qtd_parc_refin', o.qtd_parc_refin,
        'parcela_refin', decimal_json(o.parcela_refin, 2), 'total_refinanciado', decimal_json(o.total_refinanciado, 2),
        'juro_mensal', decimal_json(o.juro_mensal, 2), 'cet_anual', decimal_json(o.cet_anual, 2),
        'venc_primeira_parcela', o.venc_primeira_parcela, 'venc_ult_parcela', o.venc_ult_parcela, 'escob', o.escob,
        'prioridade', o.prioridade))
      from (select * from refin x where x.contrato = f.contrato order by x.prioridade, x.linha) o),
    'historicoWhatsapp', json_object(
      'atendimento', (select json_group_array(json(documento)) from (
        select a.documento from atendimento a where a.contrato = f.contrato order by a.id)),
      'widget', (select json_group_array(json(documento)) from (
        select distinct v.id, v.documento from atendimento a join visita v on v.visitor_id = a.visitor_id
        where a.contrato = f.contrato order by v.id)),
      'hsm', (select json_group_array(json(documento)) from (
        select distinct h.id, h.documento from telefone t join hsm h on h.fone = t.fone and h.ddd = t.ddd
        where t.contrato = f.contrato order by h.id)),
      'ocorrencia', (select json_group_array(json(documento)) from (
        select distinct o.id, o.documento from atendimento a join ocorrencia o on o.attendance_id = a.attendance_id
        where a.contrato = f.contrato order by o.id))),
    'historicoMassivoEmail', (select json_group_array(json_object('protocolo', protocolo, 'email', email, 'dataEnvio', data_envio))
      from (select * from historico_massivo_email h where h.cpf = f.cpf_cnpj order by h.data_envio)),
    'historicoMassivoSms', (select json_group_array(json_object('protocolo', protocolo, 'dataEnvio', data_envio, 'telefone', telefone,
        'mensagem', mensagem))
      from (select distinct h.rowid, h.protocolo, h.data_envio, h.telefone, h.mensagem
        from telefone t join historico_massivo_sms h on h.telefone = t.ddd || t.fone where t.contrato = f.contrato order by h.data_envio))
  ) cliente
  from alvo f left join proposta_atual p on p.contrato = f.contrato
  order by f.status <> 'ATIVO', f.id_crm
)
