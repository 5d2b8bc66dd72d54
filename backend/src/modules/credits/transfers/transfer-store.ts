import { type AttachedFileJson, attachedFileJson, attachedFileOf } from '../attachments/index.ts'
import { type Database, rows } from '../sql.ts'
import type {
  Attachment,
  NewTransfer,
  Signature,
  TradeCategory,
  TransferComment,
  TransferDirection,
  TransferRecord,
  TransferStep,
} from './transfer.ts'
import { type TransferAction, type TransferState, waitingStates } from './transfer-state.ts'

type AttachmentJson = { display_name: string } & ({ url: string } | { file: AttachedFileJson })

interface TransferRow {
  id: string
  direction: TransferDirection
  seller_id: string
  buyer_id: string
  class_id: string
  amount: string
  price_per_credit_micros: string
  currency_code: string
  category: TradeCategory
  effective_date: string | null
  expire_time: Date
  attachments: AttachmentJson[]
  state: TransferState
  proposer_id: string
  accepter_id: string | null
  recommender_ids: string[]
  decider_id: string | null
  create_time: Date
  accept_time: Date | null
  record_time: Date | null
  update_time: Date
  public_update_time: Date
  step_count: number
  public_step_count: number
  read_time: string
  is_past_expiry: boolean
  is_past_effective_date: boolean
  is_class_expired: boolean
  position: string
}

/** Of a moment, not of now(): whoever waited for the row judges it by the time at which it was given. */
const columns = `transfer.id, direction, seller_id, buyer_id, class_id, amount, price_per_credit_micros, currency_code,
  category, effective_date::text as effective_date, transfer.expire_time, attachments, transfer.state, proposer_id,
  accepter_id, recommender_ids, decider_id, transfer.create_time, accept_time, record_time, update_time,
  public_update_time, step_count, public_step_count,
  moment.time::text as read_time, transfer.expire_time <= moment.time as is_past_expiry,
  coalesce(effective_date <= (moment.time at time zone 'UTC')::date, true) as is_past_effective_date,
  coalesce(credit_classes.expire_time <= moment.time, false) as is_class_expired`

const moment = `cross join (select clock_timestamp() as time) as moment`

const from = `from credit_transfers as transfer join credit_classes on credit_classes.id = transfer.class_id ${moment}`

function transferOf(row: TransferRow): TransferRecord {
  return {
    id: row.id,
    direction: row.direction,
    sellerId: row.seller_id,
    buyerId: row.buyer_id,
    classId: row.class_id,
    amount: BigInt(row.amount),
    pricePerCreditMicros: BigInt(row.price_per_credit_micros),
    currencyCode: row.currency_code,
    category: row.category,
    effectiveDate: row.effective_date ?? undefined,
    expireTime: row.expire_time,
    attachments: row.attachments.map(attachmentOf),
    state: row.state,
    proposerId: row.proposer_id,
    accepterId: row.accepter_id ?? undefined,
    recommenderIds: row.recommender_ids,
    deciderId: row.decider_id ?? undefined,
    createTime: row.create_time,
    acceptTime: row.accept_time ?? undefined,
    recordTime: row.record_time ?? undefined,
    updateTime: row.update_time,
    publicUpdateTime: row.public_update_time,
    stepCount: row.step_count,
    publicStepCount: row.public_step_count,
    readTime: row.read_time,
    isPastExpiry: row.is_past_expiry,
    isPastEffectiveDate: row.is_past_effective_date,
    isClassExpired: row.is_class_expired,
  }
}

function attachmentOf(attachment: AttachmentJson): Attachment {
  const displayName = attachment.display_name
  return 'file' in attachment
    ? { displayName, file: attachedFileOf(attachment.file) }
    : { displayName, url: attachment.url }
}

function attachmentJson(attachment: Attachment): AttachmentJson {
  const display_name = attachment.displayName
  return 'file' in attachment
    ? { display_name, file: attachedFileJson(attachment.file) }
    : { display_name, url: attachment.url }
}

/** False when the proposer's request_id has made one before. */
export async function insertTransfer(database: Database, transfer: NewTransfer): Promise<boolean> {
  const inserted = await rows(
    database,
    `insert into credit_transfers (id, direction, seller_id, buyer_id, class_id, amount, price_per_credit_micros,
       currency_code, category, effective_date, expire_time, attachments, state, proposer_id, create_time, update_time,
       public_update_time, step_count, public_step_count, request_id, request_hash)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'PROPOSED', $13, time, time, time, 0, 0, $14, $15
     from (select clock_timestamp() as time) as moment
     on conflict on constraint credit_transfers_request do nothing
     returning id`,
    [
      transfer.id,
      transfer.direction,
      transfer.sellerId,
      transfer.buyerId,
      transfer.classId,
      transfer.amount.toString(),
      transfer.pricePerCreditMicros.toString(),
      transfer.currencyCode,
      transfer.category,
      transfer.effectiveDate ?? null,
      transfer.expireTime,
      JSON.stringify(transfer.attachments.map(attachmentJson)),
      transfer.proposerId,
      transfer.requestId ?? null,
      transfer.requestHash,
    ],
  )
  return inserted.length > 0
}

