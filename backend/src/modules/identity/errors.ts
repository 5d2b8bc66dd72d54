import { DomainError, invalidField } from '../../errors/domain-error.ts'
import { type OrganizationKind, type Role, rolesOf } from './role-permissions.ts'

export const organizationNotFound = () =>
  new DomainError('NOT_FOUND', 'ORGANIZATION_NOT_FOUND', 'There is no such organisation.')

export const organizationExists = (slug: string) =>
  new DomainError(
    'ALREADY_EXISTS',
    'ORGANIZATION_EXISTS',
    `organizations/${slug} exists. Choose another id.`,
    {
      violations: [{ field: 'organization_id', description: 'is taken. Choose another one.' }],
    },
  )

export const requestIdReused = () =>
  new DomainError(
    'ALREADY_EXISTS',
    'REQUEST_ID_REUSED',
    'This request_id was used for another request. Use a new UUID for each request, and the same one for its repeats.',
    { violations: [{ field: 'request_id', description: 'was used for another request.' }] },
  )

export const memberNotFound = () =>
  new DomainError('NOT_FOUND', 'MEMBER_NOT_FOUND', 'The organisation has no such member.')

export const memberExists = () =>
  new DomainError(
    'ALREADY_EXISTS',
    'MEMBER_EXISTS',
    // Without the address: Envoy puts what calls are answered with into its spans.
    'This person is a member of this organisation. Change the role of the membership instead.',
  )

export const lastAdministrator = () =>
  new DomainError(
    'FAILED_PRECONDITION',
    'LAST_ADMINISTRATOR',
    'This is the last administrator of the organisation. Make someone else administrator first.',
  )

export const memberFromIssuer = () =>
  new DomainError(
    'FAILED_PRECONDITION',
    'MEMBER_FROM_ISSUER',
    'This membership follows a group at the identity provider. Change the group there; it counts from the next sign-in or renewal on.',
  )

export const roleNotInKind = (role: Role, kind: OrganizationKind) =>
  invalidField(
    'role',
    `${role} does not exist in ${kind === 'OPERATOR' ? 'the operator organisation' : 'a member organisation'}. Choose ${rolesOf(kind).join(', ')}.`,
    'ROLE_NOT_IN_KIND',
  )

export const scopeNotGrantable = (index: number, scope: string) =>
  invalidField(
    `scopes[${index}]`,
    `${JSON.stringify(scope.slice(0, 80))} is not a permission that you have and that a token can carry.`,
    'SCOPE_NOT_GRANTABLE',
  )

export const tooManyTokens = (limit: number) =>
  new DomainError(
    'RESOURCE_EXHAUSTED',
    'TOO_MANY_TOKENS',
    `You have ${limit} API tokens, which is the limit. Revoke one that you no longer use.`,
  )

export const tokenNotFound = () =>
  new DomainError('NOT_FOUND', 'TOKEN_NOT_FOUND', 'You have no such API token.')

type TokenProblem =
  | 'TOKEN_MISSING'
  | 'TOKEN_MALFORMED'
  | 'TOKEN_INVALID'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_NOT_YET_VALID'
  | 'TOKEN_ALGORITHM'
  | 'TOKEN_KEY_UNKNOWN'
  | 'TOKEN_SIGNATURE'
  | 'TOKEN_ISSUER'
  | 'TOKEN_AUDIENCE'
  | 'TOKEN_CLIENT'

const tokenProblems: Readonly<Record<TokenProblem, string>> = {
  TOKEN_MISSING: 'Sign in first: send "authorization: Bearer TOKEN".',
  TOKEN_MALFORMED: 'The authorization header is not "Bearer TOKEN".',
  TOKEN_INVALID: 'The token is not valid here, or was revoked. Sign in again.',
  TOKEN_EXPIRED: 'The token has expired. Sign in again, or make a new API token.',
  TOKEN_NOT_YET_VALID:
    'The token is not valid yet. Check the clocks of this system and of the identity provider.',
  TOKEN_ALGORITHM: 'The token is not signed by RS256 or ES256.',
  TOKEN_KEY_UNKNOWN: 'The token is signed by a key that the identity provider does not list.',
  TOKEN_SIGNATURE: "The token's signature is wrong.",
  TOKEN_ISSUER: 'The token is from another issuer.',
  TOKEN_AUDIENCE: 'The token was issued for another system.',
  TOKEN_CLIENT: 'The token was issued to a client that is not allowed here.',
}

export function unauthenticated(reason: TokenProblem, cause?: unknown): DomainError {
  return new DomainError(
    'UNAUTHENTICATED',
    reason,
    tokenProblems[reason],
    cause === undefined ? {} : { cause },
  )
}

export const issuerUnavailable = (cause: unknown) =>
  new DomainError(
    'UNAVAILABLE',
    'ISSUER_UNAVAILABLE',
    'The identity provider cannot be asked for its keys at the moment. Try again shortly.',
    { cause },
  )
