import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { inRepository } from '../repository.ts'
import { makeEnvironment } from '../supervisor/environment.ts'
import { runCommand } from './run-command.ts'
import { runningHome } from './running-home.ts'

/** `npm run ledger -- verify`: the backend's own command, told where this Fairlead runs. */
await runCommand(async () => {
  const { home, run } = runningHome(process.env)
  const { backend } = makeEnvironment(process.env, home, run.ports, run.mode)
  const child = spawn(process.execPath, [inRepository('backend/src/ledger.ts'), ...process.argv.slice(2)], {
    env: backend,
    stdio: 'inherit',
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
})
