import { type Job, JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { invalidField } from '../../errors/domain-error.ts'
import type { LocalCalls } from '../../server/local-calls.ts'
import { VOTABLE_MEDIA_TYPE, votableError } from '../../votable/index.ts'
import {
  allows,
  type Exchange,
  notFound,
  type Parameters,
  queryParameters,
  requestParameters,
  requestText,
  seeOther,
  sendText,
  sendXml,
  sendXmlPieces,
} from '../http/index.ts'
import {
  CONTROL_PARAMETERS,
  destructionTime,
  executionDuration,
  type JobParameters,
  jobParameters,
  namingParameters,
  runId,
} from './control-parameters.ts'
import {
  jobDocument,
  parametersDocument,
  phaseOf,
  quoteOf,
  resultsDocument,
  seconds,
} from './job-document.ts'
import { type JobList, JobLists } from './job-lists.ts'
import { type JobWaitLimits, JobWaits } from './job-waits.ts'
import { PHASES } from './uws-phases.ts'
import { integerOf, isoTime } from './uws-times.ts'

const { getJob, updateJob, runJob, cancelJob, deleteJob, createResultUrl } = JobServiceService

export interface UwsJobsOptions {
  readonly calls: LocalCalls
  /** The address at which clients reach the system; results are fetched below it. */
  readonly publicUrl: string
  readonly waits?: JobWaitLimits
}

const JOB_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const defaultWaits: JobWaitLimits = { maxSeconds: 300, maxWaits: 5_000 }

/** UWS 1.1 (IVOA Recommendation 2016-10-24) over the methods of JobService, section 2.2: its REST binding. */
export class UwsJobs {
  readonly #calls: LocalCalls
  readonly #lists: JobLists
  readonly #publicUrl: string
  readonly #waits: JobWaits

  constructor({ calls, publicUrl, waits = defaultWaits }: UwsJobsOptions) {
    this.#calls = calls
    this.#lists = new JobLists(calls)
    this.#publicUrl = publicUrl
    this.#waits = new JobWaits(calls, waits)
  }

  /**
   * Answers a request below a job list.
   *
   * @param path what follows the list's address: [], ["JOB"], ["JOB", "phase"], ["JOB", "results", "NAME"]
   */
  async serve(exchange: Exchange, list: JobList, path: readonly string[]): Promise<void> {
    const [id, resource, name, ...rest] = path
    if (rest.length > 0) throw notFound()
    if (id === undefined) return this.#lists.serve(exchange, list)
    if (!JOB_ID.test(id)) throw noSuchJob()
    const job: JobAt = { list, name: `${list.parent}/jobs/${id}`, address: `${list.address}/${id}` }
    if (name !== undefined) {
      if (resource === 'results') return this.#result(exchange, job, name)
      if (resource === 'parameters') return this.#parameter(exchange, job, name.toUpperCase())
      throw notFound()
    }
    switch (resource) {
      case undefined:
        return this.#job(exchange, job)
      case 'phase':
        return this.#phase(exchange, job)
      case 'executionduration':
        return this.#executionDuration(exchange, job)
      case 'destruction':
        return this.#destruction(exchange, job)
      case 'parameters':
        return this.#parameters(exchange, job)
      case 'results':
        return this.#read(exchange, job, (found) =>
          sendXmlPieces(exchange, resultsDocument(found, job.address)),
        )
      case 'quote':
        return this.#read(exchange, job, (found) => sendText(exchange, isoTime(quoteOf(found))))
      case 'owner':
        return this.#read(exchange, job, (found) => sendText(exchange, found.owner))
      case 'error':
        return this.#read(exchange, job, (found) => sendError(exchange, found))
      default:
        throw notFound()
    }
  }

  async #job(exchange: Exchange, job: JobAt): Promise<void> {
    if (!allows(exchange, 'GET', 'POST', 'DELETE')) return
    if (exchange.method === 'DELETE') return this.#delete(exchange, job)
    if (exchange.method === 'POST') return this.#change(exchange, job)
    const query = queryParameters(exchange.query)
    query.refuseOthers(['WAIT', 'PHASE'], 'a job')
    const wait = query.single('WAIT')
    const waitSeconds = wait === undefined ? 0 : integerOf('WAIT', wait, WAIT_SECONDS)
    if (waitSeconds < -1) throw invalidField('WAIT', `must be ${WAIT_SECONDS}.`)
    const phase = query.choice('PHASE', PHASES)
    let found = await this.#find(exchange, job)
    if (exchange.method === 'GET' && (phase === undefined || phase === phaseOf(found))) {
      if (await this.#waits.wait(exchange, found, waitSeconds)) found = await this.#find(exchange, job)
    }
    await sendXmlPieces(exchange, jobDocument(found, job.address))
  }

  /**
   * What a browser's form can send in place of DELETE, and parameters of a PENDING job; PHASE too, which uws-client
   * sends here to abort a job.
   */
  async #change(exchange: Exchange, job: JobAt): Promise<void> {
    const found = await this.#find(exchange, job)
    const given = await requestParameters(exchange.request, exchange.query)
    if (given.choice('ACTION', ['DELETE']) !== undefined) {
      given.refuseOthers(['ACTION'], 'a request to delete a job')
      return this.#delete(exchange, job)
    }
    if (given.has('PHASE')) return this.#setPhase(exchange, job, found, given)
    await this.#setParameters(exchange, job, given)
  }

  async #delete(exchange: Exchange, job: JobAt): Promise<void> {
    await this.#find(exchange, job)
    await this.#calls.unary(deleteJob, { name: job.name }, exchange.call)
    seeOther(exchange, job.list.address)
  }

  async #phase(exchange: Exchange, job: JobAt): Promise<void> {
    if (!allows(exchange, 'GET', 'POST')) return
    const found = await this.#find(exchange, job)
    if (exchange.method !== 'POST') {
      sendText(exchange, phaseOf(found))
      return
    }
    await this.#setPhase(exchange, job, found, await requestParameters(exchange.request, exchange.query))
  }

  async #setPhase(exchange: Exchange, job: JobAt, found: Job, given: Parameters): Promise<void> {
    given.refuseOthers(['PHASE'], 'the phase of a job')
    const wanted = given.choice('PHASE', ['RUN', 'ABORT'])
    if (wanted === undefined) throw invalidField('PHASE', 'must be RUN or ABORT.')
    await namingParameters(
      found.parameters,
      this.#calls.unary(wanted === 'RUN' ? runJob : cancelJob, { name: job.name }, exchange.call),
    )
    seeOther(exchange, job.address)
  }

  async #executionDuration(exchange: Exchange, job: JobAt): Promise<void> {
    if (!allows(exchange, 'GET', 'POST')) return
    const found = await this.#find(exchange, job)
    if (exchange.method !== 'POST') {
      sendText(exchange, String(seconds(found.executionDuration)))
      return
    }
    const given = required(
      await requestParameters(exchange.request, exchange.query),
      'EXECUTIONDURATION',
      'the execution duration of a job',
    )
    const { value, note } = executionDuration(given, await this.#lists.service(exchange, job.list))
    await this.#update(exchange, job, { executionDuration: value })
    seeOther(exchange, job.address, note)
  }

  async #destruction(exchange: Exchange, job: JobAt): Promise<void> {
    if (!allows(exchange, 'GET', 'POST')) return
    const found = await this.#find(exchange, job)
    if (exchange.method !== 'POST') {
      sendText(exchange, isoTime(found.destructionTime))
      return
    }
    const given = required(
      await requestParameters(exchange.request, exchange.query),
      'DESTRUCTION',
      'the destruction time of a job',
    )
    const { value, note } = destructionTime(given)
    await this.#update(exchange, job, { destructionTime: value })
    seeOther(exchange, job.address, note)
  }

  async #parameters(exchange: Exchange, job: JobAt): Promise<void> {
    if (!allows(exchange, 'GET', 'POST')) return
    const found = await this.#find(exchange, job)
    if (exchange.method !== 'POST') {
      sendXml(exchange, parametersDocument(found, job.address))
      return
    }
    await this.#setParameters(exchange, job, await requestParameters(exchange.request, exchange.query))
  }

  /** The values given for a name replace those that it had. */
  async #setParameters(exchange: Exchange, job: JobAt, given: Parameters): Promise<void> {
    const elsewhere = given.given.find(({ name }) => name !== 'RUNID' && CONTROLS.has(name))
    if (elsewhere !== undefined) {
      const where = elsewhere.name.toLowerCase()
      throw invalidField(elsewhere.name, `is set by a POST to ${job.address}/${where}.`)
    }
    const run = given.single('RUNID')
    const own = jobParameters(given.without(['RUNID']))
    if (run === undefined && own.length === 0) {
      throw invalidField('parameters', 'none was given: there is nothing to change.')
    }
    await this.#replace(exchange, job, own, run === undefined ? {} : { runId: runId(run) })
    seeOther(exchange, job.address)
  }

  /** In one update: all of it is set, or nothing. */
  async #replace(
    exchange: Exchange,
    job: JobAt,
    own: JobParameters,
    more: Pick<Changes, 'runId'> = {},
  ): Promise<void> {
    if (own.length === 0) return this.#update(exchange, job, more)
    const { parameters } = await this.#find(exchange, job)
    const names = new Set(own.map(({ name }) => name))
    const all = [...parameters.filter(({ name }) => !names.has(name)), ...own]
    await namingParameters(all, this.#update(exchange, job, { ...more, parameters: all }))
  }

  async #parameter(exchange: Exchange, job: JobAt, name: string): Promise<void> {
    if (!allows(exchange, 'GET', 'PUT')) return
    const found = await this.#find(exchange, job)
    if (exchange.method === 'PUT') {
      const value = (await requestText(exchange.request)).replace(/\r?\n$/, '')
      await this.#replace(exchange, job, [{ name, value }])
      seeOther(exchange, job.address)
      return
    }
    const values = found.parameters.filter((each) => each.name === name).map(({ value }) => value)
    if (values.length === 0) throw notFound(`The job has no parameter ${JSON.stringify(name.slice(0, 80))}.`)
    sendText(exchange, values.join('\n'))
  }

  async #result(exchange: Exchange, job: JobAt, name: string): Promise<void> {
    if (!allows(exchange, 'GET')) return
    const { results } = await this.#find(exchange, job)
    const result = results.find((each) => each.name === `${job.name}/results/${name}`)
    if (result === undefined) throw notFound('The job has no such result.')
    const request = { name: result.name, inline: false }
    const { url } = await this.#calls.unary(createResultUrl, request, exchange.call)
    seeOther(exchange, new URL(url, this.#publicUrl).href)
  }

  async #read(exchange: Exchange, job: JobAt, answer: (found: Job) => void | Promise<void>): Promise<void> {
    if (!allows(exchange, 'GET')) return
    await answer(await this.#find(exchange, job))
  }

  async #find({ call }: Exchange, { list, name }: JobAt): Promise<Job> {
    const job = await this.#calls.unary(getJob, { name }, call)
    if (job.service !== list.service) throw noSuchJob()
    return job
  }

  async #update({ call }: Exchange, { name }: JobAt, changes: Changes): Promise<void> {
    const unchanged = { parameters: [], runId: '', executionDuration: undefined, destructionTime: undefined }
    const request = { name, updateMask: masked(changes), ...unchanged, ...changes }
    await this.#calls.unary(updateJob, request, call)
  }
}

