import { serveTasks } from '../../../adapters/execution/process/index.ts'
import { runService } from '../services/run-service.ts'
import { probeService } from './probe-service.ts'

serveTasks(() =>
  runService([probeService], async () => {
    throw new Error('the probe opens no datasets')
  }),
)
