import {
  type Job,
  JobServiceService,
  type Phase,
  type Service,
} from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { invalidField } from '../../errors/domain-error.ts'
import type { LocalCalls } from '../../server/local-calls.ts'
import {
  allows,
  type Exchange,
  notFound,
  queryParameters,
  requestParameters,
  seeOther,
  sendXmlPieces,
} from '../http/index.ts'
import {
  CONTROL_PARAMETERS,
  destructionTime,
  executionDuration,
  jobParameters,
  namingParameters,
  runId,
} from './control-parameters.ts'
import { jobId, jobsDocument } from './job-document.ts'
import { PHASES } from './uws-phases.ts'
import { integerOf, timeOf } from './uws-times.ts'

const { listServices, createJob, listJobs } = JobServiceService

/** One job list: the jobs of one service in one organisation, that the caller owns. */
export interface JobList {
  /** Its address, absolute, without a slash at the end: "http://localhost:10000/uws/cutout". */
  readonly address: string
  /** "organizations/{slug}" */
  readonly parent: string
  readonly service: string
}

const PAGE_SIZE = 500
const COUNT = 'a whole number, at least 1'

/** Lists of jobs, UWS 1.1, section 2.2.2.1: what stands in them, and adding to them. */
export class JobLists {
  readonly #calls: LocalCalls

  constructor(calls: LocalCalls) {
    this.#calls = calls
  }

  async serve(exchange: Exchange, list: JobList): Promise<void> {
    if (!allows(exchange, 'GET', 'POST')) return
    if (exchange.method === 'POST') return this.#create(exchange, list)
    const query = queryParameters(exchange.query)
    query.refuseOthers(['PHASE', 'AFTER', 'LAST'], 'the job list')
    const phases = query.choices('PHASE', PHASES)
    const after = query.single('AFTER')
    const last = query.single('LAST')
    const count = last === undefined ? Number.POSITIVE_INFINITY : integerOf('LAST', last, COUNT)
    if (count < 1) throw invalidField('LAST', `must be ${COUNT}.`)
    await this.service(exchange, list)
    const pages = this.#pages(exchange, list, {
      phases: phases.map((phase): Phase => `PHASE_${phase}`),
      // Later than the times that the list tells, which are in milliseconds.
      createdAfter: after === undefined ? undefined : new Date(timeOf('AFTER', after).getTime() + 1),
      count,
    })
    await sendXmlPieces(exchange, jobsDocument(pages, list.address))
  }

  /** Newest first. */
  async *#pages(
    { call }: Exchange,
    { parent, service }: JobList,
    filter: { phases: Phase[]; createdAfter: Date | undefined; count: number },
  ): AsyncGenerator<readonly Job[]> {
    const { phases, createdAfter } = filter
    let left = filter.count
    let pageToken = ''
    const pageSize = Math.min(left, PAGE_SIZE)
    const query = {
      parent,
      phases,
      service,
      owner: 'users/me',
      createdAfter,
      createdBefore: undefined,
      orderBy: '',
    }
    do {
      const page = await this.#calls.unary(listJobs, { ...query, pageSize, pageToken }, call)
      yield page.jobs.slice(0, left)
      left -= page.jobs.length
      pageToken = page.nextPageToken
    } while (pageToken !== '' && left > 0)
  }

  async #create(exchange: Exchange, list: JobList): Promise<void> {
    // Before the form is read: who may not come in sends none.
    const service = await this.service(exchange, list)
    const given = await requestParameters(exchange.request, exchange.query)
    const parameters = jobParameters(given.without(CONTROL_PARAMETERS))
    const runs = given.choice('PHASE', ['RUN']) !== undefined
    const duration = mapped(given.single('EXECUTIONDURATION'), (value) => executionDuration(value, service))
    const destruction = mapped(given.single('DESTRUCTION'), (value) => destructionTime(value))
    const request = {
      parent: list.parent,
      service: list.service,
      parameters,
      runId: runId(given.single('RUNID') ?? ''),
      executionDuration: duration?.value,
      destructionTime: destruction?.value,
      keepPending: !runs,
      requestId: '',
    }
    const job = await namingParameters(parameters, this.#calls.unary(createJob, request, exchange.call))
    const notes = [duration?.note, destruction?.note].filter((note) => note)
    seeOther(exchange, `${list.address}/${jobId(job)}`, notes.join('\n'))
  }

  /** As it is offered there. */
  async service({ call }: Exchange, { parent, service }: JobList): Promise<Service> {
    const { services } = await this.#calls.unary(listServices, { parent }, call)
    const found = services.find(({ id }) => id === service)
    if (found !== undefined) return found
    throw notFound(`There is no such service; there are ${services.map(({ id }) => id).join(', ')}.`)
  }
}

function mapped<Value, Other>(value: Value | undefined, change: (value: Value) => Other): Other | undefined {
  return value === undefined ? undefined : change(value)
}
