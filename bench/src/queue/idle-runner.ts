import { serveTasks } from '../../../backend/src/adapters/execution/process/index.ts'
import { runSteps } from '../../../backend/src/modules/jobs/services/run-service.ts'
import { idleService } from './idle-service.ts'

serveTasks(() =>
  runSteps([idleService], async () => {
    throw new Error('idle tasks open no datasets')
  }),
)
