import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { z } from 'zod'
import { inTransaction } from '../../database/index.ts'
import { createInvitationService } from './invitation-service.ts'
import { MemberStore } from './member-store.ts'
import { OrganizationStore } from './organization-store.ts'
import { rolesOf } from './role-permissions.ts'
import { UserStore } from './user-store.ts'

const seedSchema = z.object({
  organizations: z.array(
    z
      .object({
        slug: z
          .string()
          .regex(/^[a-z][a-z0-9-]{1,62}$/, { error: 'is not a slug: lower-case letters, digits, "-"' }),
        displayName: z.string().min(1).max(120),
        kind: z.enum(['OPERATOR', 'MEMBER']),
        members: z.array(
          z.object({
            email: z.email(),
            displayName: z.string().min(1).max(200).optional(),
            role: z.enum(['ANALYST', 'DIRECTOR', 'ADMINISTRATOR', 'MEMBER', 'SUBMITTER', 'TREASURER']),
          }),
        ),
      })
      .superRefine(({ kind, members }, context) => {
        for (const [index, { role }] of members.entries()) {
          if (rolesOf(kind).includes(role)) continue
          context.addIssue({
            code: 'custom',
            path: ['members', index, 'role'],
            message: `${role} does not exist in an organisation of kind ${kind}: ${rolesOf(kind).join(', ')}`,
          })
        }
      }),
  ),
})

export type Seed = z.output<typeof seedSchema>

/** @throws Error that names each wrong entry */
export function readSeed(json: unknown): Seed {
  const result = seedSchema.safeParse(json)
  if (result.success) return result.data
  throw new Error(`the seed is not valid:\n${z.prettifyError(result.error)}`)
}

/** Adds what is missing. What exists, and may have been changed by people since, stays as it is. */
export async function seedIdentity(dataSource: DataSource, seed: Seed): Promise<{ added: string[] }> {
  const organizations = new OrganizationStore(dataSource)
  const members = new MemberStore(dataSource)
  const invitations = createInvitationService(new UserStore(dataSource), members)
  return inTransaction(dataSource, async (manager) => {
    const added: string[] = []
    for (const { slug, displayName, kind, members: people } of seed.organizations) {
      const id = v7()
      if (await organizations.insert(manager, { id, slug, displayName, kind }))
        added.push(`organizations/${slug}`)
      const existing = await organizations.lockBySlug(manager, slug)
      if (existing === undefined)
        throw new Error(`organizations/${slug} cannot be added: there is another operator`)
      for (const { email, role, displayName: name } of people) {
        const { memberId } = await invitations.invite(manager, existing.id, email, role, name)
        if (memberId !== undefined) added.push(`organizations/${slug}/members/${memberId} (${role})`)
      }
    }
    return { added }
  })
}
