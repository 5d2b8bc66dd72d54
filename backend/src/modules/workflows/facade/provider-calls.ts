import { DomainError } from '../../../errors/domain-error.ts'
import type { GrpcEnvironment } from '../../../server/grpc-method.ts'
import { type LocalCalls, localCalls } from '../../../server/local-calls.ts'
import type { Principal } from '../../../server/principal.ts'
import type { RegisteredService } from '../../../server/service-handlers.ts'
import type { IdentityService } from '../../identity/index.ts'
import type { ComputeProvider } from './compute-provider.ts'

export type ProviderPeople = Pick<IdentityService, 'userByEmail' | 'principal'>

/**
 * The methods of the services in the name of the user that a provider stands for: what stands for the header is the
 * provider's address. No request from outside gets here with a header of its own.
 */
export function providerCalls(
  services: readonly RegisteredService[],
  environment: GrpcEnvironment,
  providers: ReadonlyMap<string, ComputeProvider>,
  people: ProviderPeople,
): LocalCalls {
  return localCalls(services, {
    ...environment,
    authenticator: {
      async authenticate(address) {
        const provider = address === undefined ? undefined : providers.get(address)
        if (provider === undefined) throw new Error(`${address} is no provider`)
        return principalOf(provider, people)
      },
    },
  })
}

/** What the user may do in the provider's organisation, and nowhere else. */
async function principalOf(
  { organization, email }: ComputeProvider,
  people: ProviderPeople,
): Promise<Principal> {
  const user = await people.userByEmail(email)
  const principal = user === undefined ? undefined : await people.principal(user.id)
  const membership = principal?.memberships.get(organization)
  if (principal === undefined || membership === undefined) {
    throw new DomainError(
      'PERMISSION_DENIED',
      'NOT_A_MEMBER',
      `The provider stands for ${email} in organizations/${organization}, who is no member of it. Tell the operator.`,
    )
  }
  return {
    caller: principal.caller,
    memberships: new Map([[organization, membership]]),
    platformPermissions: new Set(),
    tokenScopes: undefined,
  }
}
