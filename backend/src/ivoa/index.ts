import type { ImmediateJobs, JobService } from '../modules/jobs/index.ts'
import type { HttpRoute } from '../server/http-route.ts'
import type { LocalCalls } from '../server/local-calls.ts'
import { linksRoute } from './datalink/index.ts'
import { sodaRoute } from './soda/index.ts'
import { UwsJobs, uwsRoute } from './uws/index.ts'
import { withVosi } from './vosi/index.ts'

export interface IvoaOptions {
  readonly calls: LocalCalls
  /** The address at which clients reach the system, without a slash at the end. */
  readonly publicUrl: string
  readonly services: readonly JobService[]
  readonly immediate: ImmediateJobs
  /** Throws when the services cannot work. */
  readonly check: () => Promise<void>
}

/** The protocols of the International Virtual Observatory Alliance, over the methods that gRPC serves too. */
export function ivoaRoutes(options: IvoaOptions): HttpRoute[] {
  const { calls, publicUrl } = options
  const jobs = new UwsJobs({ calls, publicUrl })
  const soda = sodaRoute({ ...options, jobs, links: linksRoute(options) })
  return [withVosi(options, uwsRoute(jobs, calls, publicUrl)), withVosi(options, soda)]
}
