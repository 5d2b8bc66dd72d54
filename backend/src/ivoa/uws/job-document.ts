import { setImmediate } from 'node:timers/promises'
import type { Job, Parameter, Result } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { Duration } from '@fairlead/proto/server/google/protobuf/duration'
import { element, type XmlElement, xmlDocument, xmlFragment, xmlText } from '../../votable/index.ts'
import { isoTime } from './uws-times.ts'

/*
 * The XML of UWS 1.1, appendix B. Order and presence of elements are the schema's.
 */
const NAMESPACES = {
  'xmlns:uws': 'http://www.ivoa.net/xml/UWS/v1.0',
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
}
const VERSION = '1.1'
/** The one namespace from which a result may carry attributes of ours. */
const CUSTOM = { 'xmlns:uwsc': 'urn:uwscustom' }
/** Of what stands in jobInfo. */
const OURS = { 'xmlns:fairlead': 'urn:fairlead:job' }
const NIL = { 'xsi:nil': true }

/**
 * The job in pieces: it may have ten thousand results.
 *
 * @param address of the job, absolute
 */
export function jobDocument(job: Job, address: string): AsyncGenerator<string> {
  return withResults(
    element(
      'uws:job',
      { version: VERSION, ...NAMESPACES, ...CUSTOM, ...OURS },
      element('uws:jobId', {}, jobId(job)),
      job.runId === '' ? undefined : element('uws:runId', {}, job.runId),
      element('uws:ownerId', {}, job.owner),
      element('uws:phase', {}, phaseOf(job)),
      time('uws:quote', quoteOf(job)),
      instant('uws:creationTime', job.createTime),
      time('uws:startTime', job.startTime),
      time('uws:endTime', job.endTime),
      element('uws:executionDuration', {}, String(seconds(job.executionDuration))),
      time('uws:destruction', job.destructionTime),
      parametersElement(job.parameters, address),
      element('uws:results', {}, element(PLACE)),
      errorElement(job),
      infoElement(job),
    ),
    job.results,
    address,
  )
}

export function resultsDocument(job: Job, address: string): AsyncGenerator<string> {
  const root = element('uws:results', { ...NAMESPACES, ...CUSTOM }, element(PLACE))
  return withResults(root, job.results, address)
}

/** Results that are written before others get their turn of the process. */
const RESULTS_AT_ONCE = 250

async function* withResults(
  root: XmlElement,
  results: readonly Result[],
  address: string,
): AsyncGenerator<string> {
  const [head, tail] = around(root)
  let piece = head
  for (let start = 0; start < results.length; start += RESULTS_AT_ONCE) {
    const some = results.slice(start, start + RESULTS_AT_ONCE)
    yield piece + some.map((result) => xmlFragment(resultElement(result, address))).join('\n')
    await setImmediate()
    piece = '\n'
  }
  yield piece + tail
}

export function parametersDocument(job: Job, address: string): string {
  return xmlDocument(parametersElement(job.parameters, address, NAMESPACES))
}

/** Escaped text never reads like this element. */
const PLACE = 'the-rest-comes-here'

/** A document's text before and after the place in it. */
function around(root: XmlElement): readonly [string, string] {
  const [before = '', after = ''] = xmlDocument(root).split(`<${PLACE}/>`)
  return [before, after]
}

/**
 * The job list in pieces, one for each page of jobs.
 *
 * @param list its address, absolute
 */
export async function* jobsDocument(
  pages: AsyncIterable<readonly Job[]>,
  list: string,
): AsyncGenerator<string> {
  const [head, tail] = around(element('uws:jobs', { version: VERSION, ...NAMESPACES }, element(PLACE)))
  let piece = head
  for await (const jobs of pages) {
    yield piece + jobs.map((job) => xmlFragment(jobReference(job, list))).join('\n')
    piece = '\n'
  }
  yield piece + tail
}

function jobReference(job: Job, list: string): XmlElement {
  return element(
    'uws:jobref',
    { id: jobId(job), 'xlink:type': 'simple', 'xlink:href': `${list}/${jobId(job)}` },
    element('uws:phase', {}, phaseOf(job)),
    job.runId === '' ? undefined : element('uws:runId', {}, job.runId),
    element('uws:ownerId', {}, job.owner),
    instant('uws:creationTime', job.createTime),
  )
}

export function jobId({ name }: Job): string {
  return name.split('/')[3] ?? ''
}

