import type { Workflow as WorkflowMessage } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { ReadWorkflow } from './workflows-service.ts'

/** @param organization slug */
export function workflowMessage({ workflow, problem }: ReadWorkflow, organization: string): WorkflowMessage {
  const { slug, version, spec, authorDisplayName, createTime } = workflow
  return {
    name: `organizations/${organization}/workflows/${slug}/versions/${version}`,
    reference: `${slug}@${version}`,
    version,
    spec,
    authorDisplayName,
    createTime,
    problem,
  }
}

/** Of "organizations/{organization}/workflows/{workflow}" and names below it. */
export function workflowSlugOf(name: string): string {
  return name.split('/')[3] ?? ''
}

export function workflowVersionOf(name: string): number {
  return Number(name.split('/')[5])
}
