import type { EntityManager } from 'typeorm'
import { writeEvent } from '../../outbox/index.ts'
import type { Member } from './identity-rows.ts'
import type { Role } from './role-permissions.ts'

/*
 * What becomes known of who is in an organisation, written in the transaction that changes it. Nobody is the actor of
 * what follows the groups at the identity provider.
 */

/** A user who was added, or a person who was invited by their address. */
export async function announceMember(
  transaction: EntityManager,
  organizationId: string,
  { user, role, state }: Pick<Member, 'user' | 'role' | 'state'>,
  actorId: string | null,
): Promise<void> {
  const about = { organization: organizationId, user: user.id }
  if (state === 'INVITED') {
    await writeEvent(transaction, {
      routingKey: `identity.member_invited.${organizationId}`,
      payload: { ...about, email: user.email, role, invited_by: actorId },
    })
    return
  }
  await writeEvent(transaction, {
    routingKey: `identity.member_added.${organizationId}`,
    payload: { ...about, role, added_by: actorId },
  })
}

export async function announceRole(
  transaction: EntityManager,
  organizationId: string,
  userId: string,
  role: Role,
  actorId: string | null,
): Promise<void> {
  await writeEvent(transaction, {
    routingKey: `identity.role_changed.${organizationId}`,
    payload: { organization: organizationId, user: userId, role, changed_by: actorId },
  })
}

export async function announceRemoval(
  transaction: EntityManager,
  organizationId: string,
  userId: string,
  actorId: string | null,
): Promise<void> {
  await writeEvent(transaction, {
    routingKey: `identity.member_removed.${organizationId}`,
    payload: { organization: organizationId, user: userId, removed_by: actorId },
  })
}
