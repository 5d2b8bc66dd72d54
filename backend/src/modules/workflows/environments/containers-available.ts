import { DomainError } from '../../../errors/domain-error.ts'

/** Whether the installation can run containers; a sentence with the way out when it cannot. */
export type ContainersAvailable =
  | { readonly available: true }
  | { readonly available: false; readonly message: string }

export const CONTAINERS_NEED_KUBERNETES =
  'Container workflows need Kubernetes, and this installation has none. Its operator can name a cluster with FAIRLEAD_KUBERNETES_NAMESPACE (and FAIRLEAD_KUBECONFIG): see docs/workflows.md.'

export function containersUnavailable(message: string): DomainError {
  return new DomainError('FAILED_PRECONDITION', 'CONTAINERS_UNAVAILABLE', message)
}
