import {
  type CreateJobRequest,
  type JobChange,
  JobServiceService,
  type ListJobsRequest,
  type UpdateJobRequest,
} from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { validate } from 'uuid'
import { invalidField } from '../../errors/domain-error.ts'
import {
  type CallOrganization,
  callerOf,
  type OrganizationCallContext,
  organizationContext,
} from '../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../server/page-token.ts'
import { pushedStream } from '../../server/pushed-stream.ts'
import { type RegisteredService, registeredService } from '../../server/service-handlers.ts'
import { sharedMessage } from '../../server/shared-message.ts'
import { parseUpdateMask } from '../../server/update-mask.ts'
import type { KnownClasses } from '../credits/index.ts'
import { isEntitled } from './actor.ts'
import { actorOf } from './actor-of-call.ts'
import type { JobRecord } from './job.ts'
import type { JobAnswers } from './job-answers.ts'
import {
  durationMs,
  jobIdOf,
  jobMessage,
  jobName,
  jobSummary,
  phaseOfMessage,
  queuePositionMessage,
  quoteMessage,
  serviceMessage,
  taskMessage,
} from './job-messages.ts'
import type { JobNotice } from './job-notice.ts'
import { type JobUpdate, updatePaths } from './job-update.ts'
import type { JobRequest, JobsService } from './jobs-service.ts'
import type { JobLog } from './log/job-log.ts'
import type { Organizations } from './organizations.ts'
import type { OwnerNames } from './owner-names.ts'
import type { JobSharing } from './sharing/job-sharing.ts'
import type { ChangeNews } from './watch/change-receiver.ts'
import { newsMessage } from './watch/event-messages.ts'
import type { JobWatch } from './watch/job-watch.ts'
import type { JobWithResults } from './whole-job.ts'

const DEFAULT_PAGE_SIZE = 50
const DEFAULT_LOG_PAGE_SIZE = 200

export interface JobsHandlerDependencies {
  readonly service: JobsService
  readonly sharing: JobSharing
  readonly log: JobLog
  readonly watch: JobWatch
  readonly answers: JobAnswers
  readonly names: OwnerNames
  readonly classes: KnownClasses
  readonly organizations: Organizations
  readonly pageTokens: PageTokens
}

