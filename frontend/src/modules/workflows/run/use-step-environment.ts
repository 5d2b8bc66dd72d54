import type { Environment } from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import { useQuery } from '@tanstack/react-query'
import { useEnvironmentService } from '../use-environment-service'

/**
 * The limits and the price of what a step runs in, as they are now.
 *
 * @param path of the organisation's pages, "/o/{slug}"; undefined for whom they are not for
 * @param name "environments/{environment}"
 */
export function useStepEnvironment(
  path: string | undefined,
  name: string | undefined,
): Environment | undefined {
  const environments = useEnvironmentService()
  const slug = path?.split('/')[2] ?? ''
  const { data } = useQuery({
    queryKey: ['environments', 'of', slug, 'limits'],
    enabled: slug !== '',
    staleTime: 300_000,
    queryFn: async ({ signal }) =>
      (await environments({ signal }).ListEnvironments({ parent: `organizations/${slug}` })).environments,
  })
  return data?.find((environment) => environment.name === name)
}
