import type { Dataset } from '@fairlead/proto/server/fairlead/datasets/v1/datasets'
import type { JobService } from '../../modules/jobs/index.ts'
import type { VotableCell, VotableDocument, VotableField, VotableResource } from '../../votable/index.ts'
import { datasetDomains } from './dataset-domains.ts'
import { serviceDescriptor } from './service-descriptor.ts'

export interface DatasetLinks {
  /** As asked for. */
  readonly id: string
  readonly dataset: Dataset
}

export interface MissingDataset {
  readonly id: string
  /** DataLink 1.1, section 3.4. */
  readonly fault: string
}

export interface LinkedServices {
  /** Of /soda, as clients reach it. */
  readonly address: string
  /** Of the cutout service. */
  readonly parameters: JobService['parameters']
  /** Whether the caller may use the services. */
  readonly authorized: boolean
}

/** DataLink 1.1, section 3.2. */
const fields: readonly VotableField[] = [
  { name: 'ID', id: 'primaryID', datatype: 'char', arraysize: '*', ucd: 'meta.id;meta.main' },
  { name: 'access_url', datatype: 'char', arraysize: '*', ucd: 'meta.ref.url' },
  { name: 'service_def', datatype: 'char', arraysize: '*', ucd: 'meta.ref' },
  { name: 'error_message', datatype: 'char', arraysize: '*', ucd: 'meta.code.error' },
  { name: 'description', datatype: 'unicodeChar', arraysize: '*', ucd: 'meta.note' },
  { name: 'semantics', datatype: 'char', arraysize: '*', ucd: 'meta.code' },
  { name: 'content_type', datatype: 'char', arraysize: '*', ucd: 'meta.code.mime' },
  { name: 'content_length', datatype: 'long', unit: 'byte', ucd: 'phys.size;meta.file' },
  { name: 'link_auth', datatype: 'char', arraysize: '*', ucd: 'meta.code' },
  { name: 'link_authorized', datatype: 'boolean', ucd: 'meta.code' },
]

const FITS = 'application/fits'
const JOB = 'application/xml'

const kinds = [
  {
    name: 'sync',
    standardId: 'ivo://ivoa.net/std/SODA#sync-1.0',
    contentType: FITS,
    description: 'Cuts a region out of the image; the answer is the FITS file.',
  },
  {
    name: 'async',
    standardId: 'ivo://ivoa.net/std/SODA#async-1.0',
    contentType: JOB,
    description: 'Cuts regions out of images as a job (UWS 1.1), of any size and number.',
  },
] as const

/**
 * The services that give parts of the datasets: the files themselves are not handed out. Without datasets, the
 * same services for whatever dataset.
 */
export function linksDocument(
  links: readonly (DatasetLinks | MissingDataset)[],
  services: LinkedServices,
): VotableDocument {
  const rows: VotableCell[][] = []
  const descriptors: VotableResource[] = []
  for (const [index, link] of links.entries()) {
    if ('fault' in link) rows.push(row({ id: link.id, fault: link.fault, semantics: '#this' }))
    else {
      const linked = linksOf(link, `-${index + 1}`, services)
      rows.push(...linked.rows)
      descriptors.push(...linked.descriptors)
    }
  }
  if (links.length === 0) descriptors.push(...descriptorsOf(undefined, '', services))
  const table = { fields, rows }
  const infos = [
    { name: 'QUERY_STATUS', value: 'OK' },
    { name: 'standardID', value: 'ivo://ivoa.net/std/DataLink#links-1.1' },
  ]
  return { resources: [{ type: 'results', infos, table }, ...descriptors] }
}

function linksOf(link: DatasetLinks, suffix: string, services: LinkedServices) {
  const { id, dataset } = link
  const { address, authorized } = services
  const picture = row({
    id,
    accessUrl: `${address}/preview?ID=${encodeURIComponent(id)}`,
    description: `A picture of ${dataset.displayName}.`,
    semantics: '#preview',
    contentType: 'image/png',
    authorized,
  })
  const domains = datasetDomains(dataset)
  // Neither a place on the sky nor a wavelength to cut by.
  if (Object.keys(domains).length === 0) return { rows: [picture], descriptors: [] }
  const cuts = kinds.map(({ name, description, contentType }) =>
    row({
      id,
      serviceDef: `soda-${name}${suffix}`,
      description,
      semantics: '#cutout',
      contentType,
      authorized,
    }),
  )
  return { rows: [...cuts, picture], descriptors: descriptorsOf(link, suffix, services) }
}

function descriptorsOf(
  link: DatasetLinks | undefined,
  suffix: string,
  { address, parameters }: LinkedServices,
): VotableResource[] {
  const domains = link === undefined ? {} : datasetDomains(link.dataset)
  // POS has no domain of its own (SODA 1.0, section 4.2): it cuts what CIRCLE cuts.
  const cuts = (name: string) =>
    link === undefined || name === 'ID' || name in domains || namesSky(name, domains)
  return kinds.map(({ name, standardId, description }) =>
    serviceDescriptor({
      id: `soda-${name}${suffix}`,
      description,
      standardId,
      accessUrl: `${address}/${name}`,
      parameters: parameters.filter((each) => cuts(each.name)),
      domains,
      datasetId: link?.id,
    }),
  )
}

function namesSky(name: string, domains: Readonly<Record<string, unknown>>): boolean {
  return 'CIRCLE' in domains && ['CIRCLE', 'POLYGON', 'POS'].includes(name)
}

interface Link {
  readonly id: string
  readonly accessUrl?: string
  readonly serviceDef?: string
  readonly fault?: string
  readonly description?: string
  readonly semantics: string
  readonly contentType?: string
  readonly authorized?: boolean
}

function row(link: Link): VotableCell[] {
  const { id, accessUrl, serviceDef, fault, description, semantics, contentType, authorized } = link
  const auth = authorized === undefined ? undefined : 'true'
  return [id, accessUrl, serviceDef, fault, description, semantics, contentType, undefined, auth, authorized]
}
