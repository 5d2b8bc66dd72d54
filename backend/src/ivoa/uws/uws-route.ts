import type { HttpRoute } from '../../server/http-route.ts'
import type { LocalCalls } from '../../server/local-calls.ts'
import { type Exchange, homeOrganization, ivoaRoute, notFound } from '../http/index.ts'
import type { JobList } from './job-lists.ts'
import type { UwsJobs } from './uws-jobs.ts'

const SLUG = /^[a-z][a-z0-9-]{1,62}$/
const SERVICE = /^[a-z][a-z0-9-]{0,62}$/

/** /uws/{service} in the caller's home organisation, and /uws/organizations/{organization}/{service}. */
export function uwsRoute(jobs: UwsJobs, calls: LocalCalls, publicUrl: string): HttpRoute {
  return ivoaRoute({
    prefix: '/uws/',
    async handle(exchange) {
      const { list, path } = await jobListOf(exchange, calls, publicUrl)
      await jobs.serve(exchange, list, path)
    },
  })
}

async function jobListOf(
  { path, call }: Exchange,
  calls: LocalCalls,
  publicUrl: string,
): Promise<{ list: JobList; path: readonly string[] }> {
  const [base = '', first = ''] = path
  // Asked first: to who is not signed in, every address is the same.
  const principal = await calls.principal(call)
  if (first === 'organizations') {
    const [slug = '', service = '', ...rest] = path.slice(2)
    if (!SLUG.test(slug) || !SERVICE.test(service)) throw notFound()
    const address = `${publicUrl}/${base}/organizations/${slug}/${service}`
    return { list: { address, parent: `organizations/${slug}`, service }, path: rest }
  }
  if (!SERVICE.test(first)) throw notFound()
  const parent = `organizations/${homeOrganization(principal)}`
  return { list: { address: `${publicUrl}/${base}/${first}`, parent, service: first }, path: path.slice(2) }
}
