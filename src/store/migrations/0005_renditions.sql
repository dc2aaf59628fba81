-- The bytes of a closed month's report in one form and language, as they were first made: whoever asks
-- for it later gets the same ones.
create table rendition (
  month text not null,
  account text not null,
  revision integer not null,
  format text not null,
  lang text not null,
  made_at timestamptz not null,
  digest text not null,
  bytes bytea not null,
  primary key (month, account, revision, format, lang),
  foreign key (month, account, revision) references report
);
create trigger append_only before update or delete or truncate on rendition
  for each statement execute function refuse_change();
