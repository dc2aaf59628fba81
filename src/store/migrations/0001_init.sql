-- Small integers handed out once; rounds and days hold these instead of names.
create table target (
  id integer generated always as identity primary key,
  name text not null unique
);

create table vantage (
  id smallint generated always as identity primary key,
  name text not null unique
);

-- The head of the hash chain of one vantage and shard.
create table chain (
  id integer generated always as identity primary key,
  vantage_id smallint not null references vantage,
  shard text not null,
  seq bigint not null default 0,
  hash bytea not null default '',
  unique (vantage_id, shard)
);

-- Evidence. One row is what one vantage saw of one shard at one planned instant.
-- `id` is the order of storing: of two results for one target, vantage and planned
-- instant the one stored first counts.
create table round (
  id bigint generated always as identity,
  chain_id integer not null,
  planned_at timestamptz not null,
  seq bigint not null,
  stored_at timestamptz not null,
  targets integer[] not null,
  outcomes text not null,
  offsets_ms integer[] not null,
  latencies_us integer[] not null,
  details jsonb,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (chain_id, planned_at)
) partition by range (planned_at);

-- Rounds of one chain planned in one UTC day: how many, and the hash of the one stored last.
create table chain_day (
  chain_id integer not null references chain,
  day integer not null,
  rounds integer not null,
  hash bytea not null,
  primary key (chain_id, day)
);

-- Minutes whose rounds changed since they were last derived.
create table unsettled (
  vantage_id smallint not null references vantage,
  minute integer not null,
  marks integer not null default 1,
  primary key (vantage_id, minute)
);

-- Derived: the counts by minute of up to 128 targets on one UTC day, run-length coded.
-- `day` counts days since the Unix epoch; `block` is the target's id divided by 128.
create table day (
  vantage_id smallint not null references vantage,
  block integer not null,
  day integer not null,
  counts bytea not null,
  primary key (day, vantage_id, block)
) with (fillfactor = 70);

-- One row: how far minutes are settled, and how often minutes were derived: while neither
-- changes, no figure does.
create table progress (
  only_row boolean primary key default true check (only_row),
  settled_until timestamptz not null,
  derivations bigint not null default 0
);

-- Small facts the service remembers across starts, by name.
create table memo (
  name text primary key,
  value text not null
);