/** As UWS spells it. */
export function phaseOf({ phase }: Pick<Job, 'phase'>): string {
  const name = phase.replace('PHASE_', '')
  return name === 'UNSPECIFIED' || name === 'UNRECOGNIZED' ? 'UNKNOWN' : name
}

/** Whole seconds, as UWS counts. */
export function seconds(duration: Duration | undefined): number {
  return duration === undefined ? 0 : Number(duration.seconds) + (duration.nanos > 0 ? 1 : 0)
}

/** When the job is likely to complete; undefined when it is not known, or over. */
export function quoteOf(job: Job, now = new Date()): Date | undefined {
  const { quote, endTime, startTime, queuePosition } = job
  const waits = job.phase === 'PHASE_HELD' || job.phase === 'PHASE_SUSPENDED'
  if (quote === undefined || quote.taskCount === 0 || endTime !== undefined || waits) return undefined
  const begin =
    startTime ?? queuePosition?.expectedStartTime ?? (job.phase === 'PHASE_PENDING' ? now : undefined)
  if (begin === undefined) return undefined
  const end = begin.getTime() + seconds(quote.duration) * 1000
  return new Date(Math.max(end, now.getTime()))
}

function instant(name: string, value: Date | undefined): XmlElement | undefined {
  return value === undefined ? undefined : element(name, {}, isoTime(value))
}

/** One that the schema lets be unknown, and not absent. */
function time(name: string, value: Date | undefined): XmlElement {
  return instant(name, value) ?? element(name, NIL)
}

function parametersElement(parameters: readonly Parameter[], address: string, attributes = {}): XmlElement {
  return element(
    'uws:parameters',
    attributes,
    ...parameters.map(({ name, value }) =>
      xmlText(value) === value
        ? element('uws:parameter', { id: name }, value)
        : // What XML cannot carry is to be fetched (section 2.2.2.4).
          element('uws:parameter', { id: name, byReference: true }, `${address}/parameters/${name}`),
    ),
  )
}

function resultElement(result: Result, address: string): XmlElement {
  const id = result.name.split('/').at(-1) ?? ''
  return element('uws:result', {
    id,
    'xlink:type': 'simple',
    'xlink:href': `${address}/results/${encodeURIComponent(id)}`,
    size: result.sizeBytes,
    'mime-type': result.mediaType,
    'uwsc:sourceId': result.sourceId === '' ? undefined : result.sourceId,
    'uwsc:stencil': result.stencil === '' ? undefined : result.stencil,
    'uwsc:sha256': result.sha256,
  })
}

function errorElement({ error }: Job): XmlElement | undefined {
  if (error === undefined) return undefined
  return element(
    'uws:errorSummary',
    { type: error.transient ? 'transient' : 'fatal', hasDetail: true },
    element('uws:message', {}, error.message),
  )
}

/** What Fairlead knows beside UWS. */
function infoElement(job: Job): XmlElement {
  const { charge, phaseNote, queuePosition } = job
  const fact = (name: string, value: string | number | bigint | undefined) =>
    value === undefined ? undefined : element(`fairlead:${name}`, {}, String(value))
  return element(
    'uws:jobInfo',
    {},
    fact('service', job.service),
    fact('organization', job.name.split('/')[1]),
    fact('ownerDisplayName', job.ownerDisplayName),
    fact('progress', job.progress),
    fact('taskCount', job.taskCount),
    fact('tasksCompleted', job.tasksCompleted),
    fact('tasksFailed', job.tasksFailed),
    fact('errorReason', job.error?.reason),
    phaseNote === undefined
      ? undefined
      : element(
          'fairlead:phaseNote',
          {},
          fact('reason', phaseNote.reason),
          fact('message', phaseNote.message),
          fact('ownerMayRun', String(phaseNote.ownerMayRun)),
        ),
    // In the smallest unit of the class.
    charge === undefined
      ? undefined
      : element(
          'fairlead:charge',
          {},
          fact('creditClass', charge.creditClass.slice('creditClasses/'.length)),
          fact('unit', charge.unit),
          fact('decimals', charge.decimals),
          fact('atMost', charge.atMost),
          fact('held', charge.held),
          fact('captured', charge.captured),
          charge.note === '' ? undefined : fact('note', charge.note),
        ),
    queuePosition === undefined
      ? undefined
      : element(
          'fairlead:queuePosition',
          {},
          fact('jobsAhead', queuePosition.jobsAhead),
          fact('expectedStartTime', queuePosition.expectedStartTime?.toISOString()),
        ),
  )
}
