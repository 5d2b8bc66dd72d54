import { type Job, JobServiceService, type Result } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { EnvironmentServiceService } from '@fairlead/proto/server/fairlead/workflows/v1/environments'
import { WorkflowServiceService } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { DataSource } from 'typeorm'
import { DomainError } from '../../../errors/domain-error.ts'
import type { LocalCall, LocalCalls } from '../../../server/local-calls.ts'
import type { ComputeProvider } from './compute-provider.ts'
import { findAlgorithm } from './find-algorithm.ts'
import { type JobStatus, jobStatus } from './job-status.ts'
import { namingFields } from './naming-fields.ts'
import { type OperatorEnvironment, operatorEnvironments } from './operator-environments.ts'
import { OperatorError } from './operator-error.ts'
import {
  findOperatorJobs,
  noteOperatorJob,
  type OperatorJob,
  type OperatorJobFilter,
  resultKey,
} from './operator-jobs.ts'
import type { ProviderGate } from './provider-gate.ts'
import type {
  ChangeRequest,
  ResultRequest,
  RunningRequest,
  StartRequest,
  StatusRequest,
} from './request-schemas.ts'
import { runParameters } from './run-parameters.ts'

const { createJob, runJob, getJob, cancelJob, deleteJob, createResultUrl } = JobServiceService
const { getWorkflowRun } = WorkflowServiceService
const { listEnvironments } = EnvironmentServiceService

export interface OperatorServiceOptions {
  readonly dataSource: DataSource
  /** In the name of a provider's user. */
  readonly calls: LocalCalls
  readonly gate: ProviderGate
  /** By address. */
  readonly providers: ReadonlyMap<string, ComputeProvider>
  readonly publicUrl: string
}

/** Of one HTTP request. */
export type OperatorCall = Pick<LocalCall, 'requestId' | 'signal'>

/** A file that may be read by who asked for it. */
export interface ReleasedFile {
  readonly key: string
  readonly result: Result
}

/** Addresses in one answer: each is signed for itself. */
const OUTPUTS_MAX = 1_000

/**
 * What compute-to-data clients ask for, said in calls of everyone's methods. There are no rules here but the
 * interface's own: who signed, and whose a job is.
 */
export class OperatorService {
  readonly #options: OperatorServiceOptions

  constructor(options: OperatorServiceOptions) {
    this.#options = options
  }

  /** One job of the service "workflow". */
  async start(request: StartRequest, call: OperatorCall): Promise<JobStatus[]> {
    const { calls, dataSource, gate } = this.#options
    const provider = await gate.admit(request)
    const { stages } = request.workflow
    const [stage] = stages
    if (stage === undefined || stages.length > 1) {
      throw new OperatorError(
        400,
        'workflow.stages: multiple stages are not supported. Start a job for each.',
      )
    }
    if ((stage.compute.Instances ?? 1) > 1) {
      const text = 'must be 1. For more, register a workflow whose step fans out.'
      throw new OperatorError(400, `workflow.stages[0].compute.Instances: ${text}`)
    }
    const as = asUser(provider, call)
    const { organization } = provider
    const algorithm = await findAlgorithm(calls, as, organization, stage.algorithm)
    const maxSeconds = stage.compute.maxtime ?? 0
    const parameters = runParameters(algorithm, stage, request.environment)
    const fields = parameters.map(({ field }) => field)
    // Kept until it is known whose it is: none is ever run that its owner cannot find, nor two for one agreement.
    const created = await namingFields(
      fields,
      calls.unary(
        createJob,
        {
          parent: `organizations/${organization}`,
          service: 'workflow',
          parameters: parameters.map(({ name, value }) => ({ name, value })),
          runId: '',
          executionDuration: maxSeconds === 0 ? undefined : { seconds: BigInt(maxSeconds), nanos: 0 },
          destructionTime: undefined,
          keepPending: true,
          requestId: '',
        },
        as,
      ),
    )
    const known: OperatorJob = {
      jobId: created.name.split('/').at(-1) ?? '',
      agreementId: request.agreementId,
      owner: request.owner,
      provider: provider.address,
    }
    try {
      if (!(await noteOperatorJob(dataSource, { ...known, environment: request.environment }))) {
        throw new OperatorError(400, 'agreementId: another job of this agreement has not ended yet.')
      }
      const job = await namingFields(fields, calls.unary(runJob, { name: created.name }, as))
      return [jobStatus(known, job, undefined, { outputsUrl: [] })]
    } catch (error) {
      // Also when the client is gone: nobody would come for it.
      const signal = new AbortController().signal
      await calls.unary(deleteJob, { name: created.name }, { ...as, signal })
      throw error
    }
  }

