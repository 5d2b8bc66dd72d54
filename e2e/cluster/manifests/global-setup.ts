import { clusterTool } from '../harness/installation.ts'

/** KUBECONFIG and PATH, which the processes of the specs inherit. */
export default async function globalSetup(): Promise<void> {
  await clusterTool()
}