export function jobsHandler({
  service,
  sharing,
  log,
  watch,
  answers,
  names,
  classes,
  organizations,
  pageTokens,
}: JobsHandlerDependencies): RegisteredService {
  const answer = (context: OrganizationCallContext, found: JobWithResults) => answers.describe(context, found)
  const classesOf = (jobs: readonly JobRecord[]) => classes.of(jobs.map(({ charge }) => charge?.classId))
  const summaries = async (jobs: readonly JobRecord[], slug: string) => {
    const [known, charged] = await Promise.all([
      names.of(jobs.map(({ ownerId }) => ownerId)),
      classesOf(jobs),
    ])
    return jobs.map((job) => jobSummary(job, slug, known.get(job.ownerId) ?? '', charged))
  }

  const changesOf = async (notices: readonly JobNotice[], { id, slug }: CallOrganization) => {
    const untold = notices.flatMap(({ jobId, deleted, job }) => (deleted || job !== undefined ? [] : [jobId]))
    const read = untold.length === 0 ? [] : await service.byIds(id, untold)
    const jobs = [...notices.flatMap(({ deleted, job }) => (deleted ? [] : (job ?? []))), ...read]
    const shown = await summaries(jobs, slug)
    const news = (jobId: string, change: JobChange['change']): ChangeNews => [
      jobId,
      sharedMessage<JobChange>({ change }),
    ]
    return [
      ...jobs.flatMap((job, index) => {
        const value = shown[index]
        return value === undefined ? [] : [news(job.id, { $case: 'job', value })]
      }),
      ...notices.flatMap(({ jobId, deleted }) =>
        deleted ? [news(jobId, { $case: 'deleted', value: jobName(slug, jobId) })] : [],
      ),
    ]
  }

  return registeredService(JobServiceService, {
    async listServices() {
      return { services: service.services.map(serviceMessage) }
    },

    async quoteJob(request, context) {
      const submitter = actorOf(organizationContext(context))
      const { service: asked, parameters } = request
      const { quote, price } = await service.quote(submitter, asked, parameters, context.signal)
      return quoteMessage(quote, price)
    },

    async createJob(request, context) {
      const caller = organizationContext(context)
      const created = await service.create(actorOf(caller), jobRequestOf(request), context.signal)
      const { userId, displayName } = caller.caller
      if (created.job.ownerId !== userId || created.shares.length > 0) return answer(caller, created)
      const charged = created.job.charge === undefined ? undefined : await classesOf([created.job])
      return jobMessage(created, caller.organization.slug, new Map([[userId, displayName]]), charged)
    },

    async getJob(request, context) {
      const caller = organizationContext(context)
      const found = await service.get(caller.organization.id, jobIdOf(request.name))
      const [job, position] = await Promise.all([answer(caller, found), service.queuePosition(found.job)])
      return position === undefined ? job : { ...job, queuePosition: queuePositionMessage(position) }
    },

    async listJobs(request, context) {
      const { organization, caller } = organizationContext(context)
      const { pageSize, pageToken, ...query } = request
      const scope = pageScope('ListJobs', { ...query, caller: caller.userId })
      const [createTime, id] = pageTokens.decode(scope, pageToken) ?? []
      const { jobs, next } = await service.list(
        filterOf(request, organization.id, caller.userId),
        request.orderBy === 'create_time' ? 'asc' : 'desc',
        createTime === undefined || id === undefined ? undefined : { createTime, id },
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      return {
        jobs: await summaries(jobs, organization.slug),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.createTime, next.id]),
      }
    },

    async updateJob(request, context) {
      const caller = organizationContext(context)
      const updated = await service.update(
        actorOf(caller),
        jobIdOf(request.name),
        jobUpdateOf(request),
        context.signal,
      )
      return answer(caller, updated)
    },

    async listJobLog(request, context) {
      const caller = organizationContext(context)
      const { parent, task, container } = request
      const scope = pageScope('ListJobLog', { parent, task, container })
      const [after] = pageTokens.decode(scope, request.pageToken) ?? []
      const { lines, next } = await log.lines(
        actorOf(caller),
        jobIdOf(parent),
        { task, container },
        BigInt(after ?? 0),
        request.pageSize === 0 ? DEFAULT_LOG_PAGE_SIZE : request.pageSize,
      )
      return { lines, nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [String(next)]) }
    },

    async shareJob(request, context) {
      const caller = organizationContext(context)
      await sharing.share(actorOf(caller), jobIdOf(request.name), request.email)
      return answer(caller, await service.get(caller.organization.id, jobIdOf(request.name)))
    },

    async unshareJob(request, context) {
      const caller = organizationContext(context)
      const userId = request.user.slice('users/'.length)
      await sharing.unshare(actorOf(caller), jobIdOf(request.name), userId)
      return answer(caller, await service.get(caller.organization.id, jobIdOf(request.name)))
    },

    async listSharedJobs(request, context) {
      const { userId } = callerOf(context)
      const scope = pageScope('ListSharedJobs', { caller: userId })
      const [shareTime, jobId] = pageTokens.decode(scope, request.pageToken) ?? []
      const { jobs, next } = await sharing.sharedWith(
        userId,
        shareTime === undefined || jobId === undefined ? undefined : { shareTime, jobId },
        request.pageSize === 0 ? DEFAULT_PAGE_SIZE : request.pageSize,
      )
      const [owners, places] = await Promise.all([
        names.of(jobs.map(({ ownerId }) => ownerId)),
        organizations.organizationsByIds([...new Set(jobs.map(({ organizationId }) => organizationId))]),
      ])
      return {
        jobs: jobs.map((job) =>
          jobSummary(
            job,
            places.get(job.organizationId)?.slug ?? '',
            owners.get(job.ownerId) ?? '',
            undefined,
          ),
        ),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.shareTime, next.jobId]),
      }
    },

    async runJob(request, context) {
      const caller = organizationContext(context)
      return answer(caller, await service.run(actorOf(caller), jobIdOf(request.name), context.signal))
    },

    async cancelJob(request, context) {
      const caller = organizationContext(context)
      return answer(caller, await service.cancel(actorOf(caller), jobIdOf(request.name)))
    },

    async deleteJob(request, context) {
      await service.delete(actorOf(organizationContext(context)), jobIdOf(request.name))
      return {}
    },

    async listJobTasks(request, context) {
      const { organization } = organizationContext(context)
      const scope = pageScope('ListJobTasks', { parent: request.parent })
      const [after] = pageTokens.decode(scope, request.pageToken) ?? []
      const { tasks, next } = await service.tasks(
        organization.id,
        jobIdOf(request.parent),
        after === undefined ? -1 : Number(after),
        request.pageSize === 0 ? DEFAULT_PAGE_SIZE : request.pageSize,
      )
      return {
        tasks: tasks.map(taskMessage),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [String(next)]),
      }
    },

    async createResultUrl(request, context) {
      const reader = actorOf(organizationContext(context))
      const result = request.name.split('/').at(-1) ?? ''
      return service.resultUrl(reader, jobIdOf(request.name), result, request.inline)
    },

    watchJob(request, context) {
      return pushedStream(async (sink, signal) => {
        const caller = organizationContext(context)
        const { slug, id } = caller.organization
        const { job } = await service.get(id, jobIdOf(request.name))
        if (request.afterSequence > job.lastSequence) {
          throw invalidField('after_sequence', `is beyond the job's last event, ${job.lastSequence}`)
        }
        const showsLog = isEntitled(actorOf(caller), job)
        const news = watch.events(job, request.afterSequence, context.signal)
        await news.pushTo(
          {
            write: (each) => sink.write(newsMessage(each, slug, job.id, showsLog)),
            drained: () => sink.drained(),
          },
          signal,
        )
      })
    },

    watchJobs(_request, context) {
      const { organization } = organizationContext(context)
      return watch.changes(organization.id, context.signal, (notices) => changesOf(notices, organization))
    },
  })
}

