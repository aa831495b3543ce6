-- The omnichannel platform's events: every field, and the document whole. chave is the event's id, else its document: so each is entered once.
-- What ties an attendance to a ficha is in `vinculo`: TABULACAO, CRM, DOCUMENTO, TELEFONE, EMAIL; none = it is in the view sem_vinculo.

create table atendimento(
  id integer primary key, chave text not null unique, attendance_id text, id_crm integer, contrato text, vinculo text,
  origin text, protocol text, visitor_id text, bot_name text, bot_name_origin text, date_entry text, date_attendance text,
  date_terminated_robot text, date_attendance_human text, date_terminated text, count_return_robot text, status_id text, status text,
  status_date text, channel text, "user" text, user_name text, user_code text, reopened text, occurrence_group_last text, occurrence_last text,
  occurrence_manifestation_last text, occurrence_money_last text, occurrence_success text, nps_stage text, nps_point text, recording_uri text,
  sla_time text, sla_time_executed text, info_document text, info_facebook text, info_mail text, info_name text, info_phone text,
  info_picture text, info_telegram text, info_whatsapp text, info_crm text, info_form text, custom_1 text, custom_2 text, custom_3 text,
  custom_4 text, custom_5 text, em text not null, documento text not null
);
create index atendimento_attendance on atendimento(attendance_id) where attendance_id is not null;
create index atendimento_contrato on atendimento(contrato) where contrato is not null;
create index atendimento_visitor on atendimento(visitor_id) where visitor_id is not null;

-- An attendance's messages and occurrences, in its order.
create table mensagem(
  id integer primary key, id_atendimento integer not null, ordem integer not null, attendance_id text, message_id text, date_entry text,
  origin text, channel text, type text, message text, status text
);
create unique index mensagem_chave on mensagem(id_atendimento, ordem);
create table atendimento_ocorrencia(
  id integer primary key, id_atendimento integer not null, ordem integer not null, attendance_id text, occurrence_id text, cpc text, cpca text,
  money text, success text, date_entry text, occurrence_group text, occurrence text, crm_id text, manifestation text, schedule_date text
);
create unique index atendimento_ocorrencia_chave on atendimento_ocorrencia(id_atendimento, ordem);

create table ocorrencia(
  id integer primary key, chave text not null unique, occurrence_id text, attendance_id text, date_entry text, "user" text, bot_name text,
  channel text, occurrence_group text, occurrence text, manifestation text, money text, cpc text, cpca text, success text, em text not null,
  documento text not null
);
create index ocorrencia_attendance on ocorrencia(attendance_id) where attendance_id is not null;

create table visita(
  id integer primary key, chave text not null unique, visitor_id text, ip text, so text, city text, browser text, country text, bot_name text,
  lat_long text, reference text, date_entry text, em text not null, documento text not null
);
create index visita_visitor on visita(visitor_id) where visitor_id is not null;

-- What became of a template message; ddd and fone are those of destiny. Taken into the base by retorno_hsm.
create table hsm(
  id integer primary key, chave text not null unique, hsm_id text, status text, channel text, destiny text, ddd text, fone text, bot_name text,
  date_entry text, parameters text, date_status text, template_id text, em text not null, documento text not null
);
create index hsm_numero on hsm(fone, ddd) where fone is not null;

-- A user's day on the platform.
create table resumo_usuario(
  id integer primary key, chave text not null unique, date text, user_id text, user_name text, "user" text, login text, logout text, journey text,
  available text, unavailable text, "break" text, em text not null, documento text not null
);

-- The log of the unlinked: events that no ficha could be found for, as it stands now.
create view sem_vinculo as
select 'attendance' tipo, a.attendance_id id_evento, a.em, a.documento from atendimento a where a.contrato is null
union all
select 'occurrence', o.occurrence_id, o.em, o.documento from ocorrencia o
where not exists (select 1 from atendimento a where a.attendance_id = o.attendance_id and a.contrato is not null)
union all
select 'visitor', v.visitor_id, v.em, v.documento from visita v
where not exists (select 1 from atendimento a where a.visitor_id = v.visitor_id and a.contrato is not null);
