import { setTimeout as delay } from 'node:timers/promises'
import {
  type CreateJobRequest,
  type Job,
  type JobEvent,
  JobServiceClient,
} from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { type ClientReadableStream, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import type { Tally } from './tally.ts'

const CALL_MS = 10_000
const BEFORE_RETRY_MS = 150

/** What a client may hear while parts of the system are down; it tries again. */
export function isPassing(error: ServiceError): boolean {
  if (error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED) return true
  // The connection broke under a call that had begun: grpc-js names the code of the HTTP/2 reset.
  return error.details.startsWith('Received RST_STREAM')
}

type Callback<Answer> = (error: ServiceError | null, answer: Answer) => void

/** The API as a careful client uses it: through Envoy, trying again until there is an answer. */
export class JobClient {
  readonly parent: string
  readonly #jobs: JobServiceClient
  readonly #metadata = new Metadata()
  readonly #answers: Tally

  /** `answers` counts what calls ended with, by the name of the status. */
  constructor(url: string, token: string, parent: string, answers: Tally) {
    this.parent = parent
    this.#answers = answers
    this.#metadata.set('authorization', `Bearer ${token}`)
    this.#jobs = new JobServiceClient(new URL(url).host, credentials.createInsecure(), {
      // The default waits for up to two minutes before it connects again.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 500,
    })
  }

  create(
    request: Pick<CreateJobRequest, 'service' | 'requestId' | 'keepPending'> & Partial<CreateJobRequest>,
  ) {
    const whole = {
      parent: this.parent,
      parameters: [],
      runId: '',
      executionDuration: undefined,
      destructionTime: undefined,
      ...request,
    }
    return this.#answered<Job>((options, callback) =>
      this.#jobs.createJob(whole, this.#metadata, options, callback),
    )
  }

  get(name: string) {
    return this.#answered<Job>((options, callback) =>
      this.#jobs.getJob({ name }, this.#metadata, options, callback),
    )
  }

  run(name: string) {
    return this.#answered<Job>((options, callback) =>
      this.#jobs.runJob({ name }, this.#metadata, options, callback),
    )
  }

  cancel(name: string) {
    return this.#answered<Job>((options, callback) =>
      this.#jobs.cancelJob({ name }, this.#metadata, options, callback),
    )
  }

  delete(name: string) {
    return this.#answered<unknown>((options, callback) =>
      this.#jobs.deleteJob({ name }, this.#metadata, options, callback),
    )
  }

  resultUrl(name: string) {
    return this.#answered<{ url: string }>((options, callback) =>
      this.#jobs.createResultUrl({ name, inline: false }, this.#metadata, options, callback),
    )
  }

  watch(name: string, afterSequence: bigint): ClientReadableStream<JobEvent> {
    return this.#jobs.watchJob({ name, afterSequence }, this.#metadata)
  }

  close(): void {
    this.#jobs.close()
  }

  /** Rejects with a ServiceError that does not pass. */
  async #answered<Answer>(
    call: (options: { deadline: number }, callback: Callback<Answer>) => unknown,
  ): Promise<Answer> {
    for (;;) {
      try {
        const answer = await new Promise<Answer>((resolve, reject) => {
          call({ deadline: Date.now() + CALL_MS }, (error, answer) =>
            error === null ? resolve(answer) : reject(error),
          )
        })
        this.#answers.count('OK')
        return answer
      } catch (error) {
        const failed = error as ServiceError
        this.#answers.count(status[failed.code] ?? String(failed.code))
        if (!isPassing(failed)) throw failed
        await delay(BEFORE_RETRY_MS)
      }
    }
  }
}
