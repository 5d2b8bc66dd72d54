import { type FileRegistry, getOption, ScalarType } from '@bufbuild/protobuf'
import { methodOfPath } from './contracts.ts'

/** The scopes of fairlead/options/v1/access.proto, by number. */
const scopes = { 1: 'PUBLIC', 2: 'SELF', 3: 'ORGANIZATION', 4: 'PLATFORM' } as const
export type AccessScope = (typeof scopes)[keyof typeof scopes]

export interface AccessPolicy {
  readonly scope: AccessScope
  /** Empty for PUBLIC, and for SELF methods that every signed-in user may call. */
  readonly permission: string
  /** The request's field that names the organisation; set with scope ORGANIZATION. */
  readonly resourceField: 'name' | 'parent' | undefined
  /** With scope ORGANIZATION: also for users with whom the thing that resourceField names was shared. */
  readonly shared: boolean
  /** With scope ORGANIZATION: also for the device that resourceField names, by its own token. */
  readonly devices: boolean
}

/** A contract that would leave a method open or unreachable. The server does not start with one. */
export class AccessDeclarationError extends Error {
  override readonly name = 'AccessDeclarationError'
}

const ACCESS = 'fairlead.options.v1.access'

/**
 * Reads who may call a method from its contract.
 *
 * @param permissions every permission that some role grants: a misspelt one would lock everyone out
 * @throws AccessDeclarationError when the declaration is absent or cannot be enforced
 */
export function accessPolicy(
  registry: FileRegistry,
  path: string,
  permissions: ReadonlySet<string>,
): AccessPolicy {
  const refuse = (what: string): never => {
    throw new AccessDeclarationError(`${path} ${what}`)
  }
  const method = methodOfPath(registry, path) ?? refuse('is not in the compiled contracts')
  const extension = registry.getExtension(ACCESS) ?? refuse(`cannot be checked: ${ACCESS} is not compiled in`)
  const declared = getOption(method, extension) as
    | { permission?: string; scope?: number; shared?: boolean; devices?: boolean }
    | undefined
  const scope = scopes[declared?.scope as keyof typeof scopes] ?? refuse(`declares no (${ACCESS}) scope`)
  const permission = declared?.permission ?? ''
  const shared = declared?.shared ?? false
  const devices = declared?.devices ?? false
  if (shared && scope !== 'ORGANIZATION') refuse(`has scope ${scope}, whose things cannot be shared`)
  if (devices && scope !== 'ORGANIZATION') refuse(`has scope ${scope}, in which devices have nothing`)
  if (scope === 'PUBLIC') {
    if (permission !== '') refuse('is PUBLIC and names a permission, which nobody would be asked for')
    return { scope, permission, resourceField: undefined, shared, devices }
  }
  if (permission === '' && scope !== 'SELF') refuse(`has scope ${scope} and names no permission`)
  if (permission !== '' && !permissions.has(permission)) refuse(`needs ${permission}, which no role grants`)
  if (scope !== 'ORGANIZATION') return { scope, permission, resourceField: undefined, shared, devices }
  const names = (['name', 'parent'] as const).filter((name) => {
    const field = method.input.fields.find((candidate) => candidate.name === name)
    return field?.fieldKind === 'scalar' && field.scalar === ScalarType.STRING
  })
  if (names.length !== 1) {
    refuse('has scope ORGANIZATION, so its request needs either `name` or `parent`, a string, to find it by')
  }
  return { scope, permission, resourceField: names[0], shared, devices }
}
