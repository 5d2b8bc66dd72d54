import type { HttpRoute } from '../server/http-route.ts'
import type { LocalCalls } from '../server/local-calls.ts'
import { UwsJobs, uwsRoute } from './uws/index.ts'

export interface IvoaOptions {
  readonly calls: LocalCalls
  /** The address at which clients reach the system, without a slash at the end. */
  readonly publicUrl: string
}

/** The protocols of the International Virtual Observatory Alliance, over the methods that gRPC serves too. */
export function ivoaRoutes({ calls, publicUrl }: IvoaOptions): HttpRoute[] {
  const jobs = new UwsJobs({ calls, publicUrl })
  return [uwsRoute(jobs, calls, publicUrl)]
}
