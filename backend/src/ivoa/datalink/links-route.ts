import { type Dataset, DatasetServiceService } from '@fairlead/proto/server/fairlead/datasets/v1/datasets'
import { DomainError, invalidField } from '../../errors/domain-error.ts'
import type { JobService } from '../../modules/jobs/index.ts'
import type { HttpRoute } from '../../server/http-route.ts'
import type { LocalCalls } from '../../server/local-calls.ts'
import { VOTABLE_MEDIA_TYPE, votableText } from '../../votable/index.ts'
import {
  allows,
  type Exchange,
  HttpError,
  homeOrganization,
  ivoaRoute,
  notFound,
  requestParameters,
} from '../http/index.ts'
import { serviceAddress } from '../soda/index.ts'
import { type DatasetLinks, linksDocument, type MissingDataset } from './links-document.ts'

export interface LinksOptions {
  readonly calls: LocalCalls
  readonly publicUrl: string
  readonly services: readonly JobService[]
}

/** Of one request; clients ask for more in further ones. */
const IDS_MAX = 100
const LINKS_MEDIA_TYPE = `${VOTABLE_MEDIA_TYPE};content=datalink`
const formats = ['votable', VOTABLE_MEDIA_TYPE, LINKS_MEDIA_TYPE, 'text/xml', 'application/xml']

/** {links} (DataLink 1.1, section 2): what can be had of datasets. */
export function linksRoute(options: LinksOptions): HttpRoute {
  return ivoaRoute({
    prefix: '/soda/links',
    async handle(exchange) {
      const { organization, base, rest } = serviceAddress(exchange.path)
      if (rest.length !== 1 || rest[0] !== 'links') throw notFound()
      if (!allows(exchange, 'GET', 'POST')) return
      const principal = await options.calls.principal(exchange.call)
      const slug = organization ?? homeOrganization(principal)
      const parameters = await requestParameters(exchange.request, exchange.query)
      parameters.refuseOthers(['ID', 'RESPONSEFORMAT', 'RUNID'], 'links')
      const format = parameters.single('RESPONSEFORMAT')?.replaceAll(' ', '').toLowerCase() ?? ''
      if (format !== '' && !formats.includes(format)) throw formatUnsupported()
      const ids = [...new Set(parameters.all('ID'))]
      if (ids.length > IDS_MAX) {
        throw invalidField('ID', `may be given ${IDS_MAX} times in a request. Ask again for the rest.`)
      }
      const links: (DatasetLinks | MissingDataset)[] = []
      for (const id of ids) links.push(await findDataset(options, exchange, slug, id))
      const mayCut = principal.memberships.get(slug)?.permissions.has('jobs.submit') === true
      const document = linksDocument(links, {
        address: `${options.publicUrl}${base}`,
        parameters: options.services.find(({ id }) => id === 'cutout')?.parameters ?? [],
        authorized: mayCut && principal.tokenScopes?.has('jobs.submit') !== false,
      })
      exchange.response
        .writeHead(200, { 'content-type': LINKS_MEDIA_TYPE, 'cache-control': 'no-store' })
        .end(votableText(document))
    },
  })
}

const formatUnsupported = () =>
  new HttpError(
    415,
    'FORMAT_UNSUPPORTED',
    `RESPONSEFORMAT: links come as ${VOTABLE_MEDIA_TYPE} alone. Leave the parameter out, or give that.`,
  )

/** What is wrong with one ID is said in its row; what is wrong with the caller ends the request. */
async function findDataset(
  { calls }: LinksOptions,
  { call }: Exchange,
  slug: string,
  id: string,
): Promise<DatasetLinks | MissingDataset> {
  try {
    const name = `organizations/${slug}/datasets/${id}`
    const dataset: Dataset = await calls.unary(DatasetServiceService.getDataset, { name }, call)
    return { id, dataset }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    if (error.code === 'NOT_FOUND') {
      return { id, fault: 'NotFoundFault: there is no such dataset that your organisation may read' }
    }
    if (error.code === 'INVALID_ARGUMENT') {
      return { id, fault: 'UsageFault: this is not the identifier of a dataset' }
    }
    throw error
  }
}
