const NAMES = ['FAIRLEAD_TEST_KUBECONFIG', 'FAIRLEAD_TEST_CONTAINER_IMAGE'] as const

/** Settings without which no test can run containers; a test that is skipped names them. */
export function missingClusterSettings(): readonly string[] {
  return NAMES.filter((name) => (process.env[name] ?? '') === '')
}

export interface ClusterSettings {
  /** Of an administrator of a cluster whose pods reach this machine at the address of its API server. */
  readonly kubeconfig: string
  /** Of this folder's Dockerfile, by digest; the cluster's nodes have it, or can pull it. */
  readonly image: string
}

export function clusterSettings(): ClusterSettings {
  return {
    kubeconfig: process.env['FAIRLEAD_TEST_KUBECONFIG'] ?? '',
    image: process.env['FAIRLEAD_TEST_CONTAINER_IMAGE'] ?? '',
  }
}
