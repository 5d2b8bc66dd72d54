import { z } from 'zod'
import {
  type Audience,
  type EventDeclaration,
  type EventKind,
  eventKind,
  idField,
  optionalId,
  optionalText,
} from './event-kind.ts'

/* Kinds of modules that write no events yet: what they may count on. */

const infectedFacts = z.object({
  file: idField,
  organization: idField,
  owner: idField,
  display_name: z.string().min(1),
  signature: optionalText,
})

const transferFacts = z.object({
  transfer: idField,
  seller: idField,
  buyer: idField,
  credit_class: z.string().min(1),
  /** Credits, as a decimal number. */
  amount: z.string().regex(/^\d+([.]\d+)?$/u),
  by: optionalId,
  reason: optionalText,
})
type TransferFacts = z.infer<typeof transferFacts>

const balanceFacts = z.object({
  organization: idField,
  credit_class: z.string().min(1),
  balance: z.string().regex(/^-?\d+([.]\d+)?$/u),
})

const keepers = ['TREASURER', 'ADMINISTRATOR']
const keepersOf = (organizationId: string): Audience => ({
  kind: 'roles',
  organizationId,
  roles: keepers,
  except: undefined,
})

function transferKind(
  declared: Pick<EventDeclaration<TransferFacts>, 'key' | 'displayName' | 'description' | 'audience'> & {
    /** What became of it: "was accepted". */
    readonly outcome: string
    readonly of: 'seller' | 'buyer'
  },
): EventKind {
  const { outcome, of, ...rest } = declared
  return eventKind({
    ...rest,
    facts: transferFacts,
    actor: ({ by }) => by,
    mentions: ({ by }) => [by],
    organization: (facts) => facts[of],
    message: (facts, names) => ({
      title: `A transfer of ${facts.amount} ${facts.credit_class} credits ${outcome}`,
      body: `From ${names.organization(facts.seller).displayName} to ${names.organization(facts.buyer).displayName}.\n${facts.reason}`,
      resource: `transfers/${facts.transfer}`,
    }),
    hidden: true,
  })
}

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
  transferKind({
    key: 'credits.transfer_proposed',
    displayName: 'A transfer of credits was proposed to you',
    description: "The buyer's treasurers and administrators.",
    outcome: 'was proposed',
    of: 'buyer',
    audience: ({ buyer }) => [keepersOf(buyer)],
  }),
  transferKind({
    key: 'credits.transfer_accepted',
    displayName: 'A transfer of credits was accepted',
    description: "The seller's treasurers and administrators, and the operator's analysts.",
    outcome: 'was accepted',
    of: 'seller',
    audience: ({ seller }) => [keepersOf(seller), { kind: 'operators', roles: ['ANALYST'] }],
  }),
  transferKind({
    key: 'credits.transfer_recommended',
    displayName: 'A transfer of credits waits for its decision',
    description: "The operator's directors. Members do not see recommendations.",
    outcome: 'waits for its decision',
    of: 'seller',
    audience: () => [{ kind: 'operators', roles: ['DIRECTOR'] }],
  }),
  transferKind({
    key: 'credits.transfer_approved',
    displayName: 'A transfer of credits was approved',
    description: "Both sides' treasurers and administrators.",
    outcome: 'was approved',
    of: 'seller',
    audience: ({ seller, buyer }) => [keepersOf(seller), keepersOf(buyer)],
  }),
  transferKind({
    key: 'credits.transfer_declined',
    displayName: 'A transfer of credits was declined',
    description: "Both sides' treasurers and administrators.",
    outcome: 'was declined',
    of: 'seller',
    audience: ({ seller, buyer }) => [keepersOf(seller), keepersOf(buyer)],
  }),
  transferKind({
    key: 'credits.transfer_expired',
    displayName: 'A transfer of credits expired',
    description: "Both sides' treasurers and administrators.",
    outcome: 'expired',
    of: 'seller',
    audience: ({ seller, buyer }) => [keepersOf(seller), keepersOf(buyer)],
  }),
  eventKind({
    key: 'credits.balance_low',
    displayName: 'Credits run low',
    description: "The organisation's treasurers and administrators.",
    mail: 'AT_ONCE',
    hidden: true,
    facts: balanceFacts,
    audience: ({ organization }) => [keepersOf(organization)],
    organization: ({ organization }) => organization,
    message: (facts, names) => ({
      title: `${names.organization(facts.organization).displayName} has ${facts.balance} ${facts.credit_class} credits left`,
      severity: 'WARNING',
      resource: `organizations/${names.organization(facts.organization).slug}`,
    }),
  }),
]
