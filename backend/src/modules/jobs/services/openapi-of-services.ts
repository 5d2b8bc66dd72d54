import type { JobService, ParameterKind, ParameterSchema } from './job-service.ts'

/** As much of an OpenAPI 3.0 schema as is made here. */
interface Schema {
  type?: string
  description?: string
  enum?: readonly string[]
  default?: string
  required?: readonly string[]
  properties?: Record<string, Schema>
  items?: Schema
  oneOf?: readonly Schema[]
  discriminator?: { propertyName: string; mapping: Record<string, string> }
  $ref?: string
}

export interface OpenApiDocument {
  components?: { schemas?: Record<string, Schema> }
}

/** The messages that name a service and its parameters. */
const REQUESTS = ['CreateJobRequest', 'QuoteJobRequest'] as const

/**
 * The API's document with the registered services: what each takes as parameters, as alternatives that go by the
 * request's service. The document given stays as it is.
 */
export function openApiOfServices<Document extends OpenApiDocument>(
  document: Document,
  services: readonly JobService[],
): Document {
  const schemas = { ...document.components?.schemas }
  for (const service of services) {
    schemas[schemaName(service, 'Job')] = jobSchema(service)
    schemas[schemaName(service, 'Parameter')] = {
      description: `A parameter of ${service.displayName}.`,
      oneOf: service.parameters.map(parameterSchema),
    }
  }
  for (const name of REQUESTS) {
    const request = schemas[name]
    if (request?.properties?.['service'] === undefined || request.properties['parameters'] === undefined) {
      throw new Error(`the OpenAPI document has no ${name} with service and parameters`)
    }
    schemas[name] = requestSchema(request, request.properties, services)
  }
  return { ...document, components: { ...document.components, schemas } }
}

function requestSchema(
  request: Schema,
  properties: Record<string, Schema>,
  services: readonly JobService[],
): Schema {
  const jobs = services.map((service) => [service.id, reference(service, 'Job')] as const)
  const offered = services.map(({ id, description }) => `${id}: ${description}`).join(' ')
  const taken = services.map(({ id, parameters }) => `${id}: ${parameters.map(brief).join(', ')}.`).join(' ')
  return {
    ...request,
    properties: {
      ...properties,
      service: { ...properties['service'], enum: services.map(({ id }) => id), description: offered },
      parameters: { ...properties['parameters'], description: taken },
    },
    oneOf: jobs.map(([, $ref]) => ({ $ref })),
    discriminator: { propertyName: 'service', mapping: Object.fromEntries(jobs) },
  }
}

function jobSchema(service: JobService): Schema {
  return {
    type: 'object',
    description: service.description,
    required: ['service'],
    properties: {
      service: { type: 'string', enum: [service.id] },
      parameters: { type: 'array', items: { $ref: reference(service, 'Parameter') } },
    },
  }
}

function parameterSchema(parameter: ParameterSchema): Schema {
  const { name, kind, values, defaultValue } = parameter
  return {
    type: 'object',
    required: ['name', 'value'],
    properties: {
      name: { type: 'string', enum: [name] },
      value: {
        type: 'string',
        description: [parameter.description, `${formats[kind]}.`, ...bounds(parameter)].join(' '),
        ...(kind === 'ENUM' ? { enum: values ?? [] } : {}),
        ...(defaultValue === undefined ? {} : { default: defaultValue }),
      },
    },
  }
}

const formats: Readonly<Record<ParameterKind, string>> = {
  STRING: 'Text',
  NUMBER: 'A number',
  ENUM: 'One of the values',
  DATASET: "A dataset's identifier",
  CIRCLE: '"ra dec radius"',
  POLYGON: '"ra1 dec1 ra2 dec2 ra3 dec3 ..."',
  POSITION: '"CIRCLE ...", "RANGE ..." or "POLYGON ..."',
  INTERVAL: '"lower upper", where -Inf and +Inf leave an end open',
  TIME: 'A date and time with its offset (RFC 3339), such as "2026-11-21T08:30:00Z"',
}

function bounds(parameter: ParameterSchema): string[] {
  const { unit, minimum, maximum, required, repeated, maxCount, maxLength, oneOf } = parameter
  return [
    ...(unit === undefined ? [] : [`In ${unit}.`]),
    ...(minimum === undefined ? [] : [`At least ${minimum}.`]),
    ...(maximum === undefined ? [] : [`At most ${maximum}.`]),
    ...(maxLength === undefined ? [] : [`At most ${maxLength} characters.`]),
    ...(required === true ? ['Required.'] : []),
    ...(oneOf === undefined ? [] : [`One way to give ${oneOf}, which is required.`]),
    ...(repeated === true
      ? [maxCount === undefined ? 'May be repeated.' : `At most ${maxCount} times.`]
      : []),
  ]
}

function brief({ name, required, repeated }: ParameterSchema): string {
  const notes = [required === true ? 'required' : '', repeated === true ? 'repeated' : ''].filter(Boolean)
  return notes.length === 0 ? name : `${name} (${notes.join(', ')})`
}

function reference(service: JobService, what: string): string {
  return `#/components/schemas/${schemaName(service, what)}`
}

/** "CutoutJob" for the service cutout. */
function schemaName({ id }: JobService, what: string): string {
  const words = id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return `${words.join('')}${what}`
}
