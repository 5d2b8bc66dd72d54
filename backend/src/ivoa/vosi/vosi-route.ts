import type { JobService } from '../../modules/jobs/index.ts'
import type { HttpRoute } from '../../server/http-route.ts'
import { allows, type Exchange, ivoaRoute, notFound, sendXml } from '../http/index.ts'
import { type ServiceAddress, serviceAddress } from '../soda/index.ts'
import { availabilityDocument } from './availability.ts'
import { capabilitiesDocument } from './capabilities.ts'
import { sodaCapabilities, uwsCapabilities } from './capabilities-of.ts'

export interface VosiOptions {
  /** The address at which clients reach the system, without a slash at the end. */
  readonly publicUrl: string
  readonly services: readonly JobService[]
  /** Throws when the services cannot work. */
  readonly check: () => Promise<void>
}

const SLUG = /^[a-z][a-z0-9-]{1,62}$/

/** Answers for another route where VOSI has an address among its own, and leaves the rest to it. */
export function withVosi(options: VosiOptions, route: HttpRoute): HttpRoute {
  const upSince = new Date()
  const vosi = ivoaRoute({
    prefix: route.prefix,
    async handle(exchange) {
      const address = vosiAddress(exchange.path)
      if (address === undefined) throw notFound()
      if (!allows(exchange, 'GET')) return
      if (address.document === 'availability') await sendAvailability(exchange, options, upSince)
      else sendXml(exchange, capabilities(address, options))
    },
  })
  return {
    ...route,
    handle(request, response, context) {
      const path = (request.url ?? '/').split('?')[0]?.split('/').slice(1) ?? []
      return (vosiAddress(path) === undefined ? route : vosi).handle(request, response, context)
    },
  }
}

interface VosiAddress extends ServiceAddress {
  readonly document: 'availability' | 'capabilities'
}

/** /soda/capabilities and /uws/{service}/capabilities; with organisations; and the same for availability. */
function vosiAddress(path: readonly string[]): VosiAddress | undefined {
  const address = serviceAddress(path)
  const { organization, rest } = address
  const document = rest.at(-1)
  if (document !== 'availability' && document !== 'capabilities') return undefined
  if (organization !== undefined && !SLUG.test(organization)) return undefined
  if (rest.length > (path[0] === 'uws' ? 2 : 1)) return undefined
  return { ...address, document }
}

function capabilities({ base, rest }: VosiAddress, { publicUrl, services }: VosiOptions): string {
  const address = `${publicUrl}${base}`
  if (base.startsWith('/soda')) return capabilitiesDocument(sodaCapabilities(address, services))
  const [service] = rest.length === 2 ? rest : []
  const described = services.filter(({ id }) => service === undefined || id === service)
  if (described.length === 0) throw notFound()
  const own = service === undefined ? address : `${address}/${service}`
  return capabilitiesDocument(uwsCapabilities(own, address, described))
}

async function sendAvailability(exchange: Exchange, { check }: VosiOptions, upSince: Date): Promise<void> {
  const problem = await check().then(
    () => undefined,
    (error: unknown) => {
      exchange.log.warn({ err: error }, 'the services are not available')
      return 'The services cannot be used at present. Try again shortly.'
    },
  )
  const available = problem === undefined
  sendXml(
    exchange,
    availabilityDocument({ available, upSince, ...(problem === undefined ? {} : { note: problem }) }),
  )
}
