import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CustomResourceDefinition } from './crds.ts'

type Schema = { readonly [keyword: string]: unknown }
type Definitions = Readonly<Record<string, Schema>>

export interface OpenApi {
  readonly definitions: Definitions
}

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const REFERENCE = '#/definitions/'

/** The argument of kubeconform's -schema-location for a folder that writeSchemas filled. */
export function schemaLocation(folder: string): string {
  return join(folder, '{{.Group}}', '{{.ResourceKind}}_{{.ResourceAPIVersion}}.json')
}

/**
 * Writes a JSON schema of every kind that the cluster serves (its own OpenAPI document, version 2) and that
 * the definitions declare. Strict: a field that is not declared is an error.
 */
export async function writeSchemas(
  folder: string,
  openApi: OpenApi,
  customs: readonly CustomResourceDefinition[],
): Promise<void> {
  const definitions = Object.fromEntries(
    Object.entries(openApi.definitions).map(([name, schema]) => [name, strict(schema, name)]),
  )
  for (const schema of Object.values(definitions)) {
    const kinds = (schema['x-kubernetes-group-version-kind'] ?? []) as readonly Record<string, string>[]
    for (const { group = '', version = '', kind = '' } of kinds)
      await write(folder, [group, version, kind], complete(schema, definitions))
  }
  const metadata = { $ref: REFERENCE + OBJECT_META }
  for (const { spec } of customs)
    for (const { name, schema } of spec.versions) {
      const root = strict(schema.openAPIV3Schema as Schema, spec.names.kind)
      const properties = { ...(root['properties'] as Schema), metadata }
      await write(folder, [spec.group, name, spec.names.kind], complete({ ...root, properties }, definitions))
    }
}

async function write(folder: string, [group, version, kind]: readonly string[], schema: Schema) {
  // As kubeconform names them: the core group by its version.
  const path = join(folder, group || version || '')
  await mkdir(path, { recursive: true })
  await writeFile(join(path, `${kind?.toLowerCase()}_${version}.json`), JSON.stringify(schema))
}

/** With the definitions that it needs, directly or not. */
function complete(schema: Schema, all: Definitions): Schema {
  const needed = new Map<string, Schema>()
  const pending: unknown[] = [schema]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value !== 'object' || value === null) continue
    for (const [key, inner] of Object.entries(value)) {
      pending.push(inner)
      if (key !== '$ref' || typeof inner !== 'string') continue
      const name = inner.slice(REFERENCE.length)
      const definition = all[name]
      if (definition === undefined) throw new Error(`nothing defines ${name}`)
      if (needed.has(name)) continue
      needed.set(name, definition)
      pending.push(definition)
    }
  }
  return { ...schema, definitions: Object.fromEntries(needed) }
}

/**
 * Only what is structural is closed against other fields: below anyOf and the like, Kubernetes too states
 * further conditions on fields that are declared above.
 */
function strict(schema: Schema, name = ''): Schema {
  if (schema['format'] === 'int-or-string' || schema['x-kubernetes-int-or-string'] === true)
    return { anyOf: [{ type: 'integer' }, { type: 'string' }] }
  if (name.endsWith('.api.resource.Quantity')) return { anyOf: [{ type: 'number' }, { type: 'string' }] }
  const closed: Record<string, unknown> = { ...schema }
  const { properties, items, additionalProperties, nullable, type } = schema as {
    readonly properties?: Definitions
    readonly items?: Schema
    readonly additionalProperties?: Schema | boolean
    readonly nullable?: boolean
    readonly type?: string
  }
  if (properties !== undefined) {
    closed['properties'] = Object.fromEntries(
      Object.entries(properties).map(([key, inner]) => [key, strict(inner)]),
    )
    if (additionalProperties === undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true)
      closed['additionalProperties'] = false
  }
  if (items !== undefined) closed['items'] = strict(items)
  if (typeof additionalProperties === 'object') closed['additionalProperties'] = strict(additionalProperties)
  if (nullable === true && type !== undefined) closed['type'] = [type, 'null']
  return closed
}
