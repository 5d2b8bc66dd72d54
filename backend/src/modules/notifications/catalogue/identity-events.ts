import { z } from 'zod'
import { type EventKind, eventKind, idField, optionalId } from './event-kind.ts'

const role = z.string().regex(/^[A-Z_]+$/u)
/** "administrator" */
const wordOf = (name: string) => name.toLowerCase().replaceAll('_', ' ')

const memberFields = { organization: idField, user: idField }
const addedFacts = z.object({ ...memberFields, role, added_by: optionalId })
const invitedFacts = z.object({ ...memberFields, role, email: z.string().min(3), invited_by: optionalId })
const roleFacts = z.object({ ...memberFields, role, changed_by: optionalId })
const removedFacts = z.object({ ...memberFields, removed_by: optionalId })
const tokenFacts = z.object({
  token: idField,
  user: idField,
  display_name: z.string(),
  expire_time: z.iso.datetime({ offset: true }).transform((time) => new Date(time)),
})

export const identityEvents: readonly EventKind[] = [
  eventKind({
    key: 'identity.member_added',
    displayName: 'You were added to an organisation',
    description: 'Whoever was added.',
    mail: 'AT_ONCE',
    facts: addedFacts,
    audience: ({ user, organization }) => [{ kind: 'member', userId: user, organizationId: organization }],
    actor: (facts) => facts.added_by,
    mentions: (facts) => [facts.added_by],
    organization: ({ organization }) => organization,
    message: (facts, names) => {
      const { slug, displayName } = names.organization(facts.organization)
      const by = facts.added_by ? `${names.user(facts.added_by)} added you as` : 'You were added as'
      return {
        title: `You are a member of ${displayName} now`,
        body: `${by} ${wordOf(facts.role)}.`,
        severity: 'SUCCESS',
        link: `/o/${slug}`,
        resource: `organizations/${slug}`,
      }
    },
  }),
  eventKind({
    key: 'identity.member_joined',
    toldBy: ['identity.member_added'],
    displayName: 'Someone joined your organisation',
    description: "The organisation's administrators.",
    facts: addedFacts,
    audience: ({ organization, user }) => [
      { kind: 'roles', organizationId: organization, roles: ['ADMINISTRATOR'], except: user },
    ],
    actor: (facts) => facts.added_by,
    mentions: (facts) => [facts.user, facts.added_by],
    organization: ({ organization }) => organization,
    message: (facts, names) => {
      const { slug, displayName } = names.organization(facts.organization)
      const by = facts.added_by ? `, added by ${names.user(facts.added_by)}` : ''
      return {
        title: `${names.user(facts.user)} joined ${displayName}`,
        body: `As ${wordOf(facts.role)}${by}.`,
        link: `/o/${slug}/organization`,
        resource: `organizations/${slug}`,
      }
    },
  }),
  eventKind({
    key: 'identity.role_changed',
    displayName: 'Your role was changed',
    description: 'Whoever has another role now.',
    facts: roleFacts,
    audience: ({ user, organization }) => [{ kind: 'member', userId: user, organizationId: organization }],
    actor: (facts) => facts.changed_by,
    mentions: (facts) => [facts.changed_by],
    organization: ({ organization }) => organization,
    message: (facts, names) => {
      const { slug, displayName } = names.organization(facts.organization)
      return {
        title: `Your role in ${displayName} is ${wordOf(facts.role)} now`,
        body: facts.changed_by ? `${names.user(facts.changed_by)} changed it.` : '',
        link: `/o/${slug}/organization`,
        resource: `organizations/${slug}`,
      }
    },
  }),
  eventKind({
    key: 'identity.member_removed',
    displayName: 'You were removed from an organisation',
    description: 'Whoever was removed.',
    facts: removedFacts,
    audience: ({ user }) => [{ kind: 'user', userId: user }],
    actor: (facts) => facts.removed_by,
    mentions: (facts) => [facts.removed_by],
    organization: ({ organization }) => organization,
    message: (facts, names) => ({
      title: `You are no longer a member of ${names.organization(facts.organization).displayName}`,
      body: facts.removed_by ? `${names.user(facts.removed_by)} removed you.` : '',
      severity: 'WARNING',
    }),
  }),
  eventKind({
    key: 'identity.invitation',
    toldBy: ['identity.member_invited'],
    displayName: 'You were invited to an organisation',
    description: 'Whoever was invited, by mail alone.',
    mail: 'AT_ONCE',
    mailOnly: true,
    facts: invitedFacts,
    audience: ({ user, organization }) => [{ kind: 'member', userId: user, organizationId: organization }],
    actor: (facts) => facts.invited_by,
    mentions: (facts) => [facts.invited_by],
    organization: ({ organization }) => organization,
    message: (facts, names) => {
      const { slug, displayName } = names.organization(facts.organization)
      const by = facts.invited_by ? `${names.user(facts.invited_by)} invited you as` : 'You are invited as'
      return {
        title: `You are invited to ${displayName}`,
        body: `${by} ${wordOf(facts.role)}. Sign in with the address ${facts.email} to accept.`,
        link: `/o/${slug}`,
        resource: `organizations/${slug}`,
      }
    },
  }),
  eventKind({
    key: 'identity.token_expiring',
    displayName: 'An API token is about to expire',
    description: 'Whoever made it.',
    mail: 'AT_ONCE',
    facts: tokenFacts,
    audience: ({ user }) => [{ kind: 'user', userId: user }],
    message: ({ token, display_name: name, expire_time: time }) => ({
      title: `API token “${name}” expires on ${time.toISOString().slice(0, 10)}`,
      body: `Programs that use it are refused from ${time.toISOString().slice(0, 16).replace('T', ' ')} UTC on. Make another one for them before.`,
      severity: 'WARNING',
      link: '/account',
      resource: `users/me/apiTokens/${token}`,
    }),
  }),
]
