import type { Unsubscription } from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import { rows } from '../sql.ts'
import type { MailPreferences } from './mail-preferences.ts'
import { type UnsubscribeGrant, unsubscribeTokens } from './unsubscribe-token.ts'

export interface UnsubscriptionsOptions {
  readonly dataSource: DataSource
  readonly deriveKey: (purpose: string) => Buffer
  readonly preferences: MailPreferences
  /** Every kind of event of which there may be mail. */
  readonly eventTypes: readonly string[]
  /** Default: the system's clock. */
  readonly clock?: () => Date
}

/**
 * Ending mail by a link in it, without signing in. The link is the right to do so, and to nothing else.
 *
 * Both throw DomainError NOT_FOUND with UNSUBSCRIBE_LINK_INVALID, or FAILED_PRECONDITION with
 * UNSUBSCRIBE_LINK_EXPIRED.
 */
export interface Unsubscriptions {
  /** Changes nothing. */
  getUnsubscription(token: string): Promise<Unsubscription>
  /** Again and again to the same effect. */
  unsubscribe(token: string): Promise<Unsubscription>
}

export function createUnsubscriptions(options: UnsubscriptionsOptions): Unsubscriptions {
  const { dataSource, preferences } = options
  const clock = options.clock ?? (() => new Date())
  const tokens = unsubscribeTokens(options.deriveKey('unsubscribe'))

  function grantOf(token: string): UnsubscribeGrant {
    const grant = tokens.read(token)
    if (grant === undefined) {
      throw new DomainError(
        'NOT_FOUND',
        'UNSUBSCRIBE_LINK_INVALID',
        'This link is incomplete or not ours. Open it from the mail again, or sign in and change what you get by mail.',
      )
    }
    if (grant.expireTime <= clock()) {
      throw new DomainError(
        'FAILED_PRECONDITION',
        'UNSUBSCRIBE_LINK_EXPIRED',
        'This link has expired. Use the one in a later mail, or sign in and change what you get by mail.',
      )
    }
    return grant
  }

  /** The user's address, when mail still goes to the one that the link was sent to. */
  async function currentAddress(
    manager: EntityManager,
    grant: UnsubscribeGrant,
  ): Promise<string | undefined> {
    const [user] = await rows<{ email: string | null }>(manager, 'select email from users where id = $1', [
      grant.userId,
    ])
    const address = user?.email ?? undefined
    return address !== undefined && grant.sentTo(address) ? address : undefined
  }

  async function describe(manager: EntityManager, grant: UnsubscribeGrant): Promise<Unsubscription> {
    const { userId, eventType } = grant
    const address = await currentAddress(manager, grant)
    const eventTypes = eventType === undefined ? options.eventTypes : [eventType]
    // Nothing is sent any more to an address that its user gave up.
    const wanted = address === undefined ? new Set() : await preferences.wanted(manager, userId, eventTypes)
    const seconds = Math.floor((grant.expireTime.getTime() - clock().getTime()) / 1000)
    return {
      address: address === undefined ? '' : masked(address),
      eventType: eventType ?? '',
      displayName: eventType === undefined ? '' : preferences.displayName(eventType),
      unsubscribed: wanted.size === 0,
      remaining: { seconds: BigInt(seconds), nanos: 0 },
    }
  }

  return {
    getUnsubscription: async (token) => describe(dataSource.manager, grantOf(token)),
    async unsubscribe(token) {
      const grant = grantOf(token)
      return inTransaction(dataSource, async (manager) => {
        if ((await currentAddress(manager, grant)) !== undefined) {
          await preferences.turnOffMail(manager, grant.userId, grant.eventType)
        }
        return describe(manager, grant)
      })
    },
  }
}

/** "a***e@example.org": its owner knows it again, and nobody else learns it. */
function masked(address: string): string {
  const at = address.lastIndexOf('@')
  const local = [...address.slice(0, at)]
  const first = local[0] ?? ''
  const last = local.length > 2 ? local.at(-1) : ''
  return `${first}***${last}${address.slice(at)}`
}