function jobRequestOf(request: CreateJobRequest): JobRequest {
  return {
    service: request.service,
    parameters: request.parameters,
    runId: request.runId,
    executionDurationMs:
      request.executionDuration === undefined ? undefined : durationMs(request.executionDuration),
    destructionTime: request.destructionTime,
    keepPending: request.keepPending,
    requestId: request.requestId === '' ? undefined : request.requestId,
  }
}

function jobUpdateOf(request: UpdateJobRequest): JobUpdate {
  return {
    paths: parseUpdateMask(request.updateMask ?? [], updatePaths),
    parameters: request.parameters,
    runId: request.runId,
    executionDurationMs:
      request.executionDuration === undefined ? undefined : durationMs(request.executionDuration),
    destructionTime: request.destructionTime,
  }
}

function filterOf(request: ListJobsRequest, organizationId: string, callerId: string) {
  return {
    organizationId,
    phases: request.phases.flatMap((phase) => phaseOfMessage(phase) ?? []),
    service: request.service === '' ? undefined : request.service,
    ownerId: ownerOf(request.owner, callerId),
    createdAfter: request.createdAfter,
    createdBefore: request.createdBefore,
  }
}

function ownerOf(owner: string, callerId: string): string | undefined {
  if (owner === '') return undefined
  const id = owner.slice('users/'.length)
  if (id === 'me') return callerId
  if (!validate(id)) throw invalidField('owner', 'must be "users/me" or "users/" and a UUID')
  return id
}
