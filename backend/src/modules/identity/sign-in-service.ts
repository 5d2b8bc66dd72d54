import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../database/index.ts'
import type { AccessTokenClaims } from './authentication/access-token-verifier.ts'
import type { IssuerMemberships } from './issuer-memberships.ts'
import type { UserStore } from './user-store.ts'

export interface SignInService {
  /**
   * The user of verified claims, made at the first sign-in. Name and address follow the identity provider.
   * Invitations are answered by verified addresses only, and groups are followed when the claims tell them.
   */
  signIn(claims: AccessTokenClaims): Promise<string>
}

/** Gives what other modules keep of an invited person to the user who turned out to be them, in the same transaction. */
export type MoveInvited = (manager: EntityManager, invitedId: string, userId: string) => Promise<void>

export function createSignInService(
  dataSource: DataSource,
  users: UserStore,
  moveInvited: MoveInvited,
  memberships: IssuerMemberships,
): SignInService {
  async function merge(manager: EntityManager, invitedId: string, userId: string): Promise<void> {
    await moveInvited(manager, invitedId, userId)
    await users.mergeInvited(manager, invitedId, userId)
  }

  async function provision(manager: EntityManager, claims: AccessTokenClaims): Promise<string> {
    const { email, emailVerified, issuer, subject } = claims
    const provenEmail = emailVerified ? email : undefined
    if (provenEmail !== undefined) await users.lockEmail(manager, provenEmail)
    const known = await users.byIdentity(manager, issuer, subject)
    const invited = provenEmail === undefined ? undefined : await users.invited(manager, provenEmail)
    if (known !== undefined) {
      await users.update(manager, known, claims)
      if (invited !== undefined) await merge(manager, invited, known)
      return known
    }
    const former =
      provenEmail === undefined ? undefined : await users.ofFormerIssuer(manager, provenEmail, issuer)
    const adopted = former ?? invited
    if (adopted !== undefined) {
      await users.update(manager, adopted, claims)
      if (former !== undefined && invited !== undefined) await merge(manager, invited, former)
      return adopted
    }
    const inserted = await users.insert(manager, claims)
    // Another sign-in of the same identity came first, and this one follows it.
    return inserted ?? provision(manager, claims)
  }

  return {
    async signIn(claims) {
      const unchanged = await users.unchanged(claims)
      const userId = unchanged ?? (await inTransaction(dataSource, (manager) => provision(manager, claims)))
      const { groups, issueTime } = claims
      if (groups !== undefined) await memberships.follow(userId, groups, issueTime)
      return userId
    },
  }
}
