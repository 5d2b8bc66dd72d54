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

/** Credits, as a decimal number of their class. */
const amountField = z.string().regex(/^\d+([.]\d+)?$/u)

const classFields = {
  /** Its code. */
  credit_class: z.string().min(1),
  /** Its display name, which is shown when it is known. */
  class_name: optionalText,
}

const transferFacts = z
  .object({
    transfer: idField,
    seller: idField,
    buyer: idField,
    /** The one of the two organisations that proposed it. */
    proposer: idField,
    ...classFields,
    amount: amountField,
    by: optionalId,
    reason: optionalText,
    /** Of a transfer that is recorded later than it is approved. */
    effective_date: z.iso.date().or(z.literal('')).nullish(),
  })
  .refine(({ seller, buyer, proposer }) => proposer === seller || proposer === buyer, {
    path: ['proposer'],
    message: 'is neither the seller nor the buyer',
  })
type TransferFacts = z.infer<typeof transferFacts>

const changeFacts = z.object({
  organization: idField,
  ...classFields,
  amount: amountField,
  by: optionalId,
  reason: optionalText,
})
type ChangeFacts = z.infer<typeof changeFacts>

const balanceFacts = z.object({
  organization: idField,
  ...classFields,
  balance: amountField,
  low_balance: amountField.nullish(),
})

const submittedFacts = z.object({ booking: idField, display_name: z.string().min(1), by: optionalId })
const decidedFacts = z.object({
  booking: idField,
  /** The operator's organisation: whoever has left it is not told. */
  operator: idField,
  display_name: z.string().min(1),
  creator: idField,
  booked: z.boolean(),
  reason: optionalText,
  by: optionalId,
})

const directors: Audience = { kind: 'operators', roles: ['DIRECTOR'] }
const analysts: Audience = { kind: 'operators', roles: ['ANALYST'] }

function keepersOf(organizationId: string): Audience {
  return { kind: 'roles', organizationId, roles: ['TREASURER', 'ADMINISTRATOR'], except: undefined }
}

const bothSides = ({ seller, buyer }: TransferFacts) => [keepersOf(seller), keepersOf(buyer)]
const otherSide = ({ seller, buyer, proposer }: TransferFacts) => (proposer === seller ? buyer : seller)

function className({ credit_class: code, class_name: name }: { credit_class: string; class_name: string }) {
  return name.trim() === '' ? code : name
}

function transferKind(
  declared: Pick<
    EventDeclaration<TransferFacts>,
    'key' | 'toldBy' | 'displayName' | 'description' | 'audience' | 'mail'
  > & {
    /** What became of it: "was accepted". */
    readonly outcome: string
    readonly severity?: 'SUCCESS' | 'WARNING'
    /** What follows from it; may be empty. */
    readonly next?: (facts: TransferFacts) => string
  },
): EventKind {
  const { outcome, severity, next, ...rest } = declared
  return eventKind({
    ...rest,
    facts: transferFacts,
    actor: ({ by }) => by,
    organization: ({ seller }, audience) => (audience.kind === 'roles' ? audience.organizationId : seller),
    organizations: ({ seller, buyer }) => [seller, buyer],
    message: (facts, names, audience) => {
      const { transfer, seller, buyer, reason } = facts
      const slug = audience.kind === 'roles' ? names.organization(audience.organizationId).slug : undefined
      const sides = `From ${names.organization(seller).displayName} to ${names.organization(buyer).displayName}.`
      return {
        title: `A transfer of ${facts.amount} credits of ${className(facts)} ${outcome}`,
        body: [sides, next?.(facts) ?? '', reason].filter((line) => line.trim() !== '').join('\n'),
        ...(severity === undefined ? {} : { severity }),
        ...(slug === undefined
          ? { link: `/credits/reviews/${transfer}`, resource: `transferReviews/${transfer}` }
          : {
              link: `/o/${slug}/transfers/${transfer}`,
              resource: `organizations/${slug}/transfers/${transfer}`,
            }),
      }
    },
  })
}

function changeKind(
  declared: Pick<EventDeclaration<ChangeFacts>, 'key' | 'displayName' | 'mail'> & {
    readonly severity: 'SUCCESS' | 'WARNING'
    /** "was given", "lost". */
    readonly verb: string
  },
): EventKind {
  const { severity, verb, ...rest } = declared
  return eventKind({
    ...rest,
    description: "The organisation's treasurers and administrators.",
    facts: changeFacts,
    audience: ({ organization }) => [keepersOf(organization)],
    actor: ({ by }) => by,
    organization: ({ organization }) => organization,
    message: (facts, names) => {
      const { slug, displayName } = names.organization(facts.organization)
      return {
        title: `${displayName} ${verb} ${facts.amount} credits of ${className(facts)}`,
        body: facts.reason,
        severity,
        link: `/o/${slug}/credits/statement`,
        resource: `organizations/${slug}`,
      }
    },
  })
}

