-- Outages of subjects as people were last told of them; a subject has one at a time.
create table open_outage (
  agreement text not null,
  subject text not null,
  from_at timestamptz not null,
  primary key (agreement, subject)
);

-- Outages that belong together, and what people did about them. The audit log tells of each change.
create table malfunction (
  id integer generated always as identity primary key,
  origin text not null,
  reference text unique,
  title text,
  account text,
  product text,
  region text,
  level text not null,
  level_by text not null,
  state text not null,
  began_at timestamptz not null,
  opened_at timestamptz not null,
  opened_by text not null,
  respond_by timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  owner text,
  restored_at timestamptz,
  closed_at timestamptz,
  closed_by text,
  cause text,
  impact text,
  resolution text,
  follow_ups text
);
create index malfunction_unclosed on malfunction (id) where state <> 'closed';

-- The outages of a malfunction. They follow from the rounds, which are proved.
create table malfunction_outage (
  malfunction integer not null references malfunction,
  agreement text not null,
  subject text not null,
  account text not null,
  product text not null,
  region text not null,
  targets text[] not null,
  from_at timestamptz not null,
  until_at timestamptz,
  reason text not null,
  primary key (agreement, subject, from_at)
);
create index malfunction_outage_of on malfunction_outage (malfunction);

-- What people wrote into a malfunction's timeline; in the audit log too.
create table malfunction_note (
  id integer generated always as identity primary key,
  malfunction integer not null references malfunction,
  at timestamptz not null,
  author text not null,
  text text not null
);
create trigger append_only before update or delete or truncate on malfunction_note
  for each statement execute function refuse_change();

-- What a channel is told about one thing, from its begin to its end. `accounts`: the only ones that
-- may be told of, null for all. `open_members` are those for whom it is not over yet.
create table thread (
  id integer generated always as identity primary key,
  channel text not null,
  topic text not null,
  about text not null,
  accounts text[],
  open_members text[] not null,
  interval_ms integer not null,
  opened_at timestamptz not null,
  over_at timestamptz,
  escalate_at timestamptz,
  escalate_to text[] not null,
  -- What the channel itself calls it, to answer in the same place, and of which kind it was then.
  reference text,
  reference_kind text
);
create unique index thread_present on thread (channel, about) where over_at is null;
create index thread_about on thread (about);

-- One message to one channel. Waiting ones take up further events until they are due; `body` is what
-- is sent, and stays the same from the first attempt on.
create table message (
  id integer generated always as identity primary key,
  thread integer references thread,
  channel text not null,
  state text not null,
  status text not null,
  events bigint[] not null,
  created_at timestamptz not null,
  due_at timestamptz not null,
  leased_until timestamptz,
  attempts integer not null default 0,
  body text,
  sent_at timestamptz,
  -- No other channel takes it over (again).
  stays boolean not null default false,
  -- The digest that it went into, or the message that it was sent anew as.
  merged_into integer references message
);
create index message_waiting on message (due_at) where state = 'waiting';
create index message_thread on message (thread);
create index message_merged on message (merged_into) where merged_into is not null;

-- Every attempt to deliver a message; `id` is for those who read on after the last one they saw.
create table delivery (
  id bigint generated always as identity unique,
  message integer not null references message,
  attempt integer not null,
  at timestamptz not null,
  channel text not null,
  outcome text not null,
  took_ms integer not null,
  detail text not null,
  primary key (message, attempt)
);
create index delivery_channel on delivery (channel, at);

-- Messages of channels of the kind inbox. `accounts`: who may read it; null for who reads all.
-- `message`: null for a test, which is no message of a thread.
create table letter (
  id integer generated always as identity primary key,
  message integer unique,
  channel text not null,
  at timestamptz not null,
  accounts text[],
  body text not null
);
create table letter_read (
  letter integer not null references letter on delete cascade,
  reader text not null,
  at timestamptz not null,
  primary key (letter, reader)
);

create index event_subject on event (month, agreement, subject, id);
