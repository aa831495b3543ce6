-- The base that the jobs keep and that analysts query. Rows that a file made name it: arquivo_id, linha.

create table campanha(
  id integer primary key,
  nome text not null
);
insert into campanha(id, nome) values (1, 'VEICULOS');

-- One contract. arquivo_id and linha name what wrote the row last; status_… what set the status and its date.
create table ficha(
  id_crm integer primary key,
  id_campanha integer not null references campanha(id),
  contrato text not null unique,
  cpf_cnpj text,
  nome text,
  status text not null,                  -- ATIVO, BLOQUEIO PARCIAL, TODOS CONTRATOS BAIXADOS, RETIRADO
  status_desde text not null,
  status_arquivo_id integer,
  status_linha integer,
  status_regra text,
  carteira text,
  produto text,
  dias_atraso integer,
  qtd_parcelas_vencidas integer,
  valor_parcela integer,                 -- cents
  valor_atraso integer,                  -- cents
  uf text,                               -- of the residential address
  arquivo_id integer,
  linha integer
);

-- Every change of a ficha's status, and of the date of a block; in order of rowid.
create table ficha_status(
  contrato text not null,
  status text not null,
  desde text not null,
  regra text,
  arquivo_id integer,
  linha integer
);
create index ficha_status_contrato on ficha_status(contrato);

-- ordem: 1 to 8 the remessa's field; all others from 101 on, as they came, never reused.
-- posicao: the place in the mailing, 1… without gaps; none = not usable, or the number stands further up already.
create table telefone(
  contrato text not null,
  ordem integer not null,
  origem text not null,                  -- REMESSA, ENRIQUECIMENTO
  posicao integer,
  tipo text,
  ddd text,
  fone text,                             -- without the area code
  score integer,
  n_enriquecimento integer,              -- the n of "Enriquecimento <n>"
  arquivo_id integer,
  linha integer,
  primary key (contrato, ordem)
) without rowid;

-- ordem: 1 to 4 the remessa's, all others from 101 on.
create table endereco(
  contrato text not null,
  ordem integer not null,
  origem text not null,
  tipo text,
  logradouro text,
  numero text,
  complemento text,
  bairro text,
  cidade text,
  uf text,
  cep text,
  arquivo_id integer,
  linha integer,
  primary key (contrato, ordem)
) without rowid;

-- ordem: 1 to 3 the remessa's, all others from 101 on.
create table email(
  contrato text not null,
  ordem integer not null,
  origem text not null,
  tipo text,
  email text,
  arquivo_id integer,
  linha integer,
  primary key (contrato, ordem)
) without rowid;