  /** Jobs that have ended stay as they are. */
  async stop(request: ChangeRequest, call: OperatorCall): Promise<JobStatus[]> {
    const { provider, jobs } = await this.#toChange(request)
    const as = asUser(provider, call)
    const statuses = jobs.map(async (known) => {
      const name = jobName(provider, known)
      try {
        return await this.#status(known, await this.#options.calls.unary(cancelJob, { name }, as), as, true)
      } catch (error) {
        if (!isReason(error, 'JOB_ALREADY_ENDED')) return absent(error)
        return this.#statusOf(known, provider, call, true)
      }
    })
    return present(await Promise.all(statuses))
  }

  /** Stops what runs first. The answer is the last that is heard of them. */
  async remove(request: ChangeRequest, call: OperatorCall): Promise<JobStatus[]> {
    const { provider, jobs } = await this.#toChange(request)
    const { calls } = this.#options
    const as = asUser(provider, call)
    const statuses = jobs.map(async (known) => {
      const name = jobName(provider, known)
      try {
        const job = await calls.unary(getJob, { name }, as)
        const ended = job.endTime === undefined ? await this.#cancelled(job, as) : job
        await calls.unary(deleteJob, { name }, as)
        return { ...jobStatus(known, ended, undefined, { outputsUrl: [] }), removed: 1 as const }
      } catch (error) {
        return absent(error)
      }
    })
    return present(await Promise.all(statuses))
  }

  /** To who has not signed: how far a job is that they can name, and nothing of what it made. */
  async status(request: StatusRequest, call: OperatorCall): Promise<JobStatus[]> {
    const { providers, gate } = this.#options
    const { owner, agreementId, jobId, providerSignature = '', nonce = '' } = request
    if (providerSignature === '') {
      if (agreementId === undefined && jobId === undefined) throw jobUnnamed()
      return this.#statuses({ providers: [...providers.keys()], owner, agreementId, jobId }, call, false)
    }
    if (nonce === '') throw new OperatorError(400, '"nonce" is required with a signature.')
    const provider = await gate.admit({ owner, jobId, nonce, providerSignature })
    return this.#statuses({ providers: [provider.address], owner, agreementId, jobId }, call, true)
  }

  /** The provider's own, of one owner or of all. */
  async running(request: RunningRequest, call: OperatorCall): Promise<JobStatus[]> {
    const provider = await this.#options.gate.admit(request)
    const filter = { providers: [provider.address], owner: request.owner, unfinished: true }
    return this.#statuses(filter, call, true)
  }

  async result(request: ResultRequest, call: OperatorCall): Promise<ReleasedFile> {
    const { calls, dataSource, gate } = this.#options
    const provider = await gate.admit(request)
    const { owner, jobId, index } = request
    const [known] = await findOperatorJobs(dataSource, { providers: [provider.address], owner, jobId })
    if (known === undefined) throw new OperatorError(404, 'jobId: this owner has no such job.')
    const as = asUser(provider, call)
    const { results } = await calls.unary(getJob, { name: jobName(provider, known) }, as)
    const result = results[index]
    if (result === undefined) {
      throw new OperatorError(404, `index: the job has ${results.length} results, numbered from 0.`)
    }
    // Says whether it is released, as it says to everyone.
    await calls.unary(createResultUrl, { name: result.name, inline: false }, as)
    const key = await resultKey(dataSource, known.jobId, result.name.split('/').at(-1) ?? '')
    if (key === undefined) throw new OperatorError(404, 'index: the result was deleted meanwhile.')
    return { key, result }
  }

