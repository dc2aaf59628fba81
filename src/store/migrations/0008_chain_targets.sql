-- Which chains have ever held a target: its results are looked for in no other. Written before the
-- first round that needs it, so that no result is missed; a row too many does no harm.
create table chain_target (
  target_id integer not null references target,
  chain_id integer not null references chain,
  primary key (target_id, chain_id)
);

insert into chain_target (target_id, chain_id)
select distinct unnest(targets), chain_id
from (select distinct chain_id, targets from round) as held;
