-- The fields of layouts/remessa_parcelas.toml; money in cents.
create table parcela(
  contrato text not null,
  numero_parcela integer not null,
  qtd_parcelas integer,
  data_vencimento text,
  valor_principal integer,
  valor_parcela integer,
  valor_multa integer,
  valor_mora integer,
  valor_encargos integer,
  valor_desconto integer,
  valor_total integer,
  data_pagamento text,
  valor_pago integer,
  situacao text,
  dias_atraso integer,
  nosso_numero text,
  linha_digitavel text,
  carteira text,
  arquivo_id integer,
  linha integer,
  primary key (contrato, numero_parcela)
) without rowid;

-- What the agreement files said, also of contracts that are not in the base. One row a contract, date, job and chave,
-- however often the same line comes. Money in cents.
create table acordo(
  contrato text not null,
  data text not null,                    -- the file's
  origem text not null,                  -- the job: acordos, acordos_baixados
  chave text not null,                   -- which movement: agreement, instalment, due date, date, value
  numero_acordo text,
  numero_parcela integer,
  data_vencimento text,
  data_movimento text,
  valor integer,                         -- what was paid, else the instalment
  motivo text,
  tipo_registro text,
  cpf_cnpj text,
  nome text,
  qtd_parcelas_acordo integer,
  data_acordo text,
  data_pagamento text,
  valor_acordo integer,
  valor_parcela integer,
  valor_pago integer,
  valor_desconto integer,
  valor_honorarios integer,
  codigo_baixa text,
  nosso_numero text,
  local_recebimento text,
  cod_assessoria text,
  carteira text,
  sequencial integer,
  cobrador text,
  nome_cobrador text,
  total_divida integer,
  parcelas_negociadas text,
  arquivo_id integer,
  linha integer
);
create unique index acordo_chave on acordo(contrato, data, origem, chave);

-- Refinancing offers, the fields of the bank's file. Money in cents, percentages in hundredths.
create table refin(
  contrato text not null,
  fx_atraso text,
  collection text,
  qtd_parcelas_vencidas integer,
  qtd_parcelas_vencer integer,
  qtd_parcelas_aberto integer,
  plano_original integer,
  parcela_original integer,
  entrada_refin integer,
  plano_refin integer,
  qtd_parc_refin integer,
  parcela_refin integer,
  total_refinanciado integer,
  juro_mensal integer,
  cet_anual integer,
  venc_primeira_parcela text,
  venc_ult_parcela text,
  escob text,
  prioridade integer,
  arquivo_id integer,
  linha integer
);
create index refin_contrato on refin(contrato);
