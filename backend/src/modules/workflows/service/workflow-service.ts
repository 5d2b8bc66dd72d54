import type { JobService } from '../../jobs/index.ts'
import { CONTAINERS_NEED_KUBERNETES, containersUnavailable } from '../environments/containers-available.ts'
import { WORKFLOW_SERVICE } from './service-id.ts'

/** Datasets and files of a run. */
const INPUTS_MAX = 1000
const PARAMETERS_MAX = 64
const WHAT = 'a workflow or an algorithm'

/**
 * A run of a workflow: members' own containers, step by step. Its tasks are run by workers that have Kubernetes, so there
 * is nothing of it to load in a process; and processes of other services know it too, so nothing is imported here that
 * reads the database.
 */
export const workflowService: JobService = {
  id: WORKFLOW_SERVICE,
  displayName: 'Workflow',
  description:
    'Runs the steps of a workflow, or one algorithm alone, in containers of your own beside the data.',
  parameters: [
    {
      name: 'WORKFLOW',
      description: 'A workflow of the organisation: "tiles" for its latest version, "tiles@2" for that one.',
      kind: 'STRING',
      oneOf: WHAT,
      maxLength: 80,
    },
    {
      name: 'ALGORITHM',
      description:
        'Instead of a workflow, one algorithm: "measure@1", or "org/measure@1" for one of another organisation.',
      kind: 'STRING',
      oneOf: WHAT,
      maxLength: 140,
    },
    {
      name: 'INPUT',
      description:
        'What an input reads: "image=dataset:ID" or "image=file:UUID". An input that is named again reads that one as well.',
      kind: 'STRING',
      repeated: true,
      maxCount: INPUTS_MAX,
      maxLength: 700,
    },
    {
      name: 'PARAM',
      description: 'A parameter of the workflow or of the algorithm: "SIGMA=2.5".',
      kind: 'STRING',
      repeated: true,
      maxCount: PARAMETERS_MAX,
    },
    {
      name: 'ENVIRONMENT',
      description: 'Where an algorithm alone runs, such as "small". Default: where its author says.',
      kind: 'STRING',
      maxLength: 63,
    },
  ],
  limits: {
    executionDurationMs: 4 * 3_600_000,
    maxExecutionDurationMs: 86_400_000,
    // Each step has the memory of its environment.
    memoryBytes: 512 * 1024 ** 2,
    outputBytes: 20 * 1024 ** 3,
    maxAttempts: 3,
  },
  askLess:
    'Leave out what nobody reads, fan out over fewer files, or choose a larger environment for the step.',
  needsAllTasks: true,

  async plan(parameters, context) {
    const { workflows } = context
    if (workflows === undefined || context.immediate === true) {
      throw containersUnavailable(
        context.immediate === true
          ? 'Workflows run as jobs, and not while somebody waits for an answer.'
          : CONTAINERS_NEED_KUBERNETES,
      )
    }
    return workflows.plan(parameters, context)
  },
}