  /** As the first of the providers sees them that may: without one there is nobody who could run anything. */
  async environments(call: OperatorCall): Promise<OperatorEnvironment[]> {
    let refused: unknown
    for (const provider of this.#options.providers.values()) {
      const parent = `organizations/${provider.organization}`
      try {
        const as = asUser(provider, call)
        return operatorEnvironments(await this.#options.calls.unary(listEnvironments, { parent }, as))
      } catch (error) {
        if (!(error instanceof DomainError && error.code === 'PERMISSION_DENIED')) throw error
        refused = error
      }
    }
    if (refused !== undefined) throw refused
    return []
  }

  async #toChange(request: ChangeRequest): Promise<{ provider: ComputeProvider; jobs: OperatorJob[] }> {
    const { owner, agreementId, jobId } = request
    const provider = await this.#options.gate.admit(request)
    // Else a name that was forgotten would stop everything that the owner has.
    if (agreementId === undefined && jobId === undefined) throw jobUnnamed()
    const filter = { providers: [provider.address], owner, agreementId, jobId }
    return { provider, jobs: await findOperatorJobs(this.#options.dataSource, filter) }
  }

  async #statuses(filter: OperatorJobFilter, call: OperatorCall, signed: boolean): Promise<JobStatus[]> {
    const { dataSource, providers } = this.#options
    const jobs = await findOperatorJobs(dataSource, filter)
    const statuses = jobs.map(async (known) => {
      const provider = providers.get(known.provider)
      return provider === undefined ? undefined : this.#statusOf(known, provider, call, signed)
    })
    return present(await Promise.all(statuses))
  }

  async #statusOf(
    known: OperatorJob,
    provider: ComputeProvider,
    call: OperatorCall,
    signed: boolean,
  ): Promise<JobStatus | undefined> {
    const as = asUser(provider, call)
    try {
      const job = await this.#options.calls.unary(getJob, { name: jobName(provider, known) }, as)
      return await this.#status(known, job, as, signed)
    } catch (error) {
      return absent(error)
    }
  }

  async #status(known: OperatorJob, job: Job, as: LocalCall, signed: boolean): Promise<JobStatus> {
    const { calls } = this.#options
    const run =
      job.phase === 'PHASE_EXECUTING' ? await calls.unary(getWorkflowRun, { name: job.name }, as) : undefined
    return jobStatus(known, job, run, signed ? { outputsUrl: await this.#outputs(job, as) } : undefined)
  }

  async #outputs({ results }: Job, as: LocalCall): Promise<string[]> {
    const addresses: string[] = []
    for (const { name } of results.slice(0, OUTPUTS_MAX)) {
      const { url } = await this.#options.calls.unary(createResultUrl, { name, inline: false }, as)
      addresses.push(new URL(url, this.#options.publicUrl).href)
    }
    return addresses
  }

  /** As it stands once it has ended, by this or by itself. */
  async #cancelled({ name }: Job, as: LocalCall): Promise<Job> {
    try {
      return await this.#options.calls.unary(cancelJob, { name }, as)
    } catch (error) {
      if (!isReason(error, 'JOB_ALREADY_ENDED')) throw error
      return this.#options.calls.unary(getJob, { name }, as)
    }
  }
}

/** What stands for the header is the provider's address: provider-calls.ts. */
function asUser({ address }: ComputeProvider, { requestId, signal }: OperatorCall): LocalCall {
  return { authorization: address, requestId, signal }
}

function jobName({ organization }: ComputeProvider, { jobId }: OperatorJob): string {
  return `organizations/${organization}/jobs/${jobId}`
}

const jobUnnamed = () => new OperatorError(400, '"agreementId" or "jobId" is required.')

function isReason(error: unknown, reason: string): boolean {
  return error instanceof DomainError && error.reason === reason
}

/** Of a job that was deleted meanwhile, or is of an organisation that the provider no longer stands for. */
function absent(error: unknown): undefined {
  if (error instanceof DomainError && error.code === 'NOT_FOUND') return undefined
  throw error
}

function present(statuses: readonly (JobStatus | undefined)[]): JobStatus[] {
  return statuses.filter((status) => status !== undefined)
}