/** What of a job is to be set: each field that is there. */
type Changes = Partial<Pick<Job, 'parameters' | 'runId' | 'executionDuration' | 'destructionTime'>>

interface JobAt {
  readonly list: JobList
  /** "organizations/{slug}/jobs/{uuid}" */
  readonly name: string
  /** Absolute. */
  readonly address: string
}

const MASKS = {
  parameters: 'parameters',
  runId: 'run_id',
  executionDuration: 'execution_duration',
  destructionTime: 'destruction_time',
} as const satisfies Record<keyof Changes, string>

function masked(changes: Changes): string[] {
  return Object.entries(MASKS).flatMap(([field, path]) => (field in changes ? path : []))
}

const WAIT_SECONDS = 'a whole number of seconds, or -1 for as long as the server allows'
const CONTROLS: ReadonlySet<string> = new Set(CONTROL_PARAMETERS)

const noSuchJob = () => notFound('There is no such job here.')

function sendError({ response, requestId }: Exchange, { error }: Job): void {
  if (error === undefined) throw notFound('The job has no error.')
  const document = votableError(error.message, [
    { name: 'REASON', value: error.reason },
    { name: 'TRANSIENT', value: String(error.transient) },
    { name: 'REQUEST_ID', value: requestId },
  ])
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
  response.writeHead(200, { ...headers, 'content-type': VOTABLE_MEDIA_TYPE }).end(document)
}

function required(given: Parameters, name: string, where: string): string {
  given.refuseOthers([name], where)
  const value = given.single(name)
  if (value === undefined) throw invalidField(name, 'is required.')
  return value
}
