-- Which part of a latency was what: the phases of one round in five minutes of each chain. They
-- explain and do not count, so they are not part of what is proved.
create table phase_sample (
  chain_id integer not null references chain,
  planned_at timestamptz not null,
  targets integer[] not null,
  -- Of each target the phases resolve, connect, tls, processing, transfer; null where there is none.
  phases_us integer[] not null,
  primary key (chain_id, planned_at)
);
create index phase_sample_at on phase_sample (planned_at);
