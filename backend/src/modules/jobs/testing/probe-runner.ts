import { serveTasks } from '../../../adapters/execution/process/index.ts'
import { runSteps } from '../services/run-service.ts'
import { gatherService } from './gather-service.ts'
import { probeService } from './probe-service.ts'

serveTasks(() =>
  runSteps([probeService, gatherService], async () => {
    throw new Error('the probe opens no datasets')
  }),
)