export const creditEvents: readonly EventKind[] = [
  transferKind({
    key: 'credits.transfer_proposed',
    displayName: 'A transfer of credits was proposed to you',
    description: 'Treasurers and administrators of the side that it was proposed to.',
    mail: 'AT_ONCE',
    outcome: 'was proposed',
    next: () => 'You may accept or refuse it.',
    audience: (facts) => [keepersOf(otherSide(facts))],
  }),
  transferKind({
    key: 'credits.transfer_accepted',
    displayName: 'A transfer of credits was accepted',
    description: "Treasurers and administrators of the side that proposed it, and the operator's analysts.",
    outcome: 'was accepted',
    severity: 'SUCCESS',
    next: () => 'The operator reviews it.',
    audience: ({ proposer }) => [keepersOf(proposer), analysts],
  }),
  transferKind({
    key: 'credits.transfer_refused',
    displayName: 'A transfer of credits was refused',
    description: 'Treasurers and administrators of the side that proposed it.',
    outcome: 'was refused',
    severity: 'WARNING',
    audience: ({ proposer }) => [keepersOf(proposer)],
  }),
  transferKind({
    key: 'credits.transfer_rescinded',
    displayName: 'A transfer of credits was taken back',
    description: "Both sides' treasurers and administrators.",
    outcome: 'was taken back',
    severity: 'WARNING',
    audience: bothSides,
  }),
  transferKind({
    // Every member may list the kinds that there are; what analysts do stands in none of them.
    key: 'credits.transfer_awaits_decision',
    toldBy: ['credits.transfer_recommended'],
    displayName: 'A transfer of credits waits for its decision',
    description: "The operator's directors.",
    mail: 'AT_ONCE',
    outcome: 'waits for its decision',
    audience: () => [directors],
  }),
  transferKind({
    key: 'credits.transfer_approved',
    displayName: 'A transfer of credits was approved',
    description: "Both sides' treasurers and administrators, when it is recorded later.",
    outcome: 'was approved',
    severity: 'SUCCESS',
    next: ({ effective_date: date }) => (date ? `It is recorded on ${date}.` : ''),
    audience: bothSides,
  }),
  transferKind({
    key: 'credits.transfer_recorded',
    displayName: 'A transfer of credits was recorded',
    description: "Both sides' treasurers and administrators.",
    mail: 'AT_ONCE',
    outcome: 'was recorded',
    severity: 'SUCCESS',
    audience: bothSides,
  }),
  transferKind({
    key: 'credits.transfer_declined',
    displayName: 'A transfer of credits was declined',
    description: "Both sides' treasurers and administrators.",
    mail: 'AT_ONCE',
    outcome: 'was declined',
    severity: 'WARNING',
    audience: bothSides,
  }),
  transferKind({
    key: 'credits.transfer_expired',
    displayName: 'A transfer of credits expired',
    description: "Both sides' treasurers and administrators.",
    outcome: 'expired',
    severity: 'WARNING',
    audience: bothSides,
  }),
  changeKind({
    key: 'credits.credits_issued',
    displayName: 'Your organisation was given credits',
    verb: 'was given',
    severity: 'SUCCESS',
  }),
  changeKind({
    key: 'credits.credits_taken',
    displayName: 'The operator took credits from your organisation',
    verb: 'had to give back',
    severity: 'WARNING',
    mail: 'AT_ONCE',
  }),
  eventKind({
    key: 'credits.balance_low',
    displayName: 'Credits run low',
    description: "The organisation's treasurers and administrators.",
    mail: 'AT_ONCE',
    facts: balanceFacts,
    audience: ({ organization }) => [keepersOf(organization)],
    organization: ({ organization }) => organization,
    message: (facts, names) => {
      const { slug, displayName } = names.organization(facts.organization)
      return {
        title: `${displayName} has ${facts.balance} credits of ${className(facts)} left`,
        body: facts.low_balance ? `You are told below ${facts.low_balance}.` : '',
        severity: 'WARNING',
        link: `/o/${slug}/credits`,
        resource: `organizations/${slug}`,
      }
    },
  }),
  eventKind({
    key: 'credits.booking_submitted',
    displayName: 'A booking of credits waits for its approval',
    description: "The operator's directors.",
    mail: 'AT_ONCE',
    facts: submittedFacts,
    audience: () => [directors],
    actor: ({ by }) => by,
    mentions: ({ by }) => [by],
    message: ({ booking, display_name: name, by }, names) => ({
      title: `The booking “${name}” waits for its approval`,
      body: by ? `${names.user(by)} drew it up.` : '',
      link: `/credits/bookings/${booking}`,
      resource: `creditBookings/${booking}`,
    }),
  }),
  eventKind({
    key: 'credits.booking_decided',
    displayName: 'Your booking of credits was decided',
    description: 'Whoever of the operator drew it up.',
    facts: decidedFacts,
    audience: ({ creator, operator }) => [{ kind: 'member', userId: creator, organizationId: operator }],
    actor: ({ by }) => by,
    organization: ({ operator }) => operator,
    message: ({ booking, display_name: name, booked, reason }) => ({
      title: `The booking “${name}” was ${booked ? 'approved and booked' : 'declined'}`,
      body: reason,
      severity: booked ? 'SUCCESS' : 'WARNING',
      link: `/credits/bookings/${booking}`,
      resource: `creditBookings/${booking}`,
    }),
  }),
]
