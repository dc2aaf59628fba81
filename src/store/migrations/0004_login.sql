-- Who logs in at an identity provider has no password here; issuer and subject say who it is, since
-- the name there may be given to another.
alter table app_user alter column password_hash drop not null;
alter table app_user
  add column issuer text,
  add column subject text,
  add constraint app_user_identity unique (issuer, subject),
  add constraint app_user_some_way_in check (
    (password_hash is not null or issuer is not null) and (issuer is null) = (subject is null)
  );

-- What people recognise a login of theirs by, and what the provider is shown when it ends.
alter table session
  add column id integer generated always as identity unique,
  add column origin text not null default '',
  add column agent text not null default '',
  add column id_token text;
