import { z } from 'zod'
import {
  type Audience,
  type EventDeclaration,
  type EventKind,
  eventKind,
  idField,
  type Names,
  optionalId,
  optionalText,
} from './event-kind.ts'
import { plainLine } from './plain-text.ts'

const fileFields = {
  file: idField,
  organization: idField,
  owner: idField,
  display_name: z.string().min(1),
}
const fileFacts = z.object({
  ...fileFields,
  /** A sentence with the way out; empty unless REJECTED or INFECTED. */
  failure: optionalText,
  /** What the scanner found; empty unless INFECTED. */
  signature: optionalText,
})
type FileFacts = z.infer<typeof fileFacts>

const shareFacts = z.object({
  ...fileFields,
  shared_by: optionalId,
  shared_with: optionalId,
  shared_with_organization: optionalId,
})

const awayFacts = z.object({ since: z.iso.datetime({ offset: true }), failure: optionalText })

/** So that what happened to it is still in the title. */
const NAME_MAX_CHARACTERS = 80

const watchers: Audience = { kind: 'operators', roles: ['ANALYST', 'ADMINISTRATOR'] }

function nameOf({ display_name: name }: { readonly display_name: string }): string {
  return `“${plainLine(name, NAME_MAX_CHARACTERS)}”`
}

function ownerOf({ owner, organization }: FileFacts): Audience {
  return { kind: 'member', userId: owner, organizationId: organization }
}

function placeOf({ file, organization }: FileFacts, names: Names) {
  const { slug } = names.organization(organization)
  return { link: `/o/${slug}/files/${file}`, resource: `organizations/${slug}/files/${file}` }
}

function fileKind(
  declared: Pick<
    EventDeclaration<FileFacts>,
    'key' | 'displayName' | 'description' | 'audience' | 'mail' | 'quiet'
  > & {
    /** What became of it: "is infected". */
    readonly outcome: string
    readonly body: (facts: FileFacts, names: Names, audience: Audience) => string
    readonly severity: 'SUCCESS' | 'WARNING' | 'ERROR'
  },
): EventKind {
  const { outcome, body, severity, ...rest } = declared
  return eventKind({
    ...rest,
    facts: fileFacts,
    organization: ({ organization }) => organization,
    message: (facts, names, audience) => ({
      title: `${nameOf(facts)} ${outcome}`,
      body: body(facts, names, audience),
      severity,
      ...(audience.kind === 'operators'
        ? { link: '/operator/quarantine', resource: placeOf(facts, names).resource }
        : placeOf(facts, names)),
    }),
  })
}

export const fileEvents: readonly EventKind[] = [
  fileKind({
    key: 'files.released',
    displayName: 'A file can be fetched',
    description: "The file's owner, once it has been scanned.",
    quiet: true,
    outcome: 'can be fetched now',
    severity: 'SUCCESS',
    audience: (facts) => [ownerOf(facts)],
    body: () => '',
  }),
  fileKind({
    key: 'files.rejected',
    displayName: 'A file was rejected',
    description: "The file's owner.",
    outcome: 'was rejected, and its content was deleted',
    severity: 'WARNING',
    audience: (facts) => [ownerOf(facts)],
    body: ({ failure }) => failure,
  }),
  fileKind({
    key: 'files.infected',
    displayName: 'A file is infected',
    description: "The file's owner, the organisation's administrators, and the operator.",
    mail: 'AT_ONCE',
    outcome: 'is infected and cannot be fetched',
    severity: 'ERROR',
    audience: (facts) => [
      ownerOf(facts),
      {
        kind: 'roles',
        organizationId: facts.organization,
        roles: ['ADMINISTRATOR'],
        except: facts.owner,
      },
      watchers,
    ],
    body: ({ signature, organization }, names, audience) => {
      const found = signature === '' ? '' : `The scanner found ${signature}. Its content was deleted.`
      if (audience.kind !== 'operators') return found
      return [`It is a file of ${names.organization(organization).displayName}.`, found].join('\n').trim()
    },
  }),
  eventKind({
    key: 'files.shared',
    displayName: 'A file was shared with you',
    description:
      'Whom it was shared with, or the administrators of the organisation that it was shared with.',
    facts: shareFacts,
    audience: ({ shared_with: user, shared_with_organization: organization }) => [
      ...(user ? [{ kind: 'user', userId: user } as const] : []),
      ...(organization
        ? [
            {
              kind: 'roles',
              organizationId: organization,
              roles: ['ADMINISTRATOR'],
              except: undefined,
            } as const,
          ]
        : []),
    ],
    actor: ({ shared_by: by }) => by,
    mentions: ({ shared_by: by }) => [by],
    organization: ({ organization }) => organization,
    message: (facts, names, audience) => {
      const by = facts.shared_by ? names.user(facts.shared_by) : 'Someone'
      const { slug, displayName } = names.organization(facts.organization)
      return {
        title: `${by} shared ${nameOf(facts)} with ${audience.kind === 'roles' ? 'your organisation' : 'you'}`,
        body: `It is a file of ${displayName}.`,
        link: '/shared',
        resource: `organizations/${slug}/files/${facts.file}`,
      }
    },
  }),
  eventKind({
    key: 'files.scanner_away',
    displayName: 'The scanner is away',
    description: "The operator's analysts and administrators, once each time, after two minutes.",
    mail: 'AT_ONCE',
    facts: awayFacts,
    audience: () => [watchers],
    message: ({ since, failure }) => ({
      title: `Files wait: the scanner has been away since ${since.slice(11, 16)} UTC`,
      body: failure,
      severity: 'WARNING',
      link: '/operator/quarantine',
    }),
  }),
]
