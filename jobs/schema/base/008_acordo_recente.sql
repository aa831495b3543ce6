-- The agreements of the last days, which each remessa asks for (rule bloqueio-parcial of jobs/remessa.toml).
create index acordo_data on acordo(data, contrato);
