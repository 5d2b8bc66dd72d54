import { z } from 'zod'
import { type EventKind, eventKind, idField, optionalText } from './event-kind.ts'

/* Kinds of modules that write no events yet: what they may count on. */

const infectedFacts = z.object({
  file: idField,
  organization: idField,
  owner: idField,
  display_name: z.string().min(1),
  signature: optionalText,
})

export const laterEvents: readonly EventKind[] = [
  eventKind({
    key: 'files.infected',
    displayName: 'A file is infected',
    description: "The file's owner and the organisation's administrators.",
    mail: 'AT_ONCE',
    hidden: true,
    facts: infectedFacts,
    audience: ({ owner, organization }) => [
      { kind: 'member', userId: owner, organizationId: organization },
      { kind: 'roles', organizationId: organization, roles: ['ADMINISTRATOR'], except: owner },
    ],
    organization: ({ organization }) => organization,
    message: (facts, names) => ({
      title: `“${facts.display_name}” is infected and cannot be fetched`,
      body: facts.signature === '' ? '' : `The scanner found ${facts.signature}.`,
      severity: 'ERROR',
      resource: `organizations/${names.organization(facts.organization).slug}/files/${facts.file}`,
    }),
  }),
]
