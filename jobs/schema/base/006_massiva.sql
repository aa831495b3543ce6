-- Mass actions (WhatsApp, e-mail, SMS), the dialer's results, and the results that agents choose from.

-- Finding fichas by document and by phone: massiva_email, massiva_sms. Partial, so that no query scans one in place of its table: the
-- mailing would come in the order of the numbers.
create index ficha_cpf_cnpj on ficha(cpf_cnpj) where cpf_cnpj is not null;
create index telefone_numero on telefone(fone, ddd) where fone is not null;

-- One row a message: the same contract, number and jornada on one date is one message, however often it comes.
create table acao_massiva(
  id integer primary key,
  contrato text not null,
  numero text not null,                  -- area code and number, 10 or 11 digits
  nome text not null,
  jornada text not null,                 -- jornada1, jornada2
  data text not null,                    -- the file's: the message goes out on this date or never
  situacao text not null default 'PENDENTE',   -- PENDENTE, ENVIANDO, ENVIADA, FALHOU, INCERTA
  motivo text,                           -- why it is FALHOU or INCERTA
  http integer,                          -- the platform's status
  resposta text,                         -- and what it said
  situacao_em text,                      -- since when it is so; none = since the file
  arquivo_id integer,
  linha integer
);
create unique index acao_massiva_mensagem on acao_massiva(contrato, numero, jornada, data);
create index acao_massiva_pendente on acao_massiva(data) where situacao = 'PENDENTE';
create index acao_massiva_numero on acao_massiva(numero);

-- The platform's template by jornada. template_id comes from the platform, where the texts are registered; {{1}} is the client's name.
-- While it is null the messages stay PENDENTE: update template_hsm set template_id = … where jornada = …
create table template_hsm(
  jornada text primary key,
  template_id integer,
  texto text not null
);
insert into template_hsm(jornada, texto) values
  ('jornada1', 'Olá, {{1}}! Temos uma condição especial para renegociar o financiamento do seu veículo: sem multa, com entrada baixa, parcelas menores e prazo maior. Quer conhecer a proposta? Responda SIM.'),
  ('jornada2', 'Olá, {{1}}! O financiamento do seu veículo tem parcelas em aberto, e podemos ajudar você a pagá-las. Quer receber o boleto das parcelas em aberto? Responda SIM.');

-- What was done about a contract outside of calls; one row a line of the file and contract.
create table marcacao(
  contrato text not null,
  tipo text not null,                    -- Ação Massiva – Email, Ação Massiva – SMS, Massiva WhatsApp enviada com sucesso, … sem sucesso
  em text not null,                      -- e-mail, SMS: the day of sending; WhatsApp: the moment of the answer
  detalhe text,
  arquivo_id integer,
  linha integer
);
create index marcacao_contrato on marcacao(contrato);
create index marcacao_arquivo on marcacao(arquivo_id, linha);

-- The files' fields.
create table historico_massivo_email(
  protocolo text,
  cpf text not null,
  email text,
  data_envio text,
  arquivo_id integer,
  linha integer
);
create index historico_massivo_email_cpf on historico_massivo_email(cpf);

create table historico_massivo_sms(
  protocolo text,
  telefone text not null,                -- area code and number
  mensagem text,
  data_envio text,
  arquivo_id integer,
  linha integer
);
create index historico_massivo_sms_telefone on historico_massivo_sms(telefone);

-- The dialer's calls: what the telephony said, and what the operator did.
create table chamada(
  id_chamada text primary key,
  id_crm integer,
  contrato text not null,
  telefone text,
  data_hora text,
  status_telefonia text,
  desc_telefonia text,
  status_negocio text,
  desc_negocio text,
  duracao_seg integer,
  operador text,
  arquivo_id integer,
  linha integer
);
create index chamada_contrato on chamada(contrato);

-- What an agent may record of a contact. workflow S: the ficha goes to the back office's queue.
create table resultado_tabulacao(
  id integer primary key,
  id_campanha integer not null references campanha(id),
  grupo text not null,
  texto text not null,
  workflow text not null default 'N',    -- S, N
  envia_boleto text not null default 'N' -- S, N
);
insert into resultado_tabulacao(id, id_campanha, grupo, texto, workflow, envia_boleto) values
  (1, 1, 'Acordo', 'Acordo Fechado - Quitação', 'N', 'S'),
  (2, 1, 'Acordo', 'Acordo Fechado - Parcelas em Atraso', 'N', 'S'),
  (3, 1, 'Acordo', 'Acordo Fechado - Pagamento Parcial', 'N', 'S'),
  (4, 1, 'Acordo', 'Segunda Via de Boleto', 'N', 'S'),
  (5, 1, 'Acordo', 'Promessa de Pagamento', 'N', 'N'),
  (6, 1, 'Back-office', 'Indicação ao Refinanciamento', 'S', 'N'),
  (7, 1, 'Back-office', 'Indicação de EA', 'S', 'N'),
  (8, 1, 'Negociação', 'Proposta em Análise pelo Cliente', 'N', 'N'),
  (9, 1, 'Negociação', 'Agendamento de Retorno', 'N', 'N'),
  (10, 1, 'Negociação', 'Recusa Negociar', 'N', 'N'),
  (11, 1, 'Negociação', 'Sem Condições de Pagamento', 'N', 'N'),
  (12, 1, 'Contato', 'Alega Pagamento', 'N', 'N'),
  (13, 1, 'Contato', 'Contestação da Dívida', 'N', 'N'),
  (14, 1, 'Contato', 'Cliente Falecido', 'N', 'N'),
  (15, 1, 'Contato', 'Processo Judicial', 'N', 'N'),
  (16, 1, 'Contato', 'Recado com Terceiro', 'N', 'N'),
  (17, 1, 'Sem Contato', 'Número Errado', 'N', 'N'),
  (18, 1, 'Sem Contato', 'Não Atende', 'N', 'N'),
  (19, 1, 'Sem Contato', 'Ocupado', 'N', 'N'),
  (20, 1, 'Sem Contato', 'Caixa Postal', 'N', 'N'),
  (21, 1, 'Sem Contato', 'Ligação Caiu', 'N', 'N');
