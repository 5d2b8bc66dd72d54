import type { DataSource } from 'typeorm'
import type { MailOutcome, MailTransport, OutgoingMail } from '../../../ports/mail.ts'
import type { MailPreferences } from './mail-preferences.ts'
import {
  type ClaimedMail,
  type EntryKind,
  type MailRecordUpdate,
  type MailStore,
  type StoredEntry,
  UNANSWERED_MAX,
} from './mail-store.ts'
import { renderMail } from './mail-template.ts'
import { MAX_ATTEMPTS, retryDelayMs } from './retry-delay.ts'
import type { UnsubscribeTokens } from './unsubscribe-token.ts'

export interface MailAttemptDeps {
  readonly dataSource: DataSource
  readonly store: MailStore
  readonly transport: MailTransport
  readonly preferences: MailPreferences
  readonly tokens: UnsubscribeTokens
  readonly publicUrl: string
  readonly clock: () => Date
  readonly random: () => number
}

/** Whether the server took part: undefined when the mail never got as far as being sent. */
export type AttemptResult = { readonly outcome: MailOutcome | undefined }

const ENTRIES_IN_DIGEST = 50
/**
 * There is one more attempt only. The mail has probably arrived; if it has not, the server is to be well again by
 * then.
 */
const UNANSWERED_DELAY_MS = 2 * 3_600_000
/** The way to the server is closed longer than that; another mail leads the next time. */
const UNREACHABLE_DELAY_MS = 5_000

/**
 * One attempt for a mail that was claimed: checks anew whether it may go out, sends it, and records what came of it.
 *
 * @throws LeaseLost when another attempt has the mail
 */
export async function attemptMail(
  deps: MailAttemptDeps,
  mail: ClaimedMail,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const { store, clock } = deps
  const drop = async (recipient: string, response: string): Promise<AttemptResult> => {
    await store.record(mail, { ...unchanged(mail), end: { state: 'DROPPED' }, response }, recipient, clock())
    return { outcome: undefined }
  }
  const receiver = await store.addressOf(mail.userId)
  if (receiver === undefined) return drop('', 'The recipient is gone.')
  const { address } = receiver
  if (address === undefined) return drop('', 'The recipient has no address.')
  if (receiver.rejected) return drop(address, 'The address took no mail before.')
  if (!mail.invitation && !receiver.verified) return drop(address, 'The address is not verified.')
  const kinds = await wantedKinds(deps, mail)
  if (kinds.length === 0) return drop(address, 'Turned off, or no longer for the recipient.')

  const entries = await store.latestEntries(mail.id, ENTRIES_IN_DIGEST)
  const outgoing = outgoingMail(deps, mail, address, kinds, entries)
  let handedOver = false
  let outcome: MailOutcome | undefined
  try {
    outcome = await deps.transport.send(outgoing, {
      signal,
      beforeMessage: async () => {
        await store.handOver(mail, address)
        handedOver = true
      },
    })
  } catch (error) {
    if (!signal.aborted) throw error
  }
  await store.record(mail, recordOf(deps, mail, address, handedOver, outcome), address, clock())
  return { outcome }
}

function unchanged(mail: ClaimedMail): Pick<MailRecordUpdate, 'attemptCount' | 'unansweredCount'> {
  return { attemptCount: mail.attemptCount, unansweredCount: mail.unansweredCount }
}

/** @param outcome undefined when the attempt was broken off before anything was handed over */
function recordOf(
  { clock, random }: MailAttemptDeps,
  mail: ClaimedMail,
  address: string,
  handedOver: boolean,
  outcome: MailOutcome | undefined,
): MailRecordUpdate {
  const now = clock().getTime()
  const later = (ms: number) => ({ state: 'WAITING' as const, nextAttemptTime: new Date(now + ms) })
  const response = outcome?.response ?? ''
  if (outcome === undefined) return { ...unchanged(mail), end: later(0), response }
  const answered = {
    attemptCount: mail.attemptCount + 1,
    unansweredCount: mail.unansweredCount,
    response,
  }
  switch (outcome.kind) {
    case 'SENT':
      return { ...answered, end: { state: 'SENT' } }
    case 'REJECTED':
      return { ...answered, end: { state: 'REJECTED', address } }
    case 'FAILED':
      return { ...answered, end: { state: 'FAILED' } }
    case 'DEFERRED':
      return {
        ...answered,
        end:
          answered.attemptCount < MAX_ATTEMPTS
            ? later(retryDelayMs(answered.attemptCount, random()))
            : { state: 'FAILED' },
      }
    case 'UNREACHABLE':
      return { ...unchanged(mail), end: later(UNREACHABLE_DELAY_MS * (1 + random())), response }
    case 'UNANSWERED': {
      const unansweredCount = mail.unansweredCount + (handedOver ? 1 : 0)
      return {
        ...answered,
        unansweredCount,
        // A third copy might be one too many, and nobody knows: the operator sees it, and may retry.
        end:
          unansweredCount < UNANSWERED_MAX
            ? later(UNANSWERED_DELAY_MS * (1 + 0.2 * random()))
            : { state: 'FAILED' },
      }
    }
    default:
      return outcome satisfies never
  }
}

/** Without what was turned off, or stopped being the recipient's business, since it was queued. */
async function wantedKinds(
  { dataSource, store, preferences }: MailAttemptDeps,
  mail: ClaimedMail,
): Promise<EntryKind[]> {
  const kinds = await store.kinds(mail.id)
  const eventTypes = [...new Set(kinds.map(({ eventType }) => eventType))]
  const organizations = [...new Set(kinds.flatMap(({ memberOf }) => memberOf ?? []))]
  const wanted = await preferences.wanted(dataSource.manager, mail.userId, eventTypes)
  const memberships = await store.memberships(dataSource, mail.userId, organizations)
  const keep = ({ eventType, memberOf }: EntryKind) =>
    wanted.has(eventType) && (memberOf === undefined || memberships.has(memberOf))
  const dropped = kinds.filter((kind) => !keep(kind))
  if (dropped.length < kinds.length) await store.dropEntries(mail, dropped)
  return kinds.filter(keep)
}

function outgoingMail(
  { publicUrl, tokens, preferences }: MailAttemptDeps,
  mail: ClaimedMail,
  to: string,
  kinds: readonly EntryKind[],
  entries: readonly StoredEntry[],
): OutgoingMail {
  const [first, ...others] = kinds.map(({ eventType }) => eventType)
  const eventType = others.every((other) => other === first) ? first : undefined
  // From when it was composed, so that every attempt sends the same.
  const token = tokens.issue({ userId: mail.userId, eventType, address: to }, mail.createTime)
  const { subject, text, html } = renderMail({
    entries,
    entryCount: kinds.reduce((sum, { count }) => sum + count, 0),
    publicUrl,
    unsubscribe: {
      pageUrl: `${publicUrl}/unsubscribe?token=${token}`,
      displayName: eventType === undefined ? undefined : preferences.displayName(eventType),
    },
    invitation: mail.invitation,
  })
  return {
    messageId: mail.messageId,
    to,
    subject,
    text,
    html,
    date: mail.createTime,
    headers: {
      // RFC 3834: so that holiday notices do not answer.
      'Auto-Submitted': 'auto-generated',
      // RFC 2369 and, for one click in the mail program, RFC 8058.
      'List-Unsubscribe': `<${publicUrl}/mail/unsubscribe?token=${token}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  }
}
