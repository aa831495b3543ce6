-- Collateral, the fields of the three records of layouts/remessa_garantias.toml; money in cents.
create table garantia_veiculo(
  tipo_registro text,
  contrato text not null,
  cpf_cnpj text,
  sequencia_garantia integer not null,
  tipo_garantia text,
  descricao_garantia text,
  marca text,
  modelo text,
  versao text,
  ano_fabricacao integer,
  ano_modelo integer,
  cor text,
  combustivel text,
  placa text,
  uf_placa text,
  chassi text,
  renavam text,
  valor_bem integer,
  codigo_fipe text,
  observacao text,
  arquivo_id integer,
  linha integer,
  primary key (contrato, sequencia_garantia)
) without rowid;

create table garantia_garantidor(
  tipo_registro text,
  contrato text not null,
  cpf_cnpj text,
  sequencia_garantia integer not null,
  nome_garantidor text,
  cpf_cnpj_garantidor text,
  relacao text,
  email_garantidor text,
  arquivo_id integer,
  linha integer,
  primary key (contrato, sequencia_garantia)
) without rowid;

create table garantia_local(
  tipo_registro text,
  contrato text not null,
  cpf_cnpj text,
  sequencia_garantia integer not null,
  logradouro text,
  numero text,
  complemento text,
  bairro text,
  cidade text,
  uf text,
  cep text,
  referencia text,
  arquivo_id integer,
  linha integer,
  primary key (contrato, sequencia_garantia)
) without rowid;
