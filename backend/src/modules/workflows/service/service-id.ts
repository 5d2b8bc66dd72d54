/** Of the job service that runs of workflows are jobs of. */
export const WORKFLOW_SERVICE = 'workflow'
