/** As much of OpenAPI 3 as the page shows. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<HttpMethod, Operation>>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

export type HttpMethod = 'get' | 'post' | 'put' | 'patch' | 'delete'
const httpMethods: readonly HttpMethod[] = ['get', 'post', 'put', 'patch', 'delete']

export interface Operation {
  readonly tags?: readonly string[]
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
  readonly responses?: Readonly<
    Record<
      string,
      {
        readonly description?: string
        readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
      }
    >
  >
}

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: Schema
}

export interface Schema {
  readonly $ref?: string
  readonly allOf?: readonly Schema[]
  readonly type?: string
  readonly format?: string
  readonly description?: string
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

export interface Endpoint {
  readonly key: string
  readonly method: HttpMethod
  readonly path: string
  readonly operation: Operation
}

/** Operations by their first tag, in the document's order. */
export function endpointsByTag(document: OpenApi): ReadonlyMap<string, readonly Endpoint[]> {
  const groups = new Map<string, Endpoint[]>()
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const method of httpMethods) {
      const operation = operations[method]
      if (operation === undefined) continue
      const tag = operation.tags?.[0] ?? 'Other'
      const group = groups.get(tag) ?? []
      group.push({ key: `${method} ${path}`, method, path, operation })
      groups.set(tag, group)
    }
  }
  return groups
}

function schemaName(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

/** A wrapper that only adds a description to one reference is that reference. */
export function unwrapped(schema: Schema): Schema {
  const only = schema.allOf?.length === 1 ? schema.allOf[0] : undefined
  return only === undefined
    ? schema
    : { ...only, ...(schema.description && { description: schema.description }) }
}

/** A type in a few words: "string (date-time)", "Job[]". */
export function typeLabel(given: Schema | undefined): string {
  if (given === undefined) return 'any'
  const schema = unwrapped(given)
  if (schema.$ref !== undefined) return schemaName(schema.$ref)
  if (schema.type === 'array') return `${typeLabel(schema.items)}[]`
  if (schema.enum !== undefined) return 'enum'
  const type = schema.type ?? 'object'
  return schema.format === undefined || schema.format === 'enum' ? type : `${type} (${schema.format})`
}

export function resolve(document: OpenApi, given: Schema | undefined): Schema | undefined {
  if (given === undefined) return undefined
  const schema = unwrapped(given)
  return schema.$ref === undefined ? schema : document.components?.schemas?.[schemaName(schema.$ref)]
}
