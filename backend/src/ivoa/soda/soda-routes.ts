import type { HttpRoute } from '../../server/http-route.ts'
import type { LocalCalls } from '../../server/local-calls.ts'
import { homeOrganization, ivoaRoute, notFound } from '../http/index.ts'
import type { UwsJobs } from '../uws/index.ts'
import { type AnswerAtOnceOptions, answerAtOnce, type ImmediateService } from './answer-at-once.ts'
import { serviceAddress } from './service-address.ts'

const SLUG = /^[a-z][a-z0-9-]{1,62}$/

/** What answers with its result, by the name in the address. */
const immediateServices: Readonly<Record<string, ImmediateService>> = {
  sync: { id: 'cutout', formats: ['application/fits', 'image/fits', 'fits'] },
  preview: { id: 'preview', formats: ['image/png', 'png'] },
}

export interface SodaOptions extends AnswerAtOnceOptions {
  readonly jobs: UwsJobs
  readonly calls: LocalCalls
  readonly publicUrl: string
  /** {links}, which stands beside them. */
  readonly links: HttpRoute
}

/** /soda/{sync,preview,async,links}, and the same below /soda/organizations/{organization}/. */
export function sodaRoute(options: SodaOptions): HttpRoute {
  const prefix = '/soda/'
  const resources = new Map<string, HttpRoute>([
    ['async', asyncRoute(options)],
    ['links', options.links],
    ...Object.entries(immediateServices).map(
      ([name, service]) => [name, immediateRoute(options, service)] as const,
    ),
  ])
  const nothing = ivoaRoute({
    prefix,
    async handle() {
      throw notFound()
    },
  })
  return {
    methods: nothing.methods,
    prefix,
    handle(request, response, context) {
      const path = (request.url ?? '/').split('?')[0]?.split('/').slice(1) ?? []
      const { organization, rest } = serviceAddress(path)
      const known = organization === undefined || SLUG.test(organization)
      const resource = known ? resources.get(rest[0] ?? '') : undefined
      return (resource ?? nothing).handle(request, response, context)
    },
  }
}

/** {sync}: an error is text that begins with its label (SODA 1.0, section 5.2). */
function immediateRoute(options: SodaOptions, service: ImmediateService): HttpRoute {
  return ivoaRoute({
    prefix: '/soda/',
    errors: 'text',
    async handle(exchange) {
      const { organization, rest } = serviceAddress(exchange.path)
      if (rest.length !== 1) throw notFound()
      await answerAtOnce(options, service, exchange, organization)
    },
  })
}

/** {async}: the jobs of /uws/cutout, at addresses of their own. */
function asyncRoute({ jobs, calls, publicUrl }: SodaOptions): HttpRoute {
  return ivoaRoute({
    prefix: '/soda/',
    async handle(exchange) {
      const { organization, base, rest } = serviceAddress(exchange.path)
      // Asked first: to who is not signed in, every address is the same.
      const principal = await calls.principal(exchange.call)
      const parent = `organizations/${organization ?? homeOrganization(principal)}`
      const list = { address: `${publicUrl}${base}/async`, parent, service: 'cutout' }
      await jobs.serve(exchange, list, rest.slice(1))
    },
  })
}
