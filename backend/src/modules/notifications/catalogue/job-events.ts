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

const count = z
  .number()
  .int()
  .nullish()
  .transform((value) => value ?? 0)

const jobFields = {
  job: idField,
  organization: idField,
  owner: idField,
  service: z.string().min(1),
  run_id: optionalText,
}
const jobFacts = z.object({
  ...jobFields,
  phase: optionalText,
  error_message: optionalText,
  phase_message: optionalText,
  task_count: count,
  tasks_failed: count,
  actor: optionalId,
})
type JobFacts = z.infer<typeof jobFacts>

const shareFacts = z.object({ ...jobFields, shared_with: idField, shared_by: optionalId })

interface NamedJob {
  readonly job: string
  readonly organization: string
  readonly service: string
  readonly run_id: string
}

/** So that what happened to it is still in the title. */
const NAME_MAX_CHARACTERS = 80

/** As its owner calls it, or else by its service: “M 31, r band”, Cutout job. */
function nameOf({ run_id: runId, service }: NamedJob): string {
  const name = plainLine(runId, NAME_MAX_CHARACTERS)
  if (name !== '') return `“${name}”`
  return `${service.charAt(0).toUpperCase()}${service.slice(1)} job`
}

/** Within a sentence. */
function withArticle(job: NamedJob): string {
  if (job.run_id.trim() !== '') return nameOf(job)
  return `${/^[aeiou]/i.test(job.service) ? 'an' : 'a'} ${job.service} job`
}

function placeOf({ job, organization }: NamedJob, names: Names) {
  const { slug } = names.organization(organization)
  return { link: `/o/${slug}/jobs/${job}`, resource: `organizations/${slug}/jobs/${job}` }
}

function ownerOf({ job, organization, owner }: JobFacts): readonly Audience[] {
  return [{ kind: 'job-owner', userId: owner, organizationId: organization, jobId: job }]
}

function jobKind(
  declared: Pick<EventDeclaration<JobFacts>, 'key' | 'toldBy' | 'displayName' | 'message' | 'mail'>,
): EventKind {
  return eventKind({
    ...declared,
    description: "The job's owner.",
    facts: jobFacts,
    audience: ownerOf,
    actor: ({ actor }) => actor,
    mentions: ({ actor }) => [actor],
    organization: ({ organization }) => organization,
    message: (facts, names, audience) => ({
      ...placeOf(facts, names),
      ...declared.message(facts, names, audience),
    }),
  })
}

export const jobEvents: readonly EventKind[] = [
  jobKind({
    key: 'jobs.completed',
    displayName: 'A job completed',
    mail: 'AT_ONCE',
    message: (facts) => {
      const { tasks_failed: failed, task_count: all } = facts
      return {
        title: failed > 0 ? `${nameOf(facts)} completed in part` : `${nameOf(facts)} completed`,
        body: failed > 0 ? `${failedTasks(failed, all)} The results hold what the others made.` : '',
        severity: failed > 0 ? 'WARNING' : 'SUCCESS',
      }
    },
  }),
  jobKind({
    key: 'jobs.failed',
    toldBy: ['jobs.error'],
    displayName: 'A job failed',
    mail: 'AT_ONCE',
    message: (facts) => ({
      title: `${nameOf(facts)} failed`,
      body: facts.error_message,
      severity: 'ERROR',
    }),
  }),
  jobKind({
    key: 'jobs.aborted',
    displayName: 'A job was aborted',
    message: (facts, names) => ({
      title: `${nameOf(facts)} was aborted`,
      body: facts.actor ? `${names.user(facts.actor)} ended it.` : facts.error_message,
      severity: 'WARNING',
    }),
  }),
  jobKind({
    key: 'jobs.held',
    toldBy: ['jobs.held', 'jobs.suspended'],
    displayName: 'A job was held or suspended',
    message: (facts) => ({
      title: `${nameOf(facts)} is ${facts.phase === 'SUSPENDED' ? 'suspended' : 'held'}`,
      body: facts.phase_message,
      severity: 'WARNING',
    }),
  }),
  eventKind({
    key: 'jobs.shared',
    displayName: 'A job was shared with you',
    description: 'Whoever the job was shared with.',
    mail: 'AT_ONCE',
    facts: shareFacts,
    audience: ({ shared_with: userId, organization, job }) => [
      { kind: 'job-reader', userId, organizationId: organization, jobId: job },
    ],
    actor: (facts) => facts.shared_by,
    mentions: (facts) => [facts.shared_by],
    organization: ({ organization }) => organization,
    message: (facts, names) => ({
      ...placeOf(facts, names),
      title: facts.shared_by
        ? `${names.user(facts.shared_by)} shared ${withArticle(facts)} with you`
        : `${nameOf(facts)} was shared with you`,
      body: `A job of ${names.organization(facts.organization).displayName}.`,
    }),
  }),
]

function failedTasks(failed: number, all: number): string {
  if (all > 1) return `${failed} of ${all} tasks failed.`
  return failed === 1 ? 'A task failed.' : `${failed} tasks failed.`
}
