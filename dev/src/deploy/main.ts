import { parseArgs } from 'node:util'
import { runCommand } from '../commands/run-command.ts'
import { Refusal } from '../refusal.ts'
import { deploy } from './deploy.ts'
import { KubectlError, kubectlOf } from './kubectl.ts'
import { readOverlay } from './overlay.ts'

/** Seconds. A first start in development fetches images and sets up databases. */
const TIMEOUT = '600'

/** `npm run deploy -- OVERLAY [--context NAME] [--timeout SECONDS]`: applies it and waits until all of it runs. */
await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { context: { type: 'string' }, timeout: { type: 'string', default: TIMEOUT } },
  })
  const seconds = Number(values.timeout)
  if (!(seconds > 0)) throw new Refusal(`--timeout is "${values.timeout}"; it must be a number of seconds.`)
  const kubectl = kubectlOf(values.context)
  try {
    const overlay = await readOverlay(positionals[0], kubectl)
    const context = values.context ?? (await kubectl(['config', 'current-context'])).trim()
    console.log(`Deploying ${overlay.folder} to ${overlay.namespace} in ${context}`)
    await deploy(overlay, { kubectl, timeoutMs: seconds * 1_000, say: (line) => console.log(line) })
  } catch (error) {
    if (error instanceof KubectlError) throw new Refusal(`kubectl: ${error.message}`, { cause: error })
    throw error
  }
  console.log('All of it runs.')
  return 0
})
