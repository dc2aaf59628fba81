-- Mails of closed months' reports to the contacts of their accounts, at most one a revision. A newer
-- revision replaces one that waits.
create table report_mail (
  id integer generated always as identity primary key,
  month text not null,
  account text not null,
  revision integer not null,
  -- 'waiting', 'sent', 'failed' or 'replaced'.
  state text not null,
  -- When the first revision came that no mail has told of.
  waiting_since timestamptz not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  first_attempt_at timestamptz,
  leased_until timestamptz,
  -- The server refused it as too large: what is tried next has the link alone.
  link_alone boolean not null default false,
  -- Given before the first attempt and the same ever after, so that servers drop what comes twice.
  message_id text,
  sent_at timestamptz,
  -- What the server took: for whom, for whom not, and the digest of each file by its name, as JSON.
  contacts text[] not null default '{}',
  refused text[] not null default '{}',
  files text not null default '{}',
  -- What became of the last attempt.
  detail text not null default '',
  unique (month, account, revision),
  foreign key (month, account, revision) references report
);
create index report_mail_waiting on report_mail (due_at) where state = 'waiting';
