import { z } from 'zod'
import { type EventKind, eventKind, idField, type Names, optionalId, optionalText } from './event-kind.ts'
import { plainLine } from './plain-text.ts'

const algorithmFields = {
  algorithm: idField,
  organization: idField,
  slug: z.string().min(1),
  version: z.int().min(1),
  display_name: z.string().min(1),
  registrant: idField,
}
const registeredFacts = z.object(algorithmFields)
const reviewedFacts = z.object({
  ...algorithmFields,
  decision: z.enum(['APPROVED', 'REJECTED', 'REVOKED']),
  comment: optionalText,
  reviewer: optionalId,
})
type AlgorithmFacts = z.infer<typeof registeredFacts>

/** So that what happened to it is still in the title. */
const NAME_MAX_CHARACTERS = 80

const outcomes = {
  APPROVED: { outcome: 'was approved: it can be run now', severity: 'SUCCESS' },
  REJECTED: { outcome: 'was rejected', severity: 'WARNING' },
  REVOKED: { outcome: 'is approved no more: nothing new of it runs', severity: 'ERROR' },
} as const

function nameOf({ display_name: name, version }: AlgorithmFacts): string {
  return `“${plainLine(name, NAME_MAX_CHARACTERS)}”, version ${version},`
}

function resourceOf({ organization, slug, version }: AlgorithmFacts, names: Names): string {
  return `organizations/${names.organization(organization).slug}/algorithms/${slug}/versions/${version}`
}

export const workflowEvents: readonly EventKind[] = [
  eventKind({
    key: 'workflows.algorithm_registered',
    displayName: 'An algorithm waits for its decision',
    description: "The operator's administrators.",
    facts: registeredFacts,
    audience: () => [{ kind: 'operators', roles: ['ADMINISTRATOR'] }],
    actor: ({ registrant }) => registrant,
    mentions: ({ registrant }) => [registrant],
    organization: ({ organization }) => organization,
    message: (facts, names) => ({
      title: `${nameOf(facts)} waits for a decision`,
      body: `${names.user(facts.registrant)} registered it for ${names.organization(facts.organization).displayName}.`,
      link: '/operator/workflows',
      resource: resourceOf(facts, names),
    }),
  }),
  eventKind({
    key: 'workflows.algorithm_reviewed',
    displayName: 'An algorithm was decided about',
    description: 'Whoever registered it.',
    facts: reviewedFacts,
    audience: ({ registrant, organization }) => [
      { kind: 'member', userId: registrant, organizationId: organization },
    ],
    actor: ({ reviewer }) => reviewer,
    organization: ({ organization }) => organization,
    message: (facts, names) => {
      const { outcome, severity } = outcomes[facts.decision]
      const { slug } = names.organization(facts.organization)
      return {
        title: `${nameOf(facts)} ${outcome}`,
        body: facts.comment,
        severity,
        link: `/o/${slug}/algorithms/${facts.slug}?version=${facts.version}`,
        resource: resourceOf(facts, names),
      }
    },
  }),
]