/** The transfer that a request_id made, with the hash of what was asked for then. */
export async function findProposal(
  database: Database,
  proposerId: string,
  requestId: string,
): Promise<{ id: string; requestHash: Buffer } | undefined> {
  const [row] = await rows<{ id: string; request_hash: Buffer }>(
    database,
    'select id, request_hash from credit_transfers where proposer_id = $1 and request_id = $2',
    [proposerId, requestId],
  )
  return row === undefined ? undefined : { id: row.id, requestHash: row.request_hash }
}

export async function findTransfer(database: Database, id: string): Promise<TransferRecord | undefined> {
  const [row] = await rows<TransferRow>(database, `select ${columns} ${from} where transfer.id = $1`, [id])
  return row === undefined ? undefined : transferOf(row)
}

export async function findTransfers(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, TransferRecord>> {
  const found = await rows<TransferRow>(database, `select ${columns} ${from} where transfer.id = any($1)`, [
    ids,
  ])
  return new Map(found.map((row) => [row.id, transferOf(row)]))
}

/**
 * Locks transfers until the end of the transaction, in the order of their ids, and then reads them. What is read in
 * the statement that locks is judged by a clock from before the wait, so it is read by a second one.
 *
 * @param busy what is done about those that someone else has locked
 */
export async function lockTransfers(
  database: Database,
  ids: readonly string[],
  busy: 'wait' | 'skip' = 'wait',
): Promise<Map<string, TransferRecord>> {
  const locked = await rows<{ id: string }>(
    database,
    `select id from credit_transfers where id = any($1) order by id for update ${busy === 'skip' ? 'skip locked' : ''}`,
    [ids],
  )
  return findTransfers(
    database,
    locked.map(({ id }) => id),
  )
}

export interface StepTaken {
  readonly transferId: string
  /** When it was judged, under the lock; as PostgreSQL writes it. */
  readonly time: string
  readonly action: TransferAction
  readonly to: TransferState
  readonly userId: string | undefined
  readonly organizationId: string | undefined
  readonly reason: string
  readonly public: boolean
}

/** Moves a locked transfer and writes the step down, in one statement. */
export async function takeStep(database: Database, step: StepTaken): Promise<void> {
  await rows(
    database,
    `with moved as (
       update credit_transfers set
         state = $3::text,
         accepter_id = case when $2::text = 'accept' then $4::uuid else accepter_id end,
         accept_time = case when $2::text = 'accept' then moment.time else accept_time end,
         recommender_ids = case when $2::text like 'recommend %' then recommender_ids || $4::uuid
           else recommender_ids end,
         decider_id = case when $2::text in ('approve', 'decline') then $4::uuid else decider_id end,
         record_time = case when $3::text = 'RECORDED' then moment.time else record_time end,
         update_time = moment.time,
         public_update_time = case when $7::boolean then moment.time else public_update_time end,
         step_count = step_count + 1,
         public_step_count = public_step_count + $7::boolean::integer
       from (select $8::timestamptz as time) as moment
       where id = $1
       returning id, step_count, update_time
     )
     insert into credit_transfer_steps (transfer_id, number, action, state, user_id, organization_id, time, reason, public)
     select id, step_count, $2::text, $3::text, $4::uuid, $5::uuid, update_time, $6::text, $7::boolean from moved`,
    [
      step.transferId,
      step.action,
      step.to,
      step.userId ?? null,
      step.organizationId ?? null,
      step.reason,
      step.public,
      step.time,
    ],
  )
}

/** Where a page ended: a time as PostgreSQL writes it, and the id. */
export interface TransferCursor {
  readonly time: string
  readonly id: string
}

export interface PlacedTransfer {
  readonly transfer: TransferRecord
  readonly cursor: TransferCursor
}

const placed = (row: TransferRow): PlacedTransfer => ({
  transfer: transferOf(row),
  cursor: { time: row.position, id: row.id },
})

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

export interface TransfersAsked {
  readonly organizationId: string
  /** All when undefined. */
  readonly states: readonly TransferState[] | undefined
  readonly classId: string | undefined
}

/** Those that an organisation sells or buys in, the latest proposal first. Each side is read along its own index. */
export async function listTransfers(
  database: Database,
  { organizationId, states, classId }: TransfersAsked,
  after: TransferCursor | undefined,
  limit: number,
): Promise<PlacedTransfer[]> {
  const ofSide = (side: 'seller_id' | 'buyer_id') => `
    (select id, create_time from credit_transfers
     where ${side} = $1 and (create_time, id) < ($2::timestamptz, $3::uuid)
       and ($4::text[] is null or state = any($4)) and ($5::uuid is null or class_id = $5)
     order by create_time desc, id desc limit $6)`
  const found = await rows<TransferRow>(
    database,
    `select ${columns}, transfer.create_time::text as position
     from (select id from (${ofSide('seller_id')} union all ${ofSide('buyer_id')}) as sides
       order by create_time desc, id desc limit $6) as page
     join credit_transfers as transfer on transfer.id = page.id
     join credit_classes on credit_classes.id = transfer.class_id ${moment}
     order by transfer.create_time desc, transfer.id desc`,
    [organizationId, after?.time ?? 'infinity', after?.id ?? LAST_ID, states ?? null, classId ?? null, limit],
  )
  return found.map(placed)
}

export interface ReviewsAsked {
  /** All when undefined. */
  readonly states: readonly TransferState[] | undefined
  /** That sells or buys. */
  readonly organizationId: string | undefined
}

const waiting = waitingStates.map((state) => `'${state}'`).join(', ')
const asked = `($3::text[] is null or transfer.state = any($3))
  and ($4::uuid is null or seller_id = $4 or buyer_id = $4)`

/** Those that wait for the operator; the one that was accepted first at the top. */
export async function listWaiting(
  database: Database,
  { states, organizationId }: ReviewsAsked,
  after: TransferCursor | undefined,
  limit: number,
): Promise<PlacedTransfer[]> {
  const found = await rows<TransferRow>(
    database,
    `select ${columns}, accept_time::text as position ${from}
     where transfer.state in (${waiting}) and (accept_time, transfer.id) > ($1::timestamptz, $2::uuid) and ${asked}
     order by accept_time, transfer.id limit $5`,
    [after?.time ?? '-infinity', after?.id ?? FIRST_ID, states ?? null, organizationId ?? null, limit],
  )
  return found.map(placed)
}

/** All others, the latest step first. */
export async function listNotWaiting(
  database: Database,
  { states, organizationId }: ReviewsAsked,
  after: TransferCursor | undefined,
  limit: number,
): Promise<PlacedTransfer[]> {
  const found = await rows<TransferRow>(
    database,
    `select ${columns}, update_time::text as position ${from}
     where transfer.state not in (${waiting}) and (update_time, transfer.id) < ($1::timestamptz, $2::uuid) and ${asked}
     order by update_time desc, transfer.id desc limit $5`,
    [after?.time ?? 'infinity', after?.id ?? LAST_ID, states ?? null, organizationId ?? null, limit],
  )
  return found.map(placed)
}

export async function listSteps(database: Database, transferId: string): Promise<TransferStep[]> {
  const found = await rows<{
    action: TransferAction
    state: TransferState
    user_id: string | null
    organization_id: string | null
    time: Date
    reason: string
    public: boolean
  }>(
    database,
    `select action, state, user_id, organization_id, time, reason, public
     from credit_transfer_steps where transfer_id = $1 order by number`,
    [transferId],
  )
  return found.map(({ user_id, organization_id, ...step }) => ({
    ...step,
    userId: user_id ?? undefined,
    organizationId: organization_id ?? undefined,
  }))
}

export interface NewComment {
  readonly id: string
  readonly transferId: string
  readonly userId: string
  readonly organizationId: string
  readonly text: string
  readonly public: boolean
  readonly requestId: string | undefined
  readonly requestHash: Buffer
}

/** False when the author's request_id has made one before. */
export async function insertComment(database: Database, comment: NewComment): Promise<boolean> {
  const inserted = await rows(
    database,
    `insert into credit_transfer_comments (id, transfer_id, user_id, organization_id, text, public, time, request_id,
       request_hash)
     values ($1, $2, $3, $4, $5, $6, clock_timestamp(), $7, $8)
     on conflict on constraint credit_transfer_comments_request do nothing
     returning id`,
    [
      comment.id,
      comment.transferId,
      comment.userId,
      comment.organizationId,
      comment.text,
      comment.public,
      comment.requestId ?? null,
      comment.requestHash,
    ],
  )
  return inserted.length > 0
}

export async function findCommentRequestHash(
  database: Database,
  userId: string,
  requestId: string,
): Promise<Buffer | undefined> {
  const [row] = await rows<{ request_hash: Buffer }>(
    database,
    'select request_hash from credit_transfer_comments where user_id = $1 and request_id = $2',
    [userId, requestId],
  )
  return row?.request_hash
}

export async function countComments(
  database: Database,
  transferId: string,
  isPublic: boolean,
): Promise<number> {
  const [row] = await rows<{ count: number }>(
    database,
    'select count(*)::int as count from credit_transfer_comments where transfer_id = $1 and public = $2',
    [transferId, isPublic],
  )
  return row?.count ?? 0
}

/** Oldest first. */
export async function listComments(database: Database, transferId: string): Promise<TransferComment[]> {
  const found = await rows<{
    user_id: string
    organization_id: string
    text: string
    public: boolean
    time: Date
  }>(
    database,
    `select user_id, organization_id, text, public, time from credit_transfer_comments
     where transfer_id = $1 order by time, id`,
    [transferId],
  )
  return found.map(({ user_id, organization_id, ...comment }) => ({
    ...comment,
    userId: user_id,
    organizationId: organization_id,
  }))
}

export async function insertSignatures(
  database: Database,
  signed: Readonly<{
    transferId: string
    userId: string
    organizationId: string
    declarations: readonly Readonly<{ id: string; text: string }>[]
  }>,
): Promise<void> {
  await rows(
    database,
    `insert into credit_transfer_signatures (transfer_id, user_id, organization_id, position, declaration_id, text, time)
     select $1, $2, $3, position, declaration_id, text, clock_timestamp()
     from unnest($4::text[], $5::text[]) with ordinality as signed (declaration_id, text, position)`,
    [
      signed.transferId,
      signed.userId,
      signed.organizationId,
      signed.declarations.map(({ id }) => id),
      signed.declarations.map(({ text }) => text),
    ],
  )
}

export async function listSignatures(database: Database, transferId: string): Promise<Signature[]> {
  const found = await rows<{ text: string; user_id: string; organization_id: string; time: Date }>(
    database,
    `select text, user_id, organization_id, time from credit_transfer_signatures
     where transfer_id = $1 order by time, user_id, position`,
    [transferId],
  )
  return found.map(({ user_id, organization_id, ...signature }) => ({
    ...signature,
    userId: user_id,
    organizationId: organization_id,
  }))
}

/** What a worker has to do: ids in the order in which they came due. */
export interface DueTransfer {
  readonly id: string
  readonly action: 'expire' | 'record'
  readonly cursor: TransferCursor
}

/** The dates as midnight in UTC, so that all sorts are in one order. */
export async function listDue(
  database: Database,
  after: TransferCursor | undefined,
  limit: number,
): Promise<DueTransfer[]> {
  const found = await rows<{ id: string; action: 'expire' | 'record'; due: string }>(
    database,
    `select id, action, due::text as due from (
       (select id, 'expire' as action, expire_time as due from credit_transfers
        where state = 'PROPOSED' and expire_time <= now() and (expire_time, id) > ($1::timestamptz, $2::uuid)
        order by expire_time, id limit $3)
       union all
       (select transfer.id,
          case when coalesce(credit_classes.expire_time <= now(), false) then 'expire' else 'record' end,
          coalesce(effective_date::timestamp at time zone 'UTC', update_time)
        ${from}
        where transfer.state = 'APPROVED'
          and coalesce(effective_date <= (now() at time zone 'UTC')::date, true)
          and (coalesce(effective_date::timestamp at time zone 'UTC', update_time), transfer.id)
            > ($1::timestamptz, $2::uuid)
        order by 3, 1 limit $3)
     ) as due order by due, id limit $3`,
    [after?.time ?? '-infinity', after?.id ?? FIRST_ID, limit],
  )
  return found.map(({ id, action, due }) => ({ id, action, cursor: { time: due, id } }))
}

export interface TradeFigures {
  readonly boughtInYear: bigint
  readonly soldInYear: bigint
  readonly recorded: number
  readonly failed: number
}

/** Of one organisation: its class in the last 365 days, and how its transfers of any class ended. */
export async function tradeFigures(
  database: Database,
  organizationId: string,
  classId: string,
): Promise<TradeFigures> {
  const [row] = await rows<{ bought: string; sold: string; recorded: number; failed: number }>(
    database,
    `select
       least(coalesce(sum(amount) filter (where in_year and buyer_id = $1), 0), 9223372036854775807)::bigint as bought,
       least(coalesce(sum(amount) filter (where in_year and seller_id = $1), 0), 9223372036854775807)::bigint as sold,
       (count(*) filter (where state = 'RECORDED'))::int as recorded,
       (count(*) filter (where state in ('REFUSED', 'DECLINED', 'RESCINDED')))::int as failed
     from (
       select *, class_id = $2 and record_time > now() - interval '365 days' as in_year
       from credit_transfers where seller_id = $1 or buyer_id = $1
     ) as transfer`,
    [organizationId, classId],
  )
  if (row === undefined) throw new Error('an aggregate without a row')
  return {
    boughtInYear: BigInt(row.bought),
    soldInYear: BigInt(row.sold),
    recorded: row.recorded,
    failed: row.failed,
  }
}
