import { CreateJobRequest, JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { DomainError } from '../../errors/domain-error.ts'
import type { ImmediateJobs } from '../../modules/jobs/index.ts'
import { organizationContext } from '../../server/call-context.ts'
import type { LocalCalls } from '../../server/local-calls.ts'
import { allows, type Exchange, HttpError, homeOrganization, requestParameters } from '../http/index.ts'
import { namingParameters } from '../uws/index.ts'
import { sendFile } from './send-file.ts'

export interface AnswerAtOnceOptions {
  readonly calls: LocalCalls
  readonly immediate: ImmediateJobs
}

/** A service whose result is the answer (SODA 1.0, section 2.1). */
export interface ImmediateService {
  readonly id: string
  /** What RESPONSEFORMAT may ask for, in lower case (DALI 1.1, section 3.4.3). */
  readonly formats: readonly string[]
}

/** Of every DALI service, and none of a job's. */
const DALI_PARAMETERS = ['RESPONSEFORMAT', 'RUNID']

/** Runs a service for who waits, by the right and the rules of CreateJob. */
export async function answerAtOnce(
  { calls, immediate }: AnswerAtOnceOptions,
  service: ImmediateService,
  exchange: Exchange,
  organization: string | undefined,
): Promise<void> {
  if (!allows(exchange, 'GET', 'POST')) return
  const { call, request, query, response, signal } = exchange
  // Who may not ask need not send a form first.
  const principal = await calls.principal(call)
  const slug = organization ?? homeOrganization(principal)
  const parameters = await requestParameters(request, query)
  refuseFormat(parameters.single('RESPONSEFORMAT'), service)
  const asked = { service: service.id, parameters: parameters.without(DALI_PARAMETERS) }
  const message = CreateJobRequest.fromPartial({ parent: `organizations/${slug}`, ...asked })
  const context = organizationContext(await calls.authorize(JobServiceService.createJob, message, call))
  try {
    await namingParameters(
      asked.parameters,
      immediate.run(
        context.organization.id,
        { ...asked, userId: context.caller.userId },
        (file) => sendFile(exchange, file),
        signal,
      ),
    )
  } catch (error) {
    if (!(error instanceof DomainError) || error.reason !== 'NO_PIXELS') throw error
    // SODA 1.0, section 5.1: no pixels, no content.
    response.writeHead(204, { 'cache-control': 'no-store' }).end()
  }
}

function refuseFormat(format: string | undefined, { formats }: ImmediateService): void {
  const asked = format?.trim().toLowerCase()
  if (asked === undefined || asked === '' || formats.includes(asked)) return
  throw new HttpError(
    415,
    'FORMAT_UNSUPPORTED',
    `RESPONSEFORMAT: the answer comes as ${formats[0]} alone. Leave the parameter out, or give that.`,
  )
}
