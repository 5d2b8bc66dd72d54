/** PostgreSQL channel that is notified of changes of the containers of a job. */
export const WORKFLOWS_CHANNEL = 'fairlead_workflows'

export interface WorkflowNotice {
  readonly organizationId: string
  readonly jobId: string
}

/** The notification of a change, as SQL over placeholders of the organisation's and the job's ids. */
export function notifyWorkflow(organizationId: string, jobId: string): string {
  return `pg_notify('${WORKFLOWS_CHANNEL}', json_build_object('o', ${organizationId}::text, 'j', ${jobId}::text)::text)`
}

/** Undefined for a payload that is not of ours. */
export function parseWorkflowNotice(payload: string): WorkflowNotice | undefined {
  let fields: { o?: unknown; j?: unknown } | null
  try {
    fields = JSON.parse(payload)
  } catch {
    return undefined
  }
  const { o, j } = fields ?? {}
  if (typeof o !== 'string' || typeof j !== 'string') return undefined
  return { organizationId: o, jobId: j }
}
