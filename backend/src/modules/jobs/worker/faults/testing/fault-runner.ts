import { serveTasks } from '../../../../../adapters/execution/process/index.ts'
import { runSteps } from '../../../services/run-service.ts'
import { faultProbe } from './fault-probe.ts'

serveTasks(() =>
  runSteps([faultProbe], async () => {
    throw new Error('the probe opens no datasets')
  }),
)
