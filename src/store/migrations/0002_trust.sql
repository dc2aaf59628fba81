-- A chain's day that its newest seal covers; storing a round takes the mark away.
alter table chain_day add column sealed boolean not null default false;
create index chain_day_unsealed on chain_day (day) where not sealed;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end
$$;

-- Who did what, in order; the hash of an entry covers the one before it.
-- `before` and `after` are canonical JSON: kept as text, which is what the hash covers.
create table audit (
  seq bigint primary key,
  at timestamptz not null,
  actor text not null,
  origin text not null,
  action text not null,
  item text not null,
  before text,
  after text,
  previous_hash bytea not null,
  hash bytea not null
);
create index audit_item on audit (item, seq);
create trigger append_only before update or delete or truncate on audit
  for each statement execute function refuse_change();

-- People and programs. Named app_user because `user` is a word of SQL. `created_by` is who gave
-- the access, as the audit log names them: nobody approves by a token what they proposed.
create table app_user (
  name text primary key,
  role text not null,
  accounts text[] not null default '{}',
  password_hash text not null,
  created_by text not null,
  created_at timestamptz not null,
  disabled_at timestamptz
);

-- Only the SHA-256 of a token is kept: 256 random bits need no slow hash.
create table token (
  name text primary key,
  role text not null,
  accounts text[] not null default '{}',
  hash bytea not null unique,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);

-- A login. Its role is that of its user at the time of the request.
create table session (
  hash bytea primary key,
  user_name text not null references app_user on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

-- Intervals that the provider is not held to, once approved. `scope` and `recurrence` are
-- canonical JSON; a recurring one is as long as its first occurrence, in wall time.
create table exclusion (
  id integer generated always as identity primary key,
  kind text not null,
  scope text not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  recurrence text,
  reason text not null,
  evidence text not null,
  state text not null,
  proposed_by text not null,
  proposed_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  note text
);

-- Something that people are told of; `key` makes it once. The outbox of the alerts. Chained like
-- the audit log.
create table event (
  id bigint primary key,
  at timestamptz not null,
  kind text not null,
  key text not null unique,
  month text,
  account text,
  product text,
  region text,
  agreement text,
  subject text,
  data text not null,
  previous_hash bytea not null,
  hash bytea not null
);
create trigger append_only before update or delete or truncate on event
  for each statement execute function refuse_change();

-- The state of each subject of a running month, as it was last told.
create table subject_state (
  month text not null,
  agreement text not null,
  subject text not null,
  state text not null,
  since timestamptz not null,
  changes integer not null,
  primary key (month, agreement, subject)
);

-- A UTC day's rounds, sealed: the Merkle root over its chains. Rounds that came later make the
-- next revision. `chains` is canonical JSON, and what `root` covers; `hash` covers the root, the
-- rest of the row and the hash of the seal made before, so that no seal can be changed alone.
create table seal (
  day integer not null,
  revision integer not null,
  seq bigint not null unique,
  sealed_at timestamptz not null,
  rounds integer not null,
  chains text not null,
  root bytea not null,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (day, revision)
);
create trigger append_only before update or delete or truncate on seal
  for each statement execute function refuse_change();

-- What a place outside answered that was given a seal; `name` is the id in the configuration.
create table anchor (
  day integer not null,
  revision integer not null,
  name text not null,
  kind text not null,
  at timestamptz not null,
  receipt bytea not null,
  primary key (day, revision, name),
  foreign key (day, revision) references seal
);
create trigger append_only before update or delete or truncate on anchor
  for each statement execute function refuse_change();

-- Public keys, also those that sign no longer. Raw Ed25519 as base64url; the id is its digest.
create table signing_key (
  id text primary key,
  public_key text not null,
  created_at timestamptz not null
);

-- Closed months as they were signed. `account` is empty for the report of all accounts.
-- `body` and `inputs` are canonical JSON, to the byte what digests and signature cover.
create table report (
  month text not null,
  account text not null,
  revision integer not null,
  closed_at timestamptz not null,
  closed_by text not null,
  reason text not null,
  body text not null,
  inputs text not null,
  primary key (month, account, revision)
);
create trigger append_only before update or delete or truncate on report
  for each statement execute function refuse_change();

-- What a closed month rests on, in the interval that its figures reach over: while `basis` is the
-- same, so is the report.
create table closing (
  month text primary key,
  basis text not null,
  from_at timestamptz not null,
  until_at timestamptz not null
);

-- What becomes of a credit that is owed. `id` is its address: a group's id has slashes.
-- Amounts are numeric without places: minor units of a large group may go beyond 2^63.
create table claim (
  id integer generated always as identity unique,
  month text not null,
  agreement text not null,
  subject text not null,
  account text not null,
  product text not null,
  revision integer not null,
  state text not null,
  percent numeric not null,
  amount_minor numeric,
  currency text not null,
  claim_from timestamptz not null,
  claim_until timestamptz not null,
  reference text,
  submitted_on date,
  credited_minor numeric,
  refusal text,
  note text,
  primary key (month, account, agreement, subject)
);
