-- What comes over HTTP (docs/api.md). id is the row's; what the base needs of it is taken by jobs, in order of id.

-- An agent's outcome of a contact; and, while none is known, what stands for an omnichannel attendance that was tied to a ficha.
create table tabulacao(
  id integer primary key,
  id_crm integer not null,
  contrato text not null,
  tipo text not null,                    -- AGENTE, AÇÃO MASSIVA, GENÉRICA
  id_campanha integer,
  id_resultado integer,
  resultado text not null,
  telefone_trabalhado text,
  usuario text,
  id_tipo_canal integer,                 -- 1 telefone, 2 e-mail, 3 SMS, 5 WhatsApp
  obs text,
  attendance_id text,
  protocolo text,
  ticket_id text,
  inicio text,                           -- dataInicioAtendimento; '' = none, so that it can be part of a key
  em text not null,
  quem text
);
create unique index tabulacao_chave on tabulacao(id_crm, attendance_id, id_resultado, inicio);
create index tabulacao_attendance on tabulacao(attendance_id) where attendance_id is not null;
create index tabulacao_contrato on tabulacao(contrato);

create table proposta(
  id integer primary key,
  contrato text not null,
  ticket_pan text,
  parcela text,
  usuario text,
  attendance_id text,
  valor_proposto integer,                -- money in cents, percentages in hundredths
  tipo_acordo text,                      -- Quitação, Parcial, TotaisEmAtraso
  qtd_parcelas integer,
  valor_entrada integer,
  valor_honorario integer,
  parcelas_contratos text,               -- JSON
  primeiro_vencimento text,
  negociacao_entrega_amigavel text,
  rnd_refin integer,                     -- 1: jornada1
  neg_parcelas text,                     -- JSON
  valor_sem_desc integer,
  valor_com_desc integer,
  oferta_minima integer,
  divida_atraso integer,
  divida_prazo integer,
  divida_parcelas_pagas integer,
  divida_parcelas_venc integer,
  dividas_a_vencer integer,
  em text not null,
  quem text
);
create unique index proposta_chave on proposta(ticket_pan, contrato);
create index proposta_contrato on proposta(contrato);

-- The portal's additions, taken into the base by telefones_portal, emails_portal and enderecos_portal.
create table telefone_incluido(
  id integer primary key, id_crm integer not null, ddd text not null, fone text not null, tipo text, score integer, em text not null, quem text
);
create index telefone_incluido_numero on telefone_incluido(id_crm, fone, ddd);
create table email_incluido(
  id integer primary key, id_crm integer not null, email text not null, em text not null, quem text
);
create unique index email_incluido_chave on email_incluido(id_crm, email);
create table endereco_incluido(
  id integer primary key, id_crm integer not null, chave text not null, tipo text, logradouro text, numero text, complemento text, bairro text,
  cidade text, uf text, cep text, em text not null, quem text
);
create unique index endereco_incluido_chave on endereco_incluido(id_crm, chave);

-- The back office's queue: an open item a contract and result.
create table workflow(
  id integer primary key,
  contrato text not null,
  id_crm integer not null,
  id_resultado integer not null,
  tabulacao text not null,               -- the result's text
  observacao text,
  status text not null,                  -- ABERTO, then what the analyst decided
  usuario text,                          -- who decided
  obs text,
  em text not null,
  decidido_em text
);
create unique index workflow_aberto on workflow(contrato, id_resultado) where status = 'ABERTO';
create table workflow_decisao(
  id integer primary key, id_item integer not null, status text not null, usuario text, obs text, em text not null, quem text
);
create index workflow_decisao_item on workflow_decisao(id_item);
