import type { JobService } from '../../modules/jobs/index.ts'
import { element, type VotableResource, votableParam, type XmlElement } from '../../votable/index.ts'
import { parameterField } from '../soda/index.ts'

type ParameterSchema = JobService['parameters'][number]

/** What is known of the values that yield data of one dataset (SODA 1.0, section 4.2). */
export interface ParameterDomain {
  readonly minimum?: string
  readonly maximum?: string
}

export interface ServiceDescriptor {
  /** Of the RESOURCE; what `service_def` names. */
  readonly id: string
  readonly description: string
  readonly standardId: string
  readonly accessUrl: string
  readonly parameters: readonly ParameterSchema[]
  /** By parameter. */
  readonly domains: Readonly<Record<string, ParameterDomain>>
  /** The dataset; undefined for any in the column with the ID "primaryID". */
  readonly datasetId: string | undefined
}

/** DataLink 1.1, section 4. */
export function serviceDescriptor(descriptor: ServiceDescriptor): VotableResource {
  const { id, description, standardId, accessUrl, parameters, domains, datasetId } = descriptor
  const text = (name: string, value: string, ucd?: string) =>
    votableParam({ name, datatype: 'char', arraysize: '*', ...(ucd === undefined ? {} : { ucd }) }, value)
  return {
    type: 'meta',
    utype: 'adhoc:service',
    id,
    description,
    elements: [
      text('standardID', standardId),
      text('accessURL', accessUrl, 'meta.ref.url'),
      element(
        'GROUP',
        { name: 'inputParams' },
        ...parameters.map((schema) => inputParameter(schema, domains[schema.name], datasetId)),
      ),
    ],
  }
}

function inputParameter(
  schema: ParameterSchema,
  domain: ParameterDomain | undefined,
  datasetId: string | undefined,
): XmlElement {
  const field = parameterField(schema)
  if (schema.kind === 'DATASET') {
    if (datasetId !== undefined) return votableParam(field, datasetId)
    const { name, attributes, children } = votableParam(field, '')
    return element(name, { ...attributes, ref: 'primaryID' }, ...children)
  }
  const values = valuesElement(schema, domain)
  return votableParam(field, schema.defaultValue ?? '', ...(values === undefined ? [] : [values]))
}

function valuesElement(schema: ParameterSchema, domain: ParameterDomain = {}): XmlElement | undefined {
  const { minimum = schema.minimum, maximum = schema.maximum } = domain
  const children = [
    ...(minimum === undefined ? [] : [element('MIN', { value: minimum })]),
    ...(maximum === undefined ? [] : [element('MAX', { value: maximum })]),
    ...(schema.values ?? []).map((value) => element('OPTION', { value })),
  ]
  return children.length === 0 ? undefined : element('VALUES', {}, ...children)
}
