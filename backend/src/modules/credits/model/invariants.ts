import type { DataSource } from 'typeorm'

/** Each query finds what must not be; its rows name it. */
const forbidden: readonly (readonly [rule: string, sql: string])[] = [
  [
    'a transaction sums to zero, in one class, in two postings or more',
    `select transaction.id, sum(amount), count(amount) from credit_transactions as transaction
     left join credit_postings as posting on transaction_id = transaction.id
     group by transaction.id
     having sum(amount) is distinct from 0 or count(amount) < 2
       or count(distinct posting.class_id) <> 1 or bool_or(posting.class_id <> transaction.class_id)
       or bool_or(posting.time <> transaction.time)`,
  ],
  [
    'a posting is of a transaction',
    `select account_id, sequence from credit_postings
     where transaction_id not in (select id from credit_transactions)`,
  ],
  [
    'no balance is on the wrong side of zero, ever',
    `select account_id, sequence, balance_after from credit_postings
     where case account_kind when 'ISSUANCE' then balance_after > 0 else balance_after < 0 end
     union all
     select id, posting_count, balance from credit_accounts
     where case kind when 'ISSUANCE' then balance > 0 else balance < 0 end`,
  ],
  [
    'a balance is the sum of its postings, which are numbered without gaps and in the order of time',
    `select account.id from credit_accounts as account
     left join credit_postings as posting on account_id = account.id
     group by account.id having balance <> coalesce(sum(amount), 0) or posting_count <> count(amount)
     union all
     select account_id from (
       select account_id, sequence, balance_after, time,
         row_number() over account as expected_sequence,
         sum(amount) over account as expected_balance,
         lag(time) over account as time_before
       from credit_postings window account as (partition by account_id order by sequence)
     ) as posting
     where sequence <> expected_sequence or balance_after <> expected_balance or time <= time_before`,
  ],
  [
    'a transfer is recorded once, when its state says so and not otherwise',
    `select transfer.id, transfer.state, count(transaction.id) from credit_transfers as transfer
     left join credit_transactions as transaction
       on transaction.kind = 'TRANSFER' and reference_kind = 'transfer' and reference_id = transfer.id
     group by transfer.id
     having count(transaction.id) <> case state when 'RECORDED' then 1 else 0 end`,
  ],
  [
    'an open transfer holds its amount, one that has ended holds nothing',
    `select transfer.id, transfer.state, hold.state, hold.amount from credit_transfers as transfer
     left join credit_holds as hold on purpose = 'TRANSFER' and purpose_id = transfer.id
     where case
       when transfer.state in ('ACCEPTED', 'RECOMMENDED_FOR_APPROVAL', 'RECOMMENDED_FOR_REJECTION', 'APPROVED')
         or transfer.state = 'PROPOSED' and direction = 'SELL'
       then (hold.state, hold.amount, hold.organization_id) is distinct from
         ('OPEN', transfer.amount, transfer.seller_id)
       else hold.state = 'OPEN'
         or hold.captured <> case transfer.state when 'RECORDED' then transfer.amount else 0 end
     end`,
  ],
  [
    'what is held is what open holds are for',
    `select account.id, balance from credit_accounts as account where kind = 'HELD' and balance <> (
       select coalesce(sum(amount), 0) from credit_holds as hold
       where hold.organization_id = account.organization_id and hold.class_id = account.class_id
         and state = 'OPEN')`,
  ],
  [
    'only steps of the table were taken',
    `with step as (
       select transfer_id, number, action, state, lag(state) over (partition by transfer_id order by number) as before,
         row_number() over (partition by transfer_id order by number) as position,
         user_id, time, lag(time) over (partition by transfer_id order by number) as time_before
       from credit_transfer_steps
     ), allowed (before, action, state) as (values
       (null, 'propose', 'PROPOSED'),
       ('PROPOSED', 'accept', 'ACCEPTED'), ('PROPOSED', 'refuse', 'REFUSED'),
       ('PROPOSED', 'rescind', 'RESCINDED'), ('PROPOSED', 'expire', 'EXPIRED'),
       ('ACCEPTED', 'rescind', 'RESCINDED'), ('RECOMMENDED_FOR_APPROVAL', 'rescind', 'RESCINDED'),
       ('RECOMMENDED_FOR_REJECTION', 'rescind', 'RESCINDED'),
       ('ACCEPTED', 'recommend approval', 'RECOMMENDED_FOR_APPROVAL'),
       ('ACCEPTED', 'recommend rejection', 'RECOMMENDED_FOR_REJECTION'),
       ('RECOMMENDED_FOR_APPROVAL', 'recommend rejection', 'RECOMMENDED_FOR_REJECTION'),
       ('RECOMMENDED_FOR_REJECTION', 'recommend approval', 'RECOMMENDED_FOR_APPROVAL'),
       ('RECOMMENDED_FOR_APPROVAL', 'approve', 'APPROVED'), ('RECOMMENDED_FOR_APPROVAL', 'decline', 'DECLINED'),
       ('RECOMMENDED_FOR_REJECTION', 'approve', 'APPROVED'), ('RECOMMENDED_FOR_REJECTION', 'decline', 'DECLINED'),
       ('APPROVED', 'record', 'RECORDED'))
     select transfer_id, number, before, action, state from step
     where number <> position or time < time_before or not exists (
       select from allowed where allowed.before is not distinct from step.before
         and allowed.action = step.action and allowed.state = step.state)`,
  ],
  [
    'the last step says where a transfer is',
    `select transfer.id, transfer.state from credit_transfers as transfer
     where state is distinct from (
       select state from credit_transfer_steps where transfer_id = transfer.id order by number desc limit 1)`,
  ],
  [
    'each step is told once: of an approval that records, the record alone',
    `select transfer_id, event, count(*) from (
       select transfer_id, 'transfer_' || case
           when action like 'recommend %' then 'recommended' when action like '%e' then action || 'd'
           else action || 'ed' end as event
       from credit_transfer_steps where action <> 'approve'
     ) as told
     group by transfer_id, event
     having count(*) <> (
       select count(*) from outbox
       where routing_key like 'credits.' || event || '.%' and payload ->> 'transfer' = transfer_id::text)`,
  ],
  [
    'who proposes, accepts, recommends and decides are different people',
    `select one.transfer_id, one.user_id, one.action, other.action
     from credit_transfer_steps as one join credit_transfer_steps as other
       on other.transfer_id = one.transfer_id and other.user_id = one.user_id and other.number > one.number
     where case when one.action like 'recommend %' then 'recommend'
         when one.action in ('propose', 'accept') then one.action else 'nothing' end
       <> case when other.action like 'recommend %' then 'recommend'
         when other.action in ('approve', 'decline') then 'decide'
         when other.action = 'accept' then 'accept' else 'nothing' end
       and (one.action in ('propose', 'accept') or one.action like 'recommend %')
       and (other.action in ('accept', 'approve', 'decline') or other.action like 'recommend %')`,
  ],
  [
    'a booking is approved by another person than the one who drew it up, and booked once',
    `select id, state from credit_bookings
     where state in ('BOOKED', 'DECLINED') and (decider_id is null or decider_id = creator_id)
     union all
     select booking_id, min(transaction_id::text) from credit_booking_rows join credit_bookings on id = booking_id
     group by booking_id, state, kind
     having kind <> 'REVERSAL' and count(transaction_id) <> count(distinct transaction_id) or state <> 'BOOKED' and count(transaction_id) > 0
     union all
     select reference_id, count(*)::text from credit_transactions where reference_kind = 'booking'
     group by reference_id having count(*) > (
       select case kind when 'REVERSAL' then 1 else row_count end from credit_bookings where id = reference_id)`,
  ],
  [
    'a transaction is undone once, by its opposite',
    `select reverses, count(*) from credit_transactions where reverses is not null group by reverses
     having count(*) > 1`,
  ],
  [
    'a request id took effect once',
    `select request_id, count(*) from credit_transfers where request_id is not null
     group by request_id having count(*) > 1
     union all
     select request_id, count(*) from credit_bookings where request_id is not null
     group by request_id having count(*) > 1`,
  ],
  [
    'nothing that is due is left',
    `select id, state from credit_transfers
     where state = 'PROPOSED' and expire_time < now()
       or state = 'APPROVED' and (effective_date is null or effective_date <= (now() at time zone 'UTC')::date)`,
  ],
  ['everything is sealed', `select transaction_id from credit_unsealed`],
  [
    'seals are numbered without gaps, one a transaction',
    `select id from credit_transactions where id not in (select transaction_id from credit_seals)
     union all
     select transaction_id from (
       select transaction_id, number, row_number() over (order by number) as position from credit_seals
     ) as seal where number <> position`,
  ],
  [
    'no transaction is left open',
    `select pid, application_name from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and xact_start < now() - interval '2 s'`,
  ],
]

/** What is not as it must be, after everything. */
export async function findViolations(database: DataSource): Promise<string[]> {
  const violations: string[] = []
  for (const [rule, sql] of forbidden) {
    const found: unknown[] = await database.query(sql)
    if (found.length > 0) violations.push(`not so: ${rule}: ${JSON.stringify(found.slice(0, 5))}`)
  }
  return violations
}
