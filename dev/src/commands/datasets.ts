import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { inRepository } from '../repository.ts'
import { makeEnvironment } from '../supervisor/environment.ts'
import { runCommand } from './run-command.ts'
import { runningHome } from './running-home.ts'

/** `npm run datasets -- register PATH...`: the backend's own command, told where this Fairlead runs. */
await runCommand(async () => {
  const { home, run } = runningHome(process.env)
  const { backend } = makeEnvironment(process.env, home, run.ports, run.mode)
  const child = spawn(process.execPath, [inRepository('backend/src/datasets.ts'), ...process.argv.slice(2)], {
    // The supervisor's list: this shell's FAIRLEAD_DATASETS need not be the one Fairlead was started with.
    env: { ...backend, FAIRLEAD_DATASETS: run.datasets },
    // Paths are meant from where npm was called.
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
    stdio: 'inherit',
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
})
